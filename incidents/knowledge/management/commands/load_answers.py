"""manage.py load_answers: brings the sample answers of fixtures/answers.toml into force."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.knowledge.samples import WrongSamples, load


class Command(BaseCommand):
    help = "Loads the sample answers and synonyms; what an agency has written since is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load()
        except WrongSamples as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"answers: {loaded.written} written, {loaded.left} left as they are")
