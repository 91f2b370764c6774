"""The timed work of this room, given to the worker."""

from __future__ import annotations

import datetime as dt

from incidents.records.rounds import register


def register_all() -> None:
    """Called once, when the application starts."""
    from incidents.emergencies.log.sealing import seal_once_a_day
    from incidents.emergencies.major.sitreps import tell_late_sitreps
    from incidents.emergencies.positions.keeping import forget_tracks, note_arrivals
    from incidents.emergencies.services.alarms import end_aid, sound_alarms
    from incidents.emergencies.units.callouts import call_crews
    from incidents.emergencies.units.safety import sound_missed

    second = dt.timedelta(seconds=1)
    register("emergencies.alarms", sound_alarms, second)
    register("emergencies.crews", call_crews, second)
    register("emergencies.safety", sound_missed, second)
    register("emergencies.arrivals", note_arrivals, second * 2)
    register("emergencies.tracks", forget_tracks, dt.timedelta(minutes=10))
    register("emergencies.aid", end_aid, second * 10)
    register("emergencies.sitreps", tell_late_sitreps, second * 5)
    register("emergencies.seal", seal_once_a_day, dt.timedelta(minutes=10))
