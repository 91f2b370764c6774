"""Finding an answer while one types, over 10,000 answers: how long a look takes."""

from __future__ import annotations

import random
import statistics
import time
import tomllib
from pathlib import Path

from incidents.knowledge.searching import Entry, Index
from tests.bench.lines import Line
from tests.knowledge.questions import QUESTIONS

ANSWERS = 10_000
LIMIT_MS = 50.0


def measure(small: bool) -> list[Line]:
    """The samples many times over, each time with other words among theirs."""
    samples, chance = tomllib.loads(Path("fixtures/answers.toml").read_text(encoding="utf-8")), random.Random(1022)
    shipped = samples["answer"]
    words = sorted({word for one in shipped for word in one["text"].split()})
    entries = []
    for at in range(1_000 if small else ANSWERS):
        one = shipped[at % len(shipped)]
        more = " ".join(chance.sample(words, 4))
        forms = (f"{one['question']} {more}", *(f"{form} {chance.choice(words)}" for form in one["forms"]))
        entries.append(Entry(at, forms, f"{one['text']} {more}", one["category"]))
    index = Index(entries, list(samples["synonyms"].items()))
    times = []
    for question, _key in QUESTIONS:
        began = time.perf_counter()
        index.search(question)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    worst = times[int(len(times) * 0.95)]
    return [
        Line(f"look among {len(entries):,} answers, p50", statistics.median(times), "ms"),
        Line(f"look among {len(entries):,} answers, p95", worst, "ms", ceiling=LIMIT_MS),
    ]
