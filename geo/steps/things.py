"""What places are called after: "khu công nghiệp", "chợ", "ngã tư", as names of places begin."""

from __future__ import annotations

from functools import cache

from geo.folding import fold_name
from geo.language import table
from geo.steps.phrases import Phrases


@cache
def things() -> Phrases[bool]:
    """Everything a place's name begins with, written out as names are."""
    found: Phrases[bool] = Phrases()
    for kind in table("things_named_after")["thing"].values():
        for words in kind:
            found.put(tuple(fold_name(words).split()), True)
    return found
