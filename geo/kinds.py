"""The legal labels of units and their codes: "Phường Phú Hòa" is a phuong named Phú Hòa."""

from __future__ import annotations

import unicodedata

from geo.folding import fold
from geo.models import AreaKind, Level

# Folded label → kind; longer labels first, so that "thị trấn" is not taken for another word.
LABELS: tuple[tuple[str, AreaKind], ...] = (
    ("thanh pho", AreaKind.CITY),
    ("thi tran", AreaKind.TOWNSHIP),
    ("dac khu", AreaKind.SPECIAL_ZONE),
    ("thi xa", AreaKind.TOWN),
    ("phuong", AreaKind.WARD),
    ("huyen", AreaKind.RURAL_DISTRICT),
    ("quan", AreaKind.URBAN_DISTRICT),
    ("tinh", AreaKind.PROVINCE),
    ("xa", AreaKind.COMMUNE),
)
LEVEL_OF: dict[str, Level] = {
    AreaKind.PROVINCE: Level.PROVINCE,
    AreaKind.CITY: Level.DISTRICT,
    AreaKind.TOWN: Level.DISTRICT,
    AreaKind.URBAN_DISTRICT: Level.DISTRICT,
    AreaKind.RURAL_DISTRICT: Level.DISTRICT,
    AreaKind.WARD: Level.WARD,
    AreaKind.TOWNSHIP: Level.WARD,
    AreaKind.COMMUNE: Level.WARD,
    AreaKind.SPECIAL_ZONE: Level.WARD,
}


def split_label(name: str) -> tuple[str, str]:
    """(kind, name without its label): ("phuong", "Phú Hòa"); ("khac", the whole name) without a known label."""
    # In composed form folding keeps the number of letters, so that a folded label measures the name itself.
    name = " ".join(unicodedata.normalize("NFC", name).split())
    folded = fold(name)
    for label, kind in LABELS:
        if folded.startswith(f"{label} ") and len(folded) == len(name):
            return kind.value, name[len(label) + 1 :]
    return AreaKind.OTHER.value, name


def bare_name(name: str) -> str:
    """A unit's name without its label."""
    return split_label(name)[1]
