"""A resolution as one plain object, the same for the command and for the API."""

from __future__ import annotations

from typing import Any

from geo.reasons import sentence
from geo.resolution import Candidate, Resolution


def as_answer(text: str, resolution: Resolution) -> dict[str, Any]:
    """{text, answer or None, candidates, needs_person, reasons, …}; reasons are sentences with their codes."""
    return {
        "text": text,
        "answer": _candidate(resolution.answer) if resolution.answer is not None else None,
        "candidates": [_candidate(candidate) for candidate in resolution.candidates],
        "needs_person": resolution.needs_person,
        "reasons": [{"code": reason.code, "text": sentence(reason)} for reason in resolution.reasons],
        "question": sentence(resolution.question) if resolution.question is not None else None,
        "outcome": resolution.outcome,
        "ignored": list(resolution.ignored),
        "set": resolution.set_name,
        "generation": resolution.generation,
        "gazetteer": resolution.gazetteer,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "ward_code": candidate.ward.code if candidate.ward else None,
        "district_code": candidate.district.code if candidate.district else None,
        "kind": candidate.kind,
        "name": candidate.name,
        "lat": candidate.lat,
        "lon": candidate.lon,
        "radius_m": candidate.radius_m,
        "confidence": candidate.confidence,
        "ward": candidate.ward.name if candidate.ward else None,
        "district": candidate.district.name if candidate.district else None,
        "tokens": list(candidate.tokens),
        "near": [area.code for area in candidate.near],
    }
