from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "incidents.delivery"
    label = "delivery"
    verbose_name = _("Outgoing messages")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from incidents.delivery import email, endings, ways
        from incidents.delivery.models import Door
        from incidents.delivery.push import devices, keys, sending
        from incidents.delivery.ways import Form, Way

        ways.register(Way(door=Door.PAGE, send=ways.show, to_citizen=ways.everybody, form=Form.LETTER, besides=True))
        ways.register(
            Way(
                door=Door.EMAIL,
                send=email.send,
                is_set_up=email.is_set_up,
                to_citizen=email.to_citizen,
                to_person=email.to_person,
                form=Form.LETTER,
                thread=email.thread_of,
            )
        )
        ways.register(
            Way(
                door=Door.PUSH,
                send=sending.send,
                is_set_up=keys.is_set_up,
                form=Form.NOTICE,
                besides=True,
                to_citizen=devices.any_of,
                devices=devices.of_report,
                to_device=devices.address,
            )
        )
        endings.register(devices.forget_gone)
        user_logged_out.connect(_signed_out, dispatch_uid="push devices")


def _signed_out(sender: object, request: Any, user: Any, **more: Any) -> None:
    from incidents.delivery.push import devices

    if user is not None:
        devices.forget_at_sign_out(request.session, user)
