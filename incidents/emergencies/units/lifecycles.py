"""Which status may follow which: of a unit, and of a sortie by its service. Tables, and nothing else decides it."""

from __future__ import annotations

from enum import StrEnum

from incidents.records.lifecycles import NotAllowed


class UnitStatus(StrEnum):
    AVAILABLE = "available"  # sẵn sàng
    ON_SORTIE = "on_sortie"  # đang làm nhiệm vụ: its sortie says how far
    OUT_OF_SERVICE = "out_of_service"  # ngừng hoạt động


class SortieState(StrEnum):
    SENT = "sent"  # đã điều
    ACKNOWLEDGED = "acknowledged"  # kíp đã nhận
    EN_ROUTE = "en_route"  # đang đến
    ON_SCENE = "on_scene"  # tại hiện trường
    TRANSPORTING = "transporting"  # đang chuyển bệnh nhân
    AT_HOSPITAL = "at_hospital"  # tại bệnh viện
    RETURNING = "returning"  # đang về: it can be sent again once it is over
    DONE = "done"  # xong
    WITHDRAWN = "withdrawn"  # thu hồi


OVER = frozenset({SortieState.DONE, SortieState.WITHDRAWN})
_S = SortieState
# Straight on is always possible: a crew that drives does not press every button.
_POLICE = {
    _S.SENT: {_S.ACKNOWLEDGED, _S.EN_ROUTE, _S.ON_SCENE, _S.WITHDRAWN},
    _S.ACKNOWLEDGED: {_S.EN_ROUTE, _S.ON_SCENE, _S.DONE, _S.WITHDRAWN},
    _S.EN_ROUTE: {_S.ON_SCENE, _S.DONE, _S.WITHDRAWN},
    _S.ON_SCENE: {_S.DONE, _S.WITHDRAWN},
}
_FIRE = {
    **_POLICE,
    _S.ON_SCENE: {_S.RETURNING, _S.DONE, _S.WITHDRAWN},
    _S.RETURNING: {_S.DONE},
}
_AMBULANCE = {
    **_POLICE,
    _S.ON_SCENE: {_S.TRANSPORTING, _S.DONE, _S.WITHDRAWN},
    _S.TRANSPORTING: {_S.AT_HOSPITAL, _S.DONE},
    _S.AT_HOSPITAL: {_S.DONE},
}
SORTIE_STEPS: dict[str, dict[SortieState, set[SortieState]]] = {
    "police": _POLICE,
    "fire": _FIRE,
    "ambulance": _AMBULANCE,
}
# Who helps and is none of the three works like a patrol: there, done.
_OTHERS = _POLICE


def sortie_steps(service: str, now: str) -> frozenset[SortieState]:
    """What may follow for a unit of this kind of agency."""
    return frozenset(SORTIE_STEPS.get(service, _OTHERS).get(SortieState(now), ()))


def check_sortie_step(service: str, now: str, wanted: str) -> None:
    """Raises NotAllowed unless the service's table lets a sortie go from `now` to `wanted`."""
    if SortieState(wanted) not in sortie_steps(service, now):
        raise NotAllowed(now, wanted)


def next_step(service: str, now: str) -> SortieState | None:
    """The step a crew most likely takes next: the first button under its thumb."""
    way = (_S.ACKNOWLEDGED, _S.EN_ROUTE, _S.ON_SCENE, _S.TRANSPORTING, _S.AT_HOSPITAL, _S.RETURNING, _S.DONE)
    allowed = sortie_steps(service, now)
    return next((step for step in way if step in allowed), None)
