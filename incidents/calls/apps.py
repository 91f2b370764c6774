from __future__ import annotations

import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "incidents.calls"
    label = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        from incidents.calls import described, seats, silence, telephone
        from incidents.calls.calling_out import ring_crew
        from incidents.calls.figures import waits
        from incidents.calls.passing_on import pass_caller_on
        from incidents.emergencies.models import Target
        from incidents.emergencies.services.opening import register_raised
        from incidents.emergencies.targets.measuring import register_measure
        from incidents.emergencies.units.callouts import register_way
        from incidents.records import live, rounds
        from realtime.entities import register

        register(described.CALL, described.describe_calls)
        register(described.SEAT, described.describe_seats)
        live.register_rows(described.rows)
        register_raised(pass_caller_on)
        register_way("message", ring_crew)
        register_measure(Target.Measure.ANSWER, waits)
        rounds.register("calls", silence.close_silent, dt.timedelta(seconds=30))
        rounds.register("telephone", telephone.fail_late, dt.timedelta(seconds=10))
        rounds.register("desks", seats.leave_silent, dt.timedelta(seconds=15))
