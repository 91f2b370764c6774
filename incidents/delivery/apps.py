from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "incidents.delivery"
    label = "delivery"
    verbose_name = _("Outgoing messages")

    def ready(self) -> None:
        from incidents.delivery import email, ways
        from incidents.delivery.models import Door
        from incidents.delivery.ways import Form, Way

        ways.register(Way(door=Door.PAGE, send=ways.show, to_citizen=ways.everybody, form=Form.LETTER, besides=True))
        ways.register(
            Way(
                door=Door.EMAIL,
                send=email.send,
                is_set_up=email.is_set_up,
                to_citizen=email.to_citizen,
                form=Form.LETTER,
                thread=email.thread_of,
            )
        )
