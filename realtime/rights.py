"""The entity `rights`: touched when somebody may now see more or less than a moment ago.

    with change() as c:
        person.role = Role.SUPERVISOR
        person.save()
        c.touch("rights", person.pk)

No screen is sent such an event. Every hub that reads it asks at once, for each of its connections, which keys it
holds now; a connection whose keys are others is closed with 4002 and comes back with the new scope. Without it the
same question is asked every few seconds anyway, which is what catches a sign-out.
"""

from collections.abc import Iterable, Sequence

from realtime.entities import Described, register

RIGHTS = "rights"


def _describe(ids: Sequence[int]) -> Iterable[Described]:
    return (Described(RIGHTS, id, 0, {}, frozenset(), {}, 0) for id in ids)


def register_rights() -> None:
    """Registers the describer of `rights`; called once, when the application starts."""
    register(RIGHTS, _describe)
