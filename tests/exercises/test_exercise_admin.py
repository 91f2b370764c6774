"""A supervisor opens an exercise and hands out its link."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from incidents.records.models import Exercise

pytestmark = pytest.mark.django_db
ADD = "/admin/records/exercise/add/"


def fields(starts: dt.datetime, ends: dt.datetime | None = None) -> dict[str, str]:
    values = {"name": "Thử nghiệm tháng 10"}
    for name, at in (("starts_at", starts), ("ends_at", ends)):
        local = timezone.localtime(at) if at else None
        values[f"{name}_0"] = local.strftime("%d/%m/%Y") if local else ""
        values[f"{name}_1"] = local.strftime("%H:%M:%S") if local else ""
    return values


def test_a_supervisor_opens_one_and_its_link_opens_the_portal(client, new_person):
    client.force_login(new_person("supervisor"))
    now = timezone.now()
    assert client.post(ADD, fields(now - dt.timedelta(hours=1), now + dt.timedelta(days=1))).status_code == 302
    exercise = Exercise.objects.get()
    page = client.get(f"/admin/records/exercise/{exercise.pk}/change/").content.decode()
    link = re.search(r'href="(http://[^"]+/\?thu-nghiem=[^"]+)"', page)
    assert link
    assert link.group(1).endswith(f"/?thu-nghiem={exercise.token}")


def test_it_ends_after_it_began(client, new_person):
    client.force_login(new_person("supervisor"))
    now = timezone.now()
    response = client.post(ADD, fields(now, now - dt.timedelta(hours=1)))
    assert "ends_at" in response.context["adminform"].form.errors
    assert not Exercise.objects.exists()


@pytest.mark.parametrize(("starts", "ends", "phase"), [(1, None, "Planned"), (-1, None, "Running"), (-2, -1, "Over")])
def test_the_list_says_what_it_is_now(starts, ends, phase):
    from django.contrib import admin
    from django.utils import translation

    now = timezone.now()
    exercise = Exercise(
        name="x",
        starts_at=now + dt.timedelta(hours=starts),
        ends_at=now + dt.timedelta(hours=ends) if ends else None,
    )
    with translation.override("en"):
        assert admin.site._registry[Exercise].phase(exercise) == phase


def test_call_takers_open_none_and_nobody_deletes(client, new_person):
    exercise = Exercise.objects.create(name="x", starts_at=timezone.now())
    client.force_login(new_person("call_taker"))
    assert client.get(ADD, follow=True).status_code == 403
    client.force_login(new_person("administrator"))
    assert client.post(f"/admin/records/exercise/{exercise.pk}/delete/", {"post": "yes"}).status_code == 403
