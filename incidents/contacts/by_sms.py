"""SMS of contacts: commands count only from the number of a contact point, and only for that agency's assignments."""

from __future__ import annotations

from incidents.contacts import acting, commands, drills
from incidents.contacts.commands import Act
from incidents.contacts.models import Drill, Instruction
from incidents.doors.sms import Incoming, mobile_of
from opscenter.accounts.models import ContactPoint


def claim(message: Incoming, source_id: str) -> bool:
    """Follows an SMS if it is a contact's command; False leaves it to whoever takes citizens' reports."""
    number = mobile_of(message.sender)
    contacts = contacts_with(number) if number else []
    command = commands.read(message.text) if contacts else None
    if command is None:
        return False
    if command.act == Act.CONFIRM:
        drills.confirm(contacts=contacts, how=Drill.How.SMS, code=command.code)
        return True
    acting.follow(contacts=contacts, command=command, door=Instruction.Door.SMS, source_id=source_id)
    return True


def contacts_with(number: str) -> list[ContactPoint]:
    """The contact points in use that have this number, however it is typed there."""
    rows = ContactPoint.objects.select_related("agency", "person").filter(kind=ContactPoint.Kind.SMS, is_active=True)
    return [row for row in rows.order_by("order", "pk") if mobile_of(row.address) == number]
