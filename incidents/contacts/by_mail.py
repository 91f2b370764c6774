"""Mails of contacts: an answer to the message about an assignment does what an SMS does. It counts only in that thread
(its number cannot be guessed) and from the address it was sent to."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile

from incidents.contacts import acting, commands, drills
from incidents.contacts.commands import Act, Command
from incidents.contacts.models import Drill, Instruction
from incidents.delivery.models import Delivery, Kind
from incidents.doors.mail import Mail
from incidents.records import photos


def claim(message: Mail, answered: Delivery | None, source_id: str) -> bool:
    """Follows a contact's answer; False for any other mail."""
    contact = answered.contact_point if answered is not None else None
    if answered is None or contact is None or not contact.is_active:
        return False
    if message.sender != contact.address.strip().lower():
        return False
    command = commands.read(message.text, code_needed=False) or Command(Act.HELP)
    if answered.kind == Kind.DRILL or command.act == Act.CONFIRM:
        # Whatever somebody answers to a drill: somebody is there.
        drills.confirm(contacts=[contact], how=Drill.How.EMAIL)
        return True
    assignment = answered.assignment
    if command.code and assignment is not None and command.code != str(assignment.pk):
        # It names another one: that decides.
        assignment = None
    pictures, _problems = photos.prepare(_pictures(message)) if command.act == Act.DONE else ([], [])
    try:
        said = acting.follow(
            contacts=[contact],
            command=command,
            door=Instruction.Door.EMAIL,
            source_id=source_id,
            assignment=assignment if command.act != Act.HELP or command.wanted is not None else None,
            pictures=pictures,
        )
    except BaseException:
        photos.discard(pictures)
        raise
    if said.refusal or not said.is_new:
        photos.discard(pictures)
    return True


def _pictures(message: Mail) -> list[SimpleUploadedFile]:
    return [
        SimpleUploadedFile(one.name or "photo", io.BytesIO(one.content).getvalue())
        for one in message.attachments
        if one.is_picture
    ]
