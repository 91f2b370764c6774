from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "incidents.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks of partners")

    def ready(self) -> None:
        import datetime as dt

        from incidents.records import rounds
        from incidents.webhooks.following import follow
        from incidents.webhooks.keeping import tidy
        from incidents.webhooks.posting import Posting
        from opscenter.accounts import pages
        from opscenter.accounts.roles import Role

        second = dt.timedelta(seconds=1)
        rounds.register("webhooks.following", follow, second / 4)
        rounds.register("webhooks.posting", Posting().tick, second / 4)
        rounds.register("webhooks.keeping", tidy, second * 60)
        rules, owner = pages.Section.RULES, {Role.ADMINISTRATOR}
        pages.register("admin:webhooks_webhook_changelist", _("Webhooks of partners"), rules, owner)
