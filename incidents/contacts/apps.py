from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "incidents.contacts"
    label = "contacts"
    verbose_name = _("Agencies without the inbox")

    def ready(self) -> None:
        from incidents.contacts import by_mail, by_sms, drills, falling_back, links
        from incidents.delivery import endings, queue, wording
        from incidents.doors import mail_taking, sms_taking
        from incidents.records import rounds
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import ROOM_ROLES

        wording.register_task_link(links.for_message)
        sms_taking.claim_first(by_sms.claim)
        mail_taking.claim_first(by_mail.claim)
        queue.register_choice(falling_back.choose)
        endings.register(falling_back.next_one)
        rounds.register("contact drills", drills.start_due, timedelta(minutes=5))
        register("contacts:board", _("Reachability of agencies"), Section.PEOPLE, ROOM_ROLES)
