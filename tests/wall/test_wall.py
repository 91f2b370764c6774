"""The wall and its links: who may open it, what it shows, and that a revoked link is dead at once."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from incidents.dispatching import agency_work
from incidents.records.live import keys_of
from incidents.records.models import Assignment
from incidents.wall.links import make
from incidents.wall.models import WallLink, is_in_force
from incidents.wall.queries import names, on_time
from opscenter.accounts.models import Person
from realtime.change import change
from realtime.models import Event
from tests.cast import Cast, give, most_queries, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestLinks:
    def test_only_supervisors_and_administrators_manage_them(self, cast: Cast) -> None:
        link, _token = make(name="Phòng họp", by=cast.supervisor)
        for name, person in cast.people().items():
            allowed = name in {"supervisor", "administrator"}
            client = signed_in(person)
            assert client.get("/wall/links/").status_code == (200 if allowed else 403), name
            assert client.post("/wall/links/", {"name": "x"}).status_code == (200 if allowed else 403), name
            if not allowed:
                assert client.post(f"/wall/links/{link.pk}/revoke/").status_code == 403, name
        assert Client().get("/wall/links/").status_code == 302
        assert WallLink.objects.filter(revoked_at=None).count() == 3

    def test_the_address_is_shown_once_and_stored_nowhere(self, cast: Cast) -> None:
        client = signed_in(cast.supervisor)
        text = client.post("/wall/links/", {"name": "Phòng họp tầng 2"}).content.decode()
        found = re.search(r'value="http://testserver(/wall/([^/"]+)/)"', text)
        assert found is not None
        address, token = found.groups()
        assert len(token) >= 43
        row = WallLink.objects.get()
        assert token not in json.dumps([row.token_hash, row.name])
        assert token not in client.get("/wall/links/").content.decode()
        assert Client().get(address).status_code == 200

    def test_a_screen_speaks_vietnamese_whatever_its_browser_was_installed_with(self, cast: Cast) -> None:
        _link, token = make(name="Phòng họp", by=cast.supervisor)
        screen = Client(headers={"accept-language": "en-US,en;q=0.9"})
        page = screen.get(f"/wall/{token}/").content.decode()
        assert 'lang="vi"' in page
        assert f"/wall/{token}/names.json?lang=vi" in page
        assert 'lang="en"' in screen.get(f"/wall/{token}/?lang=en").content.decode()
        # Asked for in a language there is not, it speaks the one it has.
        assert 'lang="vi"' in screen.get(f"/wall/{token}/?lang=fr").content.decode()

    def test_a_link_without_a_name_is_refused(self, cast: Cast) -> None:
        answer = signed_in(cast.supervisor).post("/wall/links/", {"name": "  "})
        assert answer.status_code == 422
        assert 'id="name-error"' in answer.content.decode()
        assert not WallLink.objects.exists()

    def test_revoked_it_opens_neither_page_nor_stream(self, cast: Cast) -> None:
        link, token = make(name="Phòng họp", by=cast.supervisor)
        scope = {"query_string": f"wall={token}".encode()}
        anonymous = Client()
        from django.contrib.auth.models import AnonymousUser

        assert keys_of(AnonymousUser(), scope) == {"wall"}
        assert anonymous.get(f"/wall/{token}/names.json").status_code == 200
        before = Event.objects.count()
        signed_in(cast.administrator).post(f"/wall/links/{link.pk}/revoke/")
        assert not is_in_force(token)
        assert keys_of(AnonymousUser(), scope) == frozenset()
        assert anonymous.get(f"/wall/{token}/").status_code == 404
        assert anonymous.get(f"/wall/{token}/names.json").status_code == 404
        # The hubs are told, so that open screens lose it at once.
        assert Event.objects.count() == before + 1
        link.refresh_from_db()
        assert link.revoked_by == cast.administrator

    def test_who_revoked_it_first_stays(self, cast: Cast) -> None:
        link, _token = make(name="Phòng họp", by=cast.supervisor)
        signed_in(cast.supervisor).post(f"/wall/links/{link.pk}/revoke/")
        signed_in(cast.administrator).post(f"/wall/links/{link.pk}/revoke/")
        link.refresh_from_db()
        assert link.revoked_by == cast.supervisor

    def test_a_token_is_unique(self, cast: Cast) -> None:
        link, _token = make(name="a", by=cast.supervisor)
        with pytest.raises(IntegrityError):
            WallLink.objects.create(
                token_hash=link.token_hash, name="b", created_by=cast.supervisor, created_at=timezone.now()
            )

    def test_guessing_is_stopped(self, cast: Cast, settings: Any) -> None:
        settings.BUDGETS = "guess=2/600:100/600"
        assert [Client().get(f"/wall/nonsense{n}/").status_code for n in range(3)] == [404, 404, 429]


class TestPage:
    def test_leaders_and_the_room_open_it_signed_in(self, cast: Cast) -> None:
        for name, person in cast.people().items():
            expected = 200 if name in {"leader", "call_taker", "supervisor", "administrator"} else 403
            assert signed_in(person).get("/wall/").status_code == expected, name
            assert signed_in(person).get("/wall/names.json").status_code == expected, name
        assert Client().get("/wall/").status_code == 302

    def test_signed_in_it_asks_for_what_a_wall_may_show_and_nothing_more(self, world: World, cast: Cast) -> None:
        from incidents.records.live import snapshot
        from incidents.records.models import Category

        conduct = Category.objects.create(
            code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True
        )  # fmt: skip
        complaint, plain = open_one(world, category=conduct, group=1), open_one(world)
        for name, person in cast.people().items():
            page = signed_in(person).get("/wall/")
            if page.status_code != 200:
                assert not keys_of(person, {"query_string": b"wall=own"}), name
                continue
            asked = page.context["wall"]["stream"]
            keys = keys_of(person, {"query_string": asked.encode()})
            assert keys == {"wall"}, name
            rows = list(snapshot(keys))
            assert [row.id for row in rows] == [plain.pk], name
            (body,) = (row.body for row in rows)
            assert not {"summary", "words", "reports", "place"} & set(body), name
            assert complaint.pk not in {row.id for row in rows}
        assert {row.id for row in snapshot({"room"})} == {complaint.pk, plain.pk}

    def test_it_is_dark_and_kept_by_nobody(self, cast: Cast) -> None:
        _link, token = make(name="a", by=cast.supervisor)
        answer = Client().get(f"/wall/{token}/")
        assert 'data-bs-theme="dark"' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"

    def test_no_words_and_nobody_in_it(self, world: World, cast: Cast) -> None:
        give(open_one(world), world.an_lac, cast.call_taker, note="Gọi ông Bảy")
        _link, token = make(name="a", by=cast.supervisor)
        for address in (f"/wall/{token}/", f"/wall/{token}/names.json"):
            text = Client().get(address).content.decode()
            assert "12/5" not in text
            assert "ông Bảy" not in text
            assert cast.call_taker.full_name not in text


class TestOnTime:
    def row(self, agency_id: int, at: dt.datetime | None = None) -> dict[str, int]:
        return next(row for row in on_time(at or timezone.now()) if row["id"] == agency_id)

    def test_open_overdue_done_and_in_time(self, world: World, cast: Cast) -> None:
        late, fast, waiting = (give(open_one(world), world.an_lac, cast.call_taker) for _ in range(3))
        now = timezone.now()
        Assignment.objects.filter(pk=late.pk).update(due_at=now - dt.timedelta(hours=1))
        Assignment.objects.filter(pk=fast.pk).update(due_at=now + dt.timedelta(hours=1))
        Assignment.objects.filter(pk=waiting.pk).update(due_at=now - dt.timedelta(minutes=1))
        for assignment in (late, fast):
            with change():
                agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
            with change():
                agency_work.give_result(assignment_id=assignment.pk, text="Xong", by=cast.focal_point)
        assert self.row(world.an_lac.pk) == {"id": world.an_lac.pk, "open": 1, "overdue": 1, "done": 2, "in_time": 1}
        # A result a month ago says nothing about today.
        Assignment.objects.filter(pk=late.pk).update(result_at=now - dt.timedelta(days=31))
        assert self.row(world.an_lac.pk)["done"] == 1

    def test_exercises_and_complaints_are_left_out(self, world: World, cast: Cast) -> None:
        from incidents.records.models import Category, Complaint, Exercise

        complaint = Category.objects.create(
            code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True
        )
        exercise = Exercise.objects.create(name="Thử", starts_at=timezone.now())
        about = open_one(world, category=complaint, group=1)
        Complaint.objects.create(report=about.reports.get(), no_unit=True)
        give(about, world.an_lac, cast.call_taker)
        give(open_one(world, exercise=exercise.pk), world.an_lac, cast.call_taker)
        assert on_time(timezone.now()) == []
        give(open_one(world, category=None, group=None), world.an_lac, cast.call_taker)
        assert self.row(world.an_lac.pk)["open"] == 1

    def test_most_overdue_first_in_few_queries(self, world: World, cast: Cast) -> None:
        give(open_one(world), world.an_lac, cast.call_taker)
        there = give(open_one(world), world.binh_minh, cast.call_taker)
        Assignment.objects.filter(pk=there.pk).update(due_at=timezone.now() - dt.timedelta(hours=1))
        with most_queries(10):
            told = names()
        assert [row["id"] for row in told["on_time"]] == [world.binh_minh.pk, world.an_lac.pk]
        assert told["agencies"][str(world.an_lac.pk)] == world.an_lac.name
        assert told["set"] == "invented"
        assert told["categories"]["road"]
