"""Which category do these words speak of? By the phrases of triage.Keyword, with reasons and alternatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from incidents.dispatching.book import book as rules
from incidents.records.models import Category
from incidents.records.models.categories import Group
from incidents.triage import lessons
from incidents.triage.keywords import book
from incidents.triage.phrases import Found, find, is_marked

# From here on the guess stands without a person's look at it.
SURE_FROM = 0.6
# One phrase of weight 3 alone is enough to be sure; less is a hint.
_ENOUGH = 3.0
_MOST_ALTERNATIVES = 3
_DEFAULT_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another category the words may speak of; confidence lies between 0 and 1."""

    category: Category
    confidence: float


@dataclass(frozen=True, slots=True)
class CategorySuggestion:
    """What triage makes of the words. `sure` is False when a person should look at it.

    `priority` 1 is the most urgent: the category's own, or that of an emergency the words speak of if that is more
    urgent, whatever category was chosen. `reasons` are {"code", "params"}; triage.reasons says them in words.
    """

    category: Category | None
    group: int | None
    priority: int
    confidence: float
    sure: bool
    reasons: tuple[dict[str, Any], ...]
    alternatives: tuple[Alternative, ...]

    def as_json(self) -> dict[str, Any]:
        """For Incident.category_trace."""
        return {
            "category": self.category.code if self.category else None,
            "group": self.group,
            "priority": self.priority,
            "confidence": self.confidence,
            "sure": self.sure,
            "reasons": list(self.reasons),
            "alternatives": [
                {"category": one.category.code, "confidence": one.confidence} for one in self.alternatives
            ],
        }


def suggest(words: str, given: Category | None = None, *, exercise: int = 0) -> CategorySuggestion:
    """Category, group and priority for a citizen's words; `given` is what the citizen or the call-taker chose.

    Besides the keywords it hears what people confirmed of reports with the same words, in the same `exercise`.

    What was chosen is kept; words that contradict it, and words of an emergency above all, are told as reasons and
    make it unsure. Three queries.
    """
    scores = _scores(words, exercise)
    # Of two equals the more urgent comes first.
    ranked = sorted(scores.values(), key=lambda score: (-score.weight, score.category.priority, score.category.pk))
    rival = next((score for score in ranked[1:] if not _kin(score.category, ranked[0].category)), None)
    urgent = min((score for score in ranked if score.is_urgent), key=lambda s: s.category.priority, default=None)
    maybe_urgent = next((score for score in ranked if score.category.group == Group.EMERGENCY), None)
    if given is not None:
        return _respecting(given, ranked, urgent, maybe_urgent)
    if not ranked:
        return CategorySuggestion(None, None, _DEFAULT_PRIORITY, 0.0, False, (_reason("no_known_words"),), ())

    best = ranked[0]
    total = best.weight + (rival.weight if rival is not None else 0.0)
    confidence = _rounded(best.weight / total * min(1.0, best.weight / _ENOUGH))
    reasons = best.reasons()
    sure = confidence >= SURE_FROM
    group = best.category.group if sure or _one_group(ranked) else None
    priority = best.category.priority
    if urgent is not None and urgent is not best:
        reasons.append(_reason("emergency_words", category=urgent.category.code, words=", ".join(urgent.phrases)))
        priority = min(priority, urgent.category.priority)
        sure = sure and best.category.group == Group.EMERGENCY
    elif urgent is None and maybe_urgent is not None:
        words_heard = ", ".join(maybe_urgent.phrases)
        reasons.append(_reason("perhaps_emergency", category=maybe_urgent.category.code, words=words_heard))
        sure = False
    if not sure:
        reasons.append(_reason("unsure"))
    alternatives = _alternatives(ranked[1:], best.weight)
    return CategorySuggestion(best.category, group, priority, confidence, sure, tuple(reasons), alternatives)


@dataclass(slots=True)
class _Score:
    """What speaks for one category."""

    category: Category
    weight: float
    phrases: list[str]
    # At least one phrase is more than a single syllable without its marks.
    is_clear: bool

    learnt: lessons.Hint | None = None

    def reasons(self) -> list[dict[str, Any]]:
        """Why this category: the words by which it is known, and what people confirmed."""
        code = self.category.code
        said = [_reason("words", category=code, words=", ".join(self.phrases))] if self.phrases else []
        if self.learnt is not None:
            params = {"category": code, "words": ", ".join(self.learnt.words), "reports": str(self.learnt.reports)}
            said.append(_reason("learnt", **params))
        return said

    @property
    def is_urgent(self) -> bool:
        return self.is_clear and self.category.group == Group.EMERGENCY


