"""The log: chained, sealed, append-only; a tampered entry is named, an erased one is named as erased."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from incidents.emergencies.log import chain
from incidents.emergencies.log.sealing import seal
from incidents.emergencies.log.verifying import verify
from incidents.emergencies.log.wording import said
from incidents.emergencies.models import LogEntry, LogText, Seal, SharedIncident
from incidents.emergencies.services import parts
from incidents.records.history import HistoryKind
from incidents.records.models import Incident
from realtime.change import change
from tests.cast import Cast, together
from tests.emergencies.conftest import Services, emergency
from tests.intake.world import World


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    made = emergency(world, cast.call_taker, "fire", "ambulance")
    for words in ("Có bình gas trong bếp", "Xe đã tới ngã tư", "Cần thêm xe"):
        with change():
            parts.note(incident_id=made.pk, words=words, by=services.at_fire)
    return made


def without_triggers(sql: str, *values: Any) -> None:
    """What somebody with the database in hands could do."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, values)
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(sql, values)
        for _name, text in triggers:
            cursor.execute(text)


def test_what_was_written_verifies(incident: Incident) -> None:
    assert list(verify()) == []
    shared = SharedIncident.objects.get(pk=incident.pk)
    assert shared.log_length == LogEntry.objects.filter(shared=shared).count()
    # Opening, telling two services, what the history says of it, three notes.
    assert shared.log_length == 6


@pytest.mark.parametrize("table", ["emergencies_logentry", "emergencies_seal"])
@pytest.mark.parametrize("act", ["UPDATE {table} SET hash = ''", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_it(incident: Incident, table: str, act: str) -> None:
    seal()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table=table))
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("UPDATE emergencies_logentry SET record = replace(record, 'note', 'nope') WHERE id = %s", 1),
        ("UPDATE emergencies_logentry SET kind = 'radio' WHERE id = %s", 1),
        ("UPDATE emergencies_logentry SET agency_id = NULL WHERE id = %s", 1),
        ("UPDATE emergencies_logentry SET by_id = NULL WHERE id = %s", 1),
        ("UPDATE emergencies_logentry SET at = '2019-11-25 00:00:00+00' WHERE id = %s", 1),
        ("UPDATE emergencies_logtext SET words = 'Không có gì' WHERE entry_id = %s", 1),
    ],
)
def test_a_changed_entry_is_named(incident: Incident, sql: str, where: int) -> None:
    entry = LogEntry.objects.filter(shared=incident.pk, kind="note").order_by("seq")[where]
    without_triggers(sql, entry.pk)
    found = list(verify())
    assert {one.what for one in found} == {"tampered"}
    assert f"{incident.code} #{entry.seq}" in {one.where for one in found}
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", "--incident", incident.code, stdout=out)


def test_a_missing_entry_and_a_cut_end_are_named(incident: Incident) -> None:
    last = LogEntry.objects.filter(shared=incident.pk).latest("seq")
    without_triggers("DELETE FROM emergencies_logtext WHERE entry_id = %s", last.pk)
    assert [one.why for one in verify()] == ["its words are gone without a tombstone"]
    without_triggers("DELETE FROM emergencies_logentry WHERE id = %s", last.pk)
    assert [one.where for one in verify()] == [incident.code]


def test_erased_words_are_erased_and_not_tampered(incident: Incident, cast: Cast) -> None:
    entry = LogEntry.objects.filter(shared=incident.pk, kind="note").earliest("seq")
    with change():
        chain.erase_words(entry, by=cast.supervisor)
    (finding,) = verify()
    assert (finding.what, finding.where) == ("erased", f"{incident.code} #{entry.seq}")
    text = LogText.objects.get(entry=entry)
    assert (text.words, text.salt) == ("", "")
    call_command("verify_log")
    # Words in a tombstone are not erased.
    without_triggers("UPDATE emergencies_logtext SET words = 'khác' WHERE entry_id = %s", entry.pk)
    assert [one.what for one in verify()] == ["tampered"]


def test_the_seal_tells_a_chain_that_was_written_anew(incident: Incident, services: Services) -> None:
    first = seal()
    assert first is not None
    assert seal() is None
    with change():
        parts.note(incident_id=incident.pk, words="Đã dập tắt", by=services.at_fire)
    assert seal() is not None
    assert Seal.objects.count() == 2
    assert list(verify()) == []
    # Somebody rewrites the whole end of the chain, head included: hashes fit, the seal does not.
    last = LogEntry.objects.filter(shared=incident.pk).latest("seq")
    record = last.record.replace('"kind":"note"', '"kind":"radio"')
    without_triggers(
        "UPDATE emergencies_logentry SET record = %s, kind = 'radio', hash = %s WHERE id = %s",
        record,
        chain.digest(record),
        last.pk,
    )
    SharedIncident.objects.filter(pk=incident.pk).update(log_head=chain.digest(record))
    assert [one.why for one in verify()] == [
        "it is not what seal 2 saw".replace("2", str(Seal.objects.latest("pk").pk))
    ]


def test_many_at_once_make_one_chain(incident: Incident, services: Services) -> None:
    def say(number: int) -> None:
        with change():
            parts.note(incident_id=incident.pk, words=f"Tin {number}", by=services.at_fire)

    results = together([lambda n=number: say(n) for number in range(6)])
    assert [one for one in results if isinstance(one, Exception)] == []
    assert list(verify()) == []


def test_words_are_in_no_event_and_no_record(incident: Incident) -> None:
    from realtime.models import Event

    assert not any("bình gas" in event.bodies for event in Event.objects.all())
    assert not any("bình gas" in entry.record for entry in LogEntry.objects.all())


def test_every_act_of_the_history_has_words_in_the_log() -> None:
    told = {kind: said(LogEntry(kind=kind, record='{"data": {}}')) for kind in HistoryKind}
    assert [kind for kind, words in told.items() if words in {"", kind.value}] == []
