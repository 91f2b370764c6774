from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DoorsConfig(AppConfig):
    name = "incidents.doors"
    label = "doors"
    verbose_name = _("Doors")

    def ready(self) -> None:
        from incidents.conversations import answering
        from incidents.delivery import email, ways
        from incidents.delivery.models import Door
        from incidents.doors import (
            asking,
            chat,
            chat_arrivals,
            files,
            mail_taking,
            media,
            sms_gateway,
            sms_taking,
            zalo_token,
        )
        from incidents.intake import arrivals
        from incidents.records import rounds

        ways.register(
            ways.Way(
                door=Door.SMS,
                send=sms_gateway.send,
                is_set_up=sms_gateway.is_set_up,
                to_citizen=sms_gateway.to_citizen,
                to_person=sms_gateway.to_person,
                fit=sms_gateway.fit,
            )
        )
        arrivals.register("sms", sms_taking.take)
        arrivals.register("email", mail_taking.take)
        email.register_thread(mail_taking.thread_of)
        answering.register(asking.ask)
        rounds.register("files without a row", files.remove_orphans, timedelta(hours=1))
        rounds.register("parts of SMS", sms_taking.join_late, timedelta(seconds=5))
        for door in chat.register_all():
            chat_arrivals.register(door)
        rounds.register("media", media.Fetching().tick, timedelta(seconds=1))
        rounds.register("zalo token", zalo_token.work, timedelta(seconds=10))
