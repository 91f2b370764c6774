from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    name = "incidents.worktime"
    label = "worktime"
    verbose_name = _("Working time")

    def ready(self) -> None:
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import Role

        register("admin:worktime_day_changelist", _("Working days"), Section.RULES, {Role.ADMINISTRATOR})
        both = {Role.ADMINISTRATOR, Role.SUPERVISOR}
        register("admin:worktime_absence_changelist", _("Absences"), Section.PEOPLE, both)
        register("admin:worktime_clock_changelist", _("Deadlines"), Section.RULES, {Role.ADMINISTRATOR})
