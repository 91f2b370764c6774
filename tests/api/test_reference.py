from __future__ import annotations

from incidents.api.reference import document
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Category
from tests.cast import Cast, Hands, most_queries
from tests.intake.world import World

URL = "/live/reference.json"


def test_names_in_both_languages(world: World, cast: Cast) -> None:
    hands = Hands(cast.focal_point)
    vi, en = hands.get(f"{URL}?lang=vi").json(), hands.get(f"{URL}?lang=en").json()
    assert vi["categories"]["road"]["name"] == "Đường hư hỏng"
    assert en["categories"]["road"] == {"name": "road", "group": 3, "priority": 3, "hours": 48, "is_active": True}
    assert vi["agencies"][str(world.an_lac.pk)]["name"] == "UBND an-lac"
    assert vi["units"][str(cast.unit.pk)] == {"name": "Tổ đô thị", "agency": world.an_lac.pk}
    assert vi["areas"]["invented"]["90001"] == {"name": "Phường An Lạc", "parent": "80001", "level": "ward"}
    assert set(en["states"]) == {state.value for state in IncidentState}
    assert en["needs"]["place_unknown"] == "Nobody knows yet where it is"
    assert en["groups"]["2"] == "Emergency"
    assert (vi["language"], en["language"]) == ("vi", "en")
    assert hands.get(f"{URL}?lang=xx").json()["language"] == "vi"


def test_three_queries(world: World, cast: Cast) -> None:
    document("vi")
    with most_queries(3):
        document("vi")


def test_a_copy_that_is_current_is_not_sent_again(world: World, cast: Cast) -> None:
    hands = Hands(cast.call_taker)
    first = hands.get(f"{URL}?lang=vi")
    tag = first["ETag"]
    assert first.json()["version"] in tag
    again = hands.get(f"{URL}?lang=vi", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert hands.get(f"{URL}?lang=en", **{"If-None-Match": tag}).status_code == 200
    Category.objects.filter(code="road").update(name="Mặt đường")
    changed = hands.get(f"{URL}?lang=vi", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    assert "private" in changed["Cache-Control"]
