"""Local names learnt from pins: which words, for whom, and how they are taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from geo.folding import fold_name
from geo.gazetteer.index import gazetteer
from geo.index import look_again
from geo.learning import learn, phrase_of, revoke
from geo.models import Alias
from tests.geo.town import PLANE, town


@pytest.mark.parametrize(
    ("run", "phrase"),
    [
        ("cây đổ trước quán bà Bảy", "quán bà Bảy"),
        ("quán bà Bảy bị mất điện", "quán bà Bảy"),
        ("gần cây xăng Ông Tám đang ngập", "cây xăng Ông Tám"),
        ("ổ gà ở dốc Cây Điệp", "dốc Cây Điệp"),
        ("quan ba bay bi mat dien", "quan ba bay"),
        ("ngã tư 550", "ngã tư 550"),
        ("tiệm vàng Kim Đỗ", "tiệm vàng Kim Đỗ"),
        # No number of a house or a telephone, nobody's home, nobody's name.
        ("tiệm tóc Lan 0900 000 001", "tiệm tóc Lan"),
        ("quán 12/5", ""),
        ("trước nhà ông Tư", ""),
        ("nhà bà Bảy", ""),
        ("tôi tên Nguyễn Văn Mẫu", ""),
        ("rác nhiều quá", ""),
        # What only sounds like a thing, and what is called so everywhere.
        ("Cho em hỏi rút bảo hiểm", ""),
        ("công nhân nợ lương", ""),
        ("nộp hồ sơ đất đai", ""),
        ("Quán nhậu lấn chiếm vỉa hè", ""),
        ("dây điện lơ lửng Ngã ba", ""),
        ("ngã ba Lò Chén cống nghẹt", "ngã ba Lò Chén"),
        ("cầu Thắng Lợi sập", "cầu Thắng Lợi"),
        ("quán", ""),
        ("", ""),
    ],
)
def test_which_words_are_kept(run: str, phrase: str) -> None:
    assert phrase_of([run]) == phrase


@pytest.fixture
def taught(db: None, new_person: Callable[..., Any]) -> Callable[..., Alias | None]:
    person = new_person()

    def teach(phrase: str = "quán bà Bảy", east: float = 0, north: float = 0, **more: Any) -> Alias | None:
        lon, lat = PLANE.degrees(east, north)
        about = {"label": "", "radius_m": 15.0, "exercise": 0, "by_id": person.pk, "at": timezone.now(), **more}
        alias = learn(phrase=phrase, lon=lon, lat=lat, **about)
        look_again()
        return alias

    return teach


def proposed(text: str, exercise: int = 0) -> list[str]:
    known = gazetteer()
    hits = known.scan(fold_name(text).split(), exercise)
    return [known.label(entry) for hit in hits for entry in hit.entries if entry.kind == "alias"]


def test_learnt_confirmed_and_taken_back(taught: Callable[..., Alias | None], new_person: Callable[..., Any]) -> None:
    alias = taught()
    assert alias is not None
    assert proposed("trước quan ba bay, Phú Hòa") == ["quán bà Bảy"]
    before = gazetteer()
    assert taught(north=60) == alias
    alias.refresh_from_db()
    assert (alias.times, alias.radius_m) == (2, 50.0)
    # Learning builds no more than the aliases anew.
    assert gazetteer() is not before
    assert gazetteer().names.names is before.names.names
    # The same phrase elsewhere is another place: both are proposed.
    other = taught(east=5_000)
    assert other not in (None, alias)
    assert len(proposed("quán bà Bảy")) == 2
    somebody = new_person()
    assert revoke(alias_id=alias.pk, by_id=somebody.pk, at=timezone.now())
    assert not revoke(alias_id=alias.pk, by_id=somebody.pk, at=timezone.now())
    look_again()
    assert len(proposed("quán bà Bảy")) == 1
    alias.refresh_from_db()
    assert alias.revoked_by == somebody


def test_an_exercise_teaches_only_itself(taught: Callable[..., Alias | None]) -> None:
    taught(exercise=7)
    assert proposed("quán bà Bảy") == []
    assert proposed("quán bà Bảy", 8) == []
    assert proposed("quán bà Bảy", 7) == ["quán bà Bảy"]
    live = taught()
    assert live is not None
    assert (live.exercise, live.times) == (0, 1)


def test_an_exact_name_is_never_overridden(taught: Callable[..., Alias | None], tmp_path: Path) -> None:
    call_command("import_osm", str(town().write(tmp_path / "town.osm")), "--commit")
    assert taught("chợ Tưởng Tượng", east=900) is None
    assert taught("Chợ Tưởng Tượng Nhỏ", east=900) is not None
