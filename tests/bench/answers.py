"""Finding an answer while one types, over 10,000 answers: what a call-taker waits for, also while the index is built.

On SpatiaLite, with all that a request asks of the database. The bare search in an index that is there stands beside it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from tests.bench.lines import Line
from tests.knowledge.questions import QUESTIONS

ANSWERS = 10_000
LIMIT_MS = 50.0


def measure(small: bool) -> list[Line]:
    """The samples many times over, each time with other words among theirs."""
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-") as folder:
        settings = {
            "OPSCENTER_DATABASE_URL": f"spatialite://{folder}/bench.sqlite3",
            "OPSCENTER_MODE": "development",
            "DJANGO_SETTINGS_MODULE": "opscenter.settings",
        }
        command = [sys.executable, "-m", "tests.bench.answers", str(1_000 if small else ANSWERS)]
        done = subprocess.run(
            command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, check=True, timeout=600
        )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    among = f"among {told['count']:,} answers"
    return [
        Line(f"bare search {among}, p95", _p95(told["search"]), "ms"),
        Line(f"answers while typing {among}, p50", statistics.median(told["suggest"]), "ms"),
        Line(f"answers while typing {among}, p95", _p95(told["suggest"]), "ms", ceiling=LIMIT_MS),
        Line(f"answers while typing {among}, p95 while the next index is built", _p95(told["beside"]), "ms"),
        Line(f"building the index of {told['count']:,} answers", told["built"], "ms"),
    ]


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def main(count: int) -> None:
    """The part that runs on a database: fills it, and times."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from incidents.knowledge import finding, writing
    from realtime.change import change

    call_command("migrate", verbosity=0)
    with change():
        _fill(count)
        writing.changed()
    today = timezone.localdate()
    built = _ms(lambda: finding.suggest("khai sinh"))
    index = finding._shelf.index(today)
    told: dict[str, Any] = {"count": count, "built": built, "search": [], "suggest": [], "beside": []}
    for question, _key in QUESTIONS:
        told["search"].append(_ms(lambda words=question: index.search(words)))
        told["suggest"].append(_ms(lambda words=question: finding.suggest(words)))
    with change():
        writing.changed()
    # The second after which a change is looked for.
    finding._shelf._looked = 0.0
    while not told["beside"] or finding._shelf._index is index:
        for question, _key in QUESTIONS[:: len(QUESTIONS) // 8]:
            told["beside"].append(_ms(lambda words=question: finding.suggest(words)))
    print(json.dumps(told))


def _fill(count: int) -> None:
    from incidents.knowledge.lifecycle import VersionState
    from incidents.knowledge.models import Answer, AnswerVersion, Basis, LegalDocument, QuestionForm, Synonym
    from opscenter.accounts.models import Agency
    from realtime.change import current_change

    samples, chance = tomllib.loads(Path("fixtures/answers.toml").read_text(encoding="utf-8")), random.Random(1022)
    shipped = samples["answer"]
    words = sorted({word for one in shipped for word in one["text"].split()})
    begins, at = dt.date(2019, 1, 1), current_change().at
    owner = Agency.objects.create(code="bench", name="Cơ quan", kind="department", valid_from=begins)
    law = LegalDocument.objects.create(number="1/2019", title="Luật", in_force_from=begins)
    Synonym.objects.bulk_create([Synonym(said=said, means=means) for said, means in samples["synonyms"].items()])
    answers = Answer.objects.bulk_create([Answer(owner=owner) for _number in range(count)])
    versions, forms = [], []
    for number, answer in enumerate(answers):
        one = shipped[number % len(shipped)]
        more = " ".join(chance.sample(words, 4))
        versions.append(
            AnswerVersion(
                answer=answer, number=1, question=f"{one['question']} {more}"[:300], text=f"{one['text']} {more}",
                state=VersionState.APPROVED, valid_from=begins, drafted_at=at,
            )
        )  # fmt: skip
        forms += [QuestionForm(answer=answer, text=f"{form} {chance.choice(words)}") for form in one["forms"]]
    versions = AnswerVersion.objects.bulk_create(versions)
    QuestionForm.objects.bulk_create(forms)
    Basis.objects.bulk_create([Basis(version=version, document=law, article="Điều 1") for version in versions])


def _ms(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]))
