from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from incidents.doors.models import ApiKey, digest_of
from incidents.records.models import Exercise
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role


class Command(BaseCommand):
    help = "Makes an API key for a partner's machine and shows it, once. --revoke ends one by its first letters."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", help="the partner's user name; made with the role partner if it does not exist")
        parser.add_argument("--name", default="", help="the partner's full name, when it is made")
        parser.add_argument("--label", default="", help="what the key is for")
        parser.add_argument("--exercise", type=int, default=0, help="number of the exercise it belongs to; 0: live")
        parser.add_argument("--revoke", metavar="PREFIX", help="revoke this key instead of making one")

    def handle(self, *args: Any, **options: Any) -> None:
        username, prefix = str(options["partner"]), options["revoke"]
        if prefix:
            revoked = ApiKey.objects.filter(partner__username=username, prefix=str(prefix)[:8], revoked_at=None).update(
                revoked_at=timezone.now()
            )
            if not revoked:
                raise CommandError(f"{username} has no key in force that begins with {prefix}")
            self.stdout.write(f"revoked: {revoked}")
            return
        exercise = int(options["exercise"])
        if exercise and not Exercise.objects.filter(pk=exercise).exists():
            raise CommandError(f"there is no exercise {exercise}")
        partner = Person.objects.filter(username=username).first()
        if partner is None:
            partner = Person.objects.create_user(
                username, full_name=str(options["name"]) or username, role=Role.PARTNER
            )
        if partner.role != Role.PARTNER:
            raise CommandError(f"{username} is a person with the role {partner.role}: keys belong to partners")
        key = ApiKey.new_key()
        ApiKey.objects.create(
            partner=partner,
            label=str(options["label"])[:100],
            prefix=key[:8],
            digest=digest_of(key),
            exercise=exercise,
            created_at=timezone.now(),
        )
        self.stdout.write(key)
