"""Who acts when a contact point does: the person it belongs to, or an account that stands for the contact itself."""

from __future__ import annotations

from opscenter.accounts.models import ContactPoint, Person
from opscenter.accounts.roles import Role


def acting_person(contact_point: ContactPoint) -> Person:
    """The person whose contact point it is; else an account of its own, which nobody can sign in with.

    So everything that was done names somebody, also after the number has been given to someone else.
    """
    owner = contact_point.person
    if owner is not None and owner.is_active and owner.agency_id == contact_point.agency_id:
        return owner
    kind = str(ContactPoint.Kind(contact_point.kind).label)
    person, _created = Person.objects.get_or_create(
        username=f"contact-{contact_point.pk}",
        defaults={
            "full_name": f"{contact_point.agency.short_name or contact_point.agency.name} ({kind})"[:150],
            "role": Role.FOCAL_POINT,
            "agency_id": contact_point.agency_id,
            "is_active": False,
            # Django's mark for "no password": nothing hashes to it.
            "password": "!",
        },
    )
    return person
