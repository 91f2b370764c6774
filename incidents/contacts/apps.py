from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "incidents.contacts"
    label = "contacts"
    verbose_name = _("Agencies without the inbox")

    def ready(self) -> None:
        from incidents.contacts import by_mail, by_sms, links
        from incidents.delivery import wording
        from incidents.doors import mail_taking, sms_taking

        wording.register_task_link(links.for_message)
        sms_taking.claim_first(by_sms.claim)
        mail_taking.claim_first(by_mail.claim)
