"""Triage and routing of one report beyond the resolver: the category from the words, the near duplicates, the agency.

On SpatiaLite with the shipped reference data and 2,000 open incidents; the queries go to the database every time. The
time is this process's own, so that others on the machine do not count; SQLite works inside the process.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.lines import Line

# The issue asks for this; milliseconds.
MOST_MS = 5.0
WORDS = (
    "Ổ gà rất sâu trên QL13 gần ngã tư, hai xe máy té tối qua",
    "rac do day duong khong ai don may ngay nay roi",
    "Trụ điện nghiêng, dây thòng xuống đường chạm vào mái nhà",
    "Quán karaoke hát đến một giờ sáng, cả xóm không ngủ được",
    "Nước máy đục ngầu từ sáng, có mùi lạ",
)


def measure(small: bool) -> list[Line]:
    """Runs in a process of its own, with a database that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-") as folder:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "opscenter.settings",
            "OPSCENTER_DATA_DIR": folder,
            "BENCH_ROUNDS": "40" if small else "400",
        }
        env.pop("OPSCENTER_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.routing"], env=env, capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    routed, most, near = (float(part) for part in done.stdout.split()[-3:])
    return [
        Line("triage and routing of one report, beyond the resolver", routed, "ms", ceiling=MOST_MS),
        Line("the same, 95 % of them", most, "ms"),
        Line("what may be the same event, among 2,000 open ones", near, "ms"),
    ]


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from geo.areas import point_of
    from geo.resolver import resolve
    from incidents.dispatching.competence import decision_date, suggest_agency
    from incidents.dispatching.roads import road_in
    from incidents.dispatching.suggesting import area_refs
    from incidents.records.models import Category, Incident
    from incidents.records.places import place_fields
    from incidents.triage.categorise import suggest
    from incidents.triage.nearby import duplicates

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("load_starter_areas", verbosity=0)
    at = timezone.now()
    today = timezone.localdate(at)
    lon, lat = point_of("2025", "25750") or (106.67, 10.99)
    road = Category.objects.get(code="road-local")
    from django.contrib.gis.geos import Point

    Incident.objects.bulk_create(
        [
            Incident(
                version=1, category=road, group=3, summary=f"Ổ gà trước số {number}", source="web",
                point=Point(lon + (number % 50) * 0.0004, lat + (number // 50) * 0.0004, srid=4326), radius_m=15.0,
                received_at=at - dt.timedelta(minutes=number % 600), place_trace={}, category_trace={"by": "words"},
            )
            for number in range(2_000)
        ]
    )  # fmt: skip
    times: list[float] = []
    near: list[float] = []
    rounds = int(os.environ["BENCH_ROUNDS"])
    for words in itertools.islice(itertools.cycle(WORDS), rounds + len(WORDS)):
        resolution = resolve(words, on=today, point=(lon, lat))
        fields = place_fields(resolution, on=today)
        begun = time.process_time()
        guess = suggest(words)
        place = area_refs(fields, road=road_in(words),
        )  # fmt: skip
        suggest_agency(
            category=guess.category,
            group=guess.group,
            place=place,
            on=decision_date(today),
            confidence=guess.confidence,
        )
        routed = time.process_time()
        duplicates(words=words, point=(lon, lat), at=at, category=guess.category)
        times.append((routed - begun) * 1000)
        near.append((time.process_time() - routed) * 1000)
    # The first of each warms what a running process has warm.
    times = sorted(times[len(WORDS) :])
    print(statistics.median(times), times[int(len(times) * 0.95)], statistics.median(near[len(WORDS) :]))


if __name__ == "__main__":
    # Started as a module from the project's folder.
    sys.path.insert(0, str(Path.cwd()))
    main()
