"""A small domain for the stream's own tests: probes with an audience, and who holds which keys.

Both tables exist only in test databases; see the fixture `probes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection, models

from realtime import entities
from realtime.change import current_change
from realtime.entities import Described, Row, profile_for

PROBE = "probe"


class Probe(models.Model):  # noqa: DJ008
    version = models.BigIntegerField(default=0)
    words = models.TextField(default="")
    # {key: profile}, now and as the last event told it.
    audience = models.JSONField(default=dict)
    told = models.JSONField(default=dict)

    class Meta:
        app_label = "realtime"
        db_table = "test_probe"
        managed = False


class Grant(models.Model):  # noqa: DJ008
    """The keys of a visitor, who says its name in the address: ?who=ann."""

    who = models.CharField(max_length=20, unique=True)
    keys = models.JSONField(default=list)

    class Meta:
        app_label = "realtime"
        db_table = "test_grant"
        managed = False


def body(probe: Probe, profile: str) -> dict[str, object]:
    """The room reads the words, the others how many there are."""
    if profile == "room":
        return {"id": probe.pk, "version": probe.version, "words": probe.words}
    return {"id": probe.pk, "version": probe.version, "length": len(probe.words)}


def describe(ids: Sequence[int]) -> Iterable[Described]:
    for probe in list(Probe.objects.filter(pk__in=ids)):
        removed = frozenset(probe.told) - frozenset(probe.audience)
        yield Described(
            PROBE,
            probe.pk,
            probe.version,
            probe.audience,
            removed,
            {profile: body(probe, profile) for profile in set(probe.audience.values())},
            0,
        )
        Probe.objects.filter(pk=probe.pk).update(told=probe.audience)


def write(id: int, words: str, audience: Mapping[str, str] | None = None) -> None:
    """Makes or changes a probe inside the open change."""
    Probe.objects.bulk_create([Probe(pk=id)], ignore_conflicts=True)
    probe = Probe.objects.select_for_update().get(pk=id)
    probe.words = words
    probe.version += 1
    if audience is not None:
        probe.audience = dict(audience)
    probe.save()
    current_change().touch(PROBE, id)


def snapshot(keys: frozenset[str]) -> Iterator[Row]:
    for probe in Probe.objects.order_by("pk"):
        profile = profile_for(keys, probe.audience)
        if profile is not None:
            yield Row(PROBE, probe.pk, probe.version, body(probe, profile))


def keys_of(who: str) -> frozenset[str]:
    grant = Grant.objects.filter(who=who).first()
    return frozenset(grant.keys) if grant else frozenset()


def make_tables() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Probe)
        editor.create_model(Grant)


def drop_tables() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(Grant)
        editor.delete_model(Probe)


def register() -> None:
    if not entities.is_registered(PROBE):
        entities.register(PROBE, describe)
