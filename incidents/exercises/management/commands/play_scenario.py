"""manage.py play_scenario --address http://127.0.0.1:8000: a whole day of the hotline in a few minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.exercises.composing import compose
from incidents.exercises.demonstration import read_secrets
from incidents.exercises.playing import Player, ServerGone, summary
from incidents.exercises.scenario import WrongScenario, read_scenario
from incidents.exercises.visitor import NoAnswer, NotThisMachine, Visitor

SCENARIO = Path(settings.BASE_DIR) / "fixtures" / "scenarios" / "compressed_day.toml"


class Command(BaseCommand):
    help = (
        "Sends a few hundred reports through the real doors of a running demonstration, and does what its staff would "
        "do, all over HTTP. It talks to this machine alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demonstration runs")
        parser.add_argument("--scenario", type=Path, default=SCENARIO, help="a scenario file")
        parser.add_argument("--minutes", type=float, default=8.0, help="how long the day takes (8)")
        parser.add_argument("--seed", type=int, default=1022, help="the same seed tells the same day (1022)")
        parser.add_argument("--reports", type=int, help="how many reports; the scenario says it otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("This invents reports, so it works with OPSCENTER_MODE=demonstration only.")
        if options["minutes"] <= 0 or (options["reports"] is not None and options["reports"] < 1):
            raise CommandError("--minutes and --reports are more than 0.")
        try:
            scenario = read_scenario(options["scenario"])
            secrets = read_secrets()
        except WrongScenario as error:
            raise CommandError(str(error)) from error
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing: run manage.py make_demo_accounts first.") from error
        try:
            Visitor(options["address"]).get("/health/")
        except NotThisMachine as error:
            raise CommandError(f"{error} is not on this machine: the scenario is played nowhere else.") from error
        except NoAnswer as error:
            raise CommandError(f"Nothing answers at {options['address']}: start the demonstration first.") from error
        planned = compose(scenario, options["seed"], options["reports"])
        say = self.stderr.write if options["verbosity"] > 1 else _nothing
        self.stdout.write(f"· Playing a day of {len(planned)} reports in {options['minutes']:g} minutes")
        player = Player(scenario, options["address"], secrets, minutes=options["minutes"], say=say)
        try:
            counts = player.play(planned)
        except ServerGone as error:
            raise CommandError(f"{error} stopped answering.") from error
        self.stdout.write(f"· The day is over. {summary(counts)}")
        if not any(counts[door] for door in ("phone", "web", "zalo", "open311")):
            raise CommandError("Not one report came in.")


def _nothing(text: str) -> None:
    """Small troubles of a played day are not worth a line, unless somebody asks for them by -v 2."""
