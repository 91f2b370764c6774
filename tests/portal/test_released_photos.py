"""A citizen's photo is seen outside once a person has released it, and only as it was covered; the original is kept."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from incidents.dispatching import agency_work, closing
from incidents.privacy.erasing import erase_reporter
from incidents.records import photos
from incidents.records.models import History, Photo, Redaction, Report
from realtime.change import change
from tests.cast import Cast, Hands, cast, give
from tests.intake.world import IN_AN_LAC, World, picture, take, upload, world

__all__ = ["cast", "take", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
# The red corner of the test's picture, and the whole of it.
CORNER = [0, 0, 2600, 2600]
RED = (220, 30, 30)


@pytest.fixture
def report(take: Any) -> Report:
    from incidents.intake.take import ReporterDetails

    taken = take("Có ổ gà", point=IN_AN_LAC, photos=[upload(picture())], reporter=ReporterDetails(name="Người Thử"))
    return taken.report  # type: ignore[no-any-return]


def decide(hands: Hands, photo: Photo, boxes: list[list[int]], *, public: bool = True, on: int = 0) -> Any:
    sent = {"boxes": boxes, "public": public, "on": on}
    return hands.post(f"/api/photos/{photo.pk}/redaction", sent)


def corner(content: bytes) -> tuple[int, int, int]:
    """The colour near the corner that is red in the picture as it was sent."""
    pixel = Image.open(io.BytesIO(content)).convert("RGB").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def is_red(content: bytes) -> bool:
    return corner(content)[0] > 180


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def outside(report: Report) -> dict[str, Any]:
    """What everybody is shown: addresses on the tracking page, the map and Open311."""
    hands, photo = Hands(), Photo.objects.get()
    page = hands.get(f"/tra-cuu/{report.tracking_code}/").content.decode()
    own = f"/tra-cuu/{report.tracking_code}/anh/{photo.pk}/"
    asked = hands.get("/open311/v2/requests.json").json()
    return {
        "page": own if own in page else "",
        "map": hands.get("/ban-do/phan-anh.json").json()["reports"][0]["photo"],
        "open311": asked[0]["media_url"].removeprefix(settings.PUBLIC_URL),
    }


def test_nobody_outside_sees_it_until_a_person_has_released_it(report: Report, cast: Cast) -> None:
    photo, hands = Photo.objects.get(), Hands(cast.call_taker)
    assert outside(report) == {"page": "", "map": "", "open311": ""}
    assert Hands().get(f"/tra-cuu/{report.tracking_code}/anh/{photo.pk}/").status_code == 404
    assert is_red(hands.get(f"/api/photos/{photo.pk}/shown").content)
    assert hands.get(f"/api/photos/{photo.pk}/outside").status_code == 404

    assert decide(hands, photo, [CORNER], public=False).status_code == 200
    assert outside(report) == {"page": "", "map": "", "open311": ""}
    assert decide(hands, photo, [CORNER], on=1).status_code == 200
    for address in outside(report).values():
        answer = Hands().get(address)
        assert answer.status_code == 200, address
        assert not is_red(bytes_of(answer)), address
    assert not is_red(hands.get(f"/api/photos/{photo.pk}/outside").content)
    # Inside it stays as it came, and so does what was sent.
    assert is_red(hands.get(f"/api/photos/{photo.pk}/shown").content)
    assert is_red((Path(settings.MEDIA_ROOT) / photo.original).read_bytes())


def test_an_old_copy_is_never_served(report: Report, cast: Cast) -> None:
    photo, hands = Photo.objects.get(), Hands(cast.call_taker)
    decide(hands, photo, [])
    before = outside(report)["map"]
    first = Hands().get(before)
    assert first["Cache-Control"] == "private, no-cache"
    assert Hands().get(before, **{"If-None-Match": first["ETag"]}).status_code == 304
    decide(hands, photo, [CORNER], on=1)
    after = outside(report)["map"]
    assert after != before
    # The old address is gone, also for a browser that kept what it showed.
    assert Hands().get(before, **{"If-None-Match": first["ETag"]}).status_code == 404
    assert not is_red(Hands().get(after).content)
    shown = hands.get(f"/api/photos/{photo.pk}/outside")
    assert hands.get(f"/api/photos/{photo.pk}/outside", **{"If-None-Match": first["ETag"]}).status_code == 200
    assert shown["Cache-Control"] == "private, no-cache"


def test_undo_gives_back_what_was_before_and_is_written_down(report: Report, cast: Cast) -> None:
    photo, hands = Photo.objects.get(), Hands(cast.call_taker)
    decide(hands, photo, [CORNER])
    decide(hands, photo, [], on=1)
    undo = f"/api/photos/{photo.pk}/redaction/undo"
    assert hands.post(undo, {"on": 2}).json()["number"] == 3
    assert Redaction.objects.get(number=3).boxes == [CORNER]
    assert not is_red(Hands().get(outside(report)["map"]).content)
    # Undoing the first gives what there was without any decision: nothing outside.
    Redaction.objects.filter(number__gt=1).delete()
    assert hands.post(undo, {"on": 1}).status_code == 200
    assert outside(report) == {"page": "", "map": "", "open311": ""}
    kept = History.objects.filter(kind="photo_redacted").order_by("pk")
    assert [(row.data["boxes"], row.data["public"]) for row in kept] == [(1, True), (0, True), (1, True), (0, False)]
    page = hands.get(f"/room/photo/{photo.pk}/").content.decode()
    assert "Held back" in page


def test_two_at_once_are_told_and_a_repeated_request_is_done_once(report: Report, cast: Cast) -> None:
    photo, hands = Photo.objects.get(), Hands(cast.call_taker)
    number = str(uuid.uuid4())
    url, sent = f"/api/photos/{photo.pk}/redaction", {"boxes": json.dumps([CORNER]), "public": "on", "on": "0"}
    answers = [hands.post(url, sent, action=number, form=True).json() for _ in range(2)]
    assert answers[0] == answers[1]
    late = decide(Hands(cast.supervisor), photo, [], on=0)
    assert (late.status_code, late.json()["current"]["boxes"]) == (409, 1)
    # Of what was refused or repeated no file is left.
    redacted = list(Path(settings.MEDIA_ROOT).glob("photos-redacted*/**/*.jpg"))
    assert len(redacted) == 2


@pytest.mark.parametrize(
    "boxes",
    [[[0, 0, 0, 10]], [[9000, 0, 2000, 10]], [[-1, 0, 10, 10]], [[0, 0, 10]], [["0", 0, 10, 10]], "[[0,0", "x" * 99,
     [[0, 0, 10, 10]] * 61, [[0.5, 0, 10, 10]], {"a": 1}, "[" * 5000],
)  # fmt: skip
def test_boxes_that_are_none_are_told(report: Report, cast: Cast, boxes: Any) -> None:
    answer = decide(Hands(cast.call_taker), Photo.objects.get(), boxes)
    assert (answer.status_code, "boxes" in str(answer.json()["fields"])) == (422, True)
    assert not Redaction.objects.exists()


def test_a_photo_of_the_work_is_held_back_or_covered(report: Report, cast: Cast, world: World) -> None:
    assignment = give(report.incident, world.an_lac, cast.call_taker)
    with change():
        agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
    prepared, _problems = photos.prepare([upload(picture(size=(300, 200)))])
    with change():
        agency_work.give_result(assignment_id=assignment.pk, text="Đã vá", by=cast.focal_point, pictures=prepared)
    with change():
        closing.close(incident_id=report.incident_id, answer="Xong.", by=cast.call_taker)
    after, hands = Photo.objects.get(phase="after"), Hands(cast.call_taker)
    address = f"/tra-cuu/{report.tracking_code}/anh/{after.pk}/"
    assert is_red(bytes_of(Hands().get(address)))
    decide(hands, after, [CORNER])
    assert not is_red(bytes_of(Hands().get(address)))
    decide(hands, after, [CORNER], public=False, on=1)
    assert Hands().get(address).status_code == 404


def test_erasing_takes_what_was_covered_too(report: Report, cast: Cast) -> None:
    photo = Photo.objects.get()
    decide(Hands(cast.call_taker), photo, [CORNER])
    assert report.reporter_id is not None
    with change():
        erase_reporter(reporter_id=report.reporter_id, by=None, why="requested")  # type: ignore[arg-type]
    assert not Redaction.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))


def test_files_without_a_row_are_removed_and_those_with_one_stay(report: Report, cast: Cast) -> None:
    import datetime as dt

    decide(Hands(cast.call_taker), Photo.objects.get(), [CORNER])
    (kept,) = Path(settings.MEDIA_ROOT).glob("photos-redacted/*/*/*.jpg")
    kept.with_name("f" * 32 + ".jpg").write_bytes(b"left")
    assert photos.remove_orphans(dt.timedelta(seconds=-5)) == 1
    assert kept.exists()
