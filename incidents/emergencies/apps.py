from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmergenciesConfig(AppConfig):
    name = "incidents.emergencies"
    label = "emergencies"
    verbose_name = _("Emergencies")

    def ready(self) -> None:
        from incidents.delivery import endings
        from incidents.dispatching.assigning import register_assigned
        from incidents.emergencies import rounds, telling
        from incidents.emergencies.described import ENTITY, describe_units, extras, rows_of_units
        from incidents.emergencies.log.chain import mirror
        from incidents.emergencies.screens import cameras  # noqa: F401 - it registers a check
        from incidents.emergencies.services.alarms import register_escalation, silent_services
        from incidents.emergencies.services.merging import go_along
        from incidents.emergencies.services.opening import take_part
        from incidents.emergencies.targets import measuring
        from incidents.emergencies.units import safety
        from incidents.emergencies.units.callouts import register_way
        from incidents.records import needs
        from incidents.records.described import register_extras
        from incidents.records.history import register_appended
        from incidents.records.live import register_rows
        from incidents.triage.merging import register_moved
        from opscenter.accounts import pages
        from opscenter.accounts.roles import ROOM_ROLES, Role
        from realtime.entities import register

        register_extras(extras)
        register(ENTITY, describe_units)
        register_rows(rows_of_units)
        register_appended(mirror)
        register_assigned(take_part)
        needs.register(silent_services)
        register_way("push", telling.notify_crew)
        register_way("message", telling.write_to_crew)
        register_escalation(telling.tell_service)
        endings.register(telling.note_ending)
        needs.register(safety.silent_crews)
        safety.register_escalation(telling.tell_of_crew)
        register_moved(go_along)
        rounds.register_all()
        measuring.register_all()
        pages.register("emergencies:board", _("Dispatcher's board"), pages.Section.WORK, {Role.DISPATCHER})
        pages.register("emergencies:facilities", _("Hospitals"), pages.Section.WORK, {Role.DISPATCHER, *ROOM_ROLES})
        pages.register("emergencies:crew", _("Crew"), pages.Section.WORK, {Role.CREW})
        rules, owner = pages.Section.RULES, {Role.ADMINISTRATOR}
        pages.register("admin:emergencies_target_changelist", _("Targets of emergencies"), rules, owner)
        pages.register("admin:emergencies_unitneed_changelist", _("Needed units"), rules, owner)
        pages.register("admin:emergencies_protocol_changelist", _("Call protocols"), rules, owner)
