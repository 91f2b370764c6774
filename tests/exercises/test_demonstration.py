"""The demonstration's accounts: one of each role, the same at every start, and nowhere else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.doors.models import ApiKey
from incidents.emergencies.models import Unit
from incidents.exercises.demonstration import CAST, make_demonstration, read_secrets, secrets_file, table_file
from incidents.wall.models import WallLink, is_in_force
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_every_role_has_somebody_who_can_sign_in(demonstration: Path, client):
    make_demonstration()
    assert {one.role for one in CAST} == set(Role)
    secrets = read_secrets()
    assert len(set(secrets.passwords.values())) == len(CAST)
    for one in CAST:
        assert client.login(username=one.username, password=secrets.passwords[one.username]), one.username


def test_they_work_where_they_should(demonstration: Path):
    make_demonstration()
    for person in Person.objects.select_related("agency", "handling_unit"):
        person.full_clean(exclude=["password"])
        if person.handling_unit:
            assert person.handling_unit.agency == person.agency
        if person.role in {Role.DISPATCHER, Role.CREW}:
            assert person.agency
            assert person.agency.kind in {"police", "fire", "ambulance"}


def test_a_later_start_prints_the_same_and_makes_nothing(demonstration: Path):
    first = make_demonstration()
    tables = (Person, ApiKey, WallLink, Unit)
    counts = [table.objects.count() for table in tables]
    assert make_demonstration() == first == table_file().read_text()
    assert [table.objects.count() for table in tables] == counts


def test_each_crew_has_a_unit_to_go_out_with(demonstration: Path):
    make_demonstration()
    crews = Person.objects.filter(role=Role.CREW)
    assert crews
    for person in crews:
        assert Unit.objects.filter(agency=person.agency, handling_unit=person.handling_unit).count() == 1
    for unit in Unit.objects.select_related("agency"):
        unit.full_clean()


def test_a_new_database_gets_the_same_passwords(demonstration: Path):
    first = make_demonstration()
    WallLink.objects.all().delete()
    ApiKey.objects.all().delete()
    Person.objects.all().delete()
    assert make_demonstration() == first
    secrets = read_secrets()
    person = Person.objects.get(username="truong-ca")
    assert person.check_password(secrets.passwords["truong-ca"])
    assert ApiKey.of(secrets.open311_key)
    assert is_in_force(secrets.wall_token)


def test_a_password_somebody_changed_is_the_printed_one_again(demonstration: Path):
    make_demonstration()
    person = Person.objects.get(username="lanh-dao")
    person.set_password("another password")
    person.save()
    make_demonstration()
    person.refresh_from_db()
    assert person.check_password(read_secrets().passwords["lanh-dao"])


def test_only_the_owner_can_read_the_files(demonstration: Path):
    make_demonstration()
    for file in (secrets_file(), table_file()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    table = table_file().read_text()
    assert all(one.username in table for one in CAST if one.role != Role.PARTNER)


def test_outside_the_demonstration_it_refuses(settings, tmp_path: Path):
    settings.DEMONSTRATION = False
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="OPSCENTER_MODE=demonstration"):
        call_command("make_demo_accounts")
    assert Person.objects.count() == 0
    assert list(tmp_path.iterdir()) == []


def test_without_reference_data_it_says_what_to_run(settings, tmp_path: Path):
    settings.DEMONSTRATION = True
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="load_reference"):
        call_command("make_demo_accounts")
