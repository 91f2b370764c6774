"""Passwords are issued by the hotline: generated here, shown once, stored only as a hash."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password

from opscenter.accounts.models import Person

# No 0/o, 1/i/l: a password is read aloud and copied from paper.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_password() -> str:
    """Sixteen letters and digits in groups of four: 79 bits from the system's random source."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def issue_password(person: Person) -> str:
    """Gives a saved person a new password and answers it; whoever is signed in with the old one is signed out."""
    password = new_password()
    person.password = make_password(password)
    person.save(update_fields=["password"])
    return password