def within(words: str, group: int, *, exercise: int = 0) -> Category | None:
    """The likeliest category of one group, for who knows the group better than the words; None when none is heard."""
    scores = [score for score in _scores(words, exercise).values() if score.category.group == group]
    best = max(scores, key=lambda score: (score.weight, -score.category.priority), default=None)
    return best.category if best is not None else None


def _scores(words: str, exercise: int) -> dict[int, _Score]:
    """Category id → what speaks for it; only phrases that stand in the words, and what people confirmed of them."""
    known = book()
    # The same phrase twice says no more than once; typed clearly once is enough.
    once: dict[str, Found] = {}
    with_marks = is_marked(words)
    for found in find(words, known.index):
        if found.is_vague and with_marks:
            # Who writes marks means a syllable without any: "quán chay" is no fire.
            continue
        if found.phrase not in once or once[found.phrase].is_vague:
            once[found.phrase] = found
    learnt = lessons.hints(words, exercise)
    hit = {category_id for phrase in once for category_id, _weight in known.by_phrase[phrase]}
    hit |= {hint.category_id for hint in learnt}
    all_categories = rules().categories if hit else {}
    categories = {pk: one for pk in hit if (one := all_categories.get(pk)) is not None and one.is_active}
    scores: dict[int, _Score] = {}
    for phrase, found in once.items():
        for category_id, weight in known.by_phrase[phrase]:
            if category_id not in categories:
                continue
            score = scores.setdefault(category_id, _Score(categories[category_id], 0.0, [], False))
            score.weight += weight / 2 if found.is_vague else weight
            score.phrases.append(phrase)
            score.is_clear = score.is_clear or not found.is_vague
    for hint in learnt:
        if hint.category_id in categories:
            score = scores.setdefault(hint.category_id, _Score(categories[hint.category_id], 0.0, [], False))
            score.weight += hint.weight
            score.learnt = hint
    return scores


def _respecting(
    given: Category, ranked: list[_Score], urgent: _Score | None, maybe_urgent: _Score | None
) -> CategorySuggestion:
    reasons = [_reason("chosen", category=given.code)]
    others = [score for score in ranked if score.category.pk != given.pk]
    own = next((score.weight for score in ranked if score.category.pk == given.pk), 0.0)
    priority, sure = given.priority, True
    if urgent is not None and given.group != Group.EMERGENCY:
        reasons.append(_reason("emergency_words", category=urgent.category.code, words=", ".join(urgent.phrases)))
        sure = False
    elif maybe_urgent is not None and given.group != Group.EMERGENCY:
        words_heard = ", ".join(maybe_urgent.phrases)
        reasons.append(_reason("perhaps_emergency", category=maybe_urgent.category.code, words=words_heard))
        sure = False
    elif others and others[0].weight >= _ENOUGH and own == 0 and not _kin(others[0].category, given):
        first = others[0]
        reasons.append(_reason("words_say_other", category=first.category.code, words=", ".join(first.phrases)))
        sure = False
    if urgent is not None:
        priority = min(priority, urgent.category.priority)
    return CategorySuggestion(
        given, given.group, priority, 1.0 if sure else 0.5, sure, tuple(reasons), _alternatives(others, own)
    )


def _kin(one: Category, other: Category) -> bool:
    """Whether one is a part of the other: then words for both contradict nothing."""
    return one.parent_id == other.pk or other.parent_id == one.pk


def _one_group(ranked: list[_Score]) -> bool:
    return len({score.category.group for score in ranked}) == 1


def _alternatives(others: list[_Score], best: float) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(score.category, _rounded(score.weight / (score.weight + best) * min(1.0, score.weight / _ENOUGH)))
        for score in others[:_MOST_ALTERNATIVES]
    )


def _rounded(value: float) -> float:
    return round(value, 2)


def _reason(code: str, **params: str) -> dict[str, Any]:
    return {"code": f"triage.{code}", "params": params}
