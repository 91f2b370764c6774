"""Partners' systems: who may fetch, what was published by CAP, whose warnings we take, which TAK servers we feed."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geo.areas import date_within_set


def digest_of(key: str) -> str:
    """What is stored of a key: it is 256 random bits, so a plain SHA-256 cannot be tried backwards."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class SystemKey(models.Model):
    """The key with which an agency's own system fetches what the agency sees. Only its digest is kept."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="system_keys", verbose_name=_("agency"))
    # The first letters, so that people can tell keys apart.
    prefix = models.CharField(_("begins with"), max_length=8, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    with_exercises = models.BooleanField(_("exercises too"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("key of a partner's system")
        verbose_name_plural = _("keys of partners' systems")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew(self) -> str:
        """Gives the row a fresh key, which is shown once; the row is still to be saved."""
        key = secrets.token_urlsafe(32)
        self.prefix, self.digest = key[:8], digest_of(key)
        return key

    @staticmethod
    def of(key: str) -> SystemKey | None:
        """The key's row; None when it is unknown or switched off, or its agency is no more."""
        row = SystemKey.objects.select_related("agency").filter(digest=digest_of(key), is_active=True).first()
        today = date_within_set(timezone.localdate())
        return row if row is not None and row.agency.is_in_force(today) else None


class CapMessage(models.Model):
    """What was published of a shared incident by CAP 1.2: it never changes, a later one refers to it."""

    shared = models.ForeignKey("emergencies.SharedIncident", models.PROTECT, related_name="cap_messages")
    number = models.PositiveIntegerField()
    identifier = models.CharField(max_length=60, unique=True)
    sent = models.DateTimeField()
    # Alert, Update or Cancel.
    msg_type = models.CharField(max_length=10)
    # Of what it says beside its number and time: the same again is not published again.
    digest = models.CharField(max_length=64)
    # Up to which version of the incident it is right.
    incident_version = models.PositiveIntegerField()
    # The newest of its incident.
    is_last = models.BooleanField(default=True)
    xml = models.TextField()

    class Meta:
        verbose_name = _("published alert (CAP)")
        verbose_name_plural = _("published alerts (CAP)")
        constraints = [
            models.UniqueConstraint(fields=["shared", "number"], name="cap_message_numbered_once"),
            models.UniqueConstraint(fields=["shared"], condition=Q(is_last=True), name="cap_message_one_last"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["shared"], condition=Q(is_last=True) & ~Q(msg_type="Cancel"), name="cap_message_going_on"
            )
        ]

    def __str__(self) -> str:
        return self.identifier


class WarningSource(models.Model):
    """Who may warn us by CAP: an address that is asked, or a system that posts with this secret, or both."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    label = models.CharField(_("shown as"), max_length=100)
    # A CAP message, or an Atom or RSS feed of such. Empty: it only posts.
    url = models.CharField(_("web address"), max_length=500, blank=True)
    every_s = models.PositiveIntegerField(_("asked every … seconds"), default=120)
    secret = models.CharField(_("secret"), max_length=64, default=new_secret)
    # CAP's own sender; of a feed that others write into, only these are taken. Empty: every one.
    senders = models.TextField(_("senders, one a line"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    next_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(_("last asked"), null=True, blank=True, editable=False)
    # Why the last time failed, as a code; empty: it went well.
    failure = models.CharField(_("reason"), max_length=60, blank=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    # The addresses of messages that were read already, the newest last.
    read = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("source of warnings")
        verbose_name_plural = _("sources of warnings")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.label or self.name


class AreaWarning(models.Model):
    """A warning of weather or disaster for an area and a time, as its source published it."""

    source = models.ForeignKey(WarningSource, models.PROTECT, related_name="warnings", verbose_name=_("source"))
    sender = models.CharField(_("sender"), max_length=200)
    identifier = models.CharField(_("identifier"), max_length=200)
    sent = models.DateTimeField(_("sent"))
    # Actual, Exercise, System, Test or Draft: only what is actual is shown on maps.
    status = models.CharField(_("status"), max_length=10)
    msg_type = models.CharField(_("kind"), max_length=10)
    # "sender,identifier" of the messages that it replaces or takes back.
    references = models.JSONField(default=list)
    event = models.CharField(pgettext_lazy("a warning is about", "what"), max_length=200)
    headline = models.CharField(_("headline"), max_length=300, blank=True)
    instruction = models.TextField(_("what to do"), blank=True)
    area = models.CharField(_("area"), max_length=500, blank=True)
    # As CAP names them: Extreme, Severe, Moderate, Minor, Unknown.
    severity = models.CharField(_("severity"), max_length=10)
    urgency = models.CharField(_("urgency"), max_length=10)
    certainty = models.CharField(_("certainty"), max_length=10)
    starts_at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    # SRID 4326; null: its area was only named.
    geometry = models.MultiPolygonField(srid=4326, null=True, blank=True)
    # On the maps now; what replaced it, what took it back and its end take it off.
    is_shown = models.BooleanField(_("on the maps"), default=False)
    # Why it is not on the maps: an exercise, replaced, taken back, over, elsewhere.
    why_not = models.CharField(_("reason"), max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField(pgettext_lazy("time", "taken"))

    class Meta:
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        constraints = [
            models.UniqueConstraint(fields=["source", "sender", "identifier"], name="area_warning_taken_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(is_shown=True), name="area_warning_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.identifier}"


class TakServer(models.Model):
    """A TAK server that is told where an agency's units and shared incidents are (manage.py tak_feed)."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="tak_servers", verbose_name=_("agency"))
    host = models.CharField(_("host"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=8089)
    # With TLS the server's certificate is checked; our own is the file NAME.pem of OPSCENTER_TAK_FOLDER.
    tls = models.BooleanField(_("encrypted (TLS)"), default=True)
    with_exercises = models.BooleanField(_("exercises too"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    connected_at = models.DateTimeField(_("connected since"), null=True, blank=True, editable=False)
    failure = models.CharField(_("reason"), max_length=60, blank=True, editable=False)

    class Meta:
        verbose_name = _("TAK server")
        verbose_name_plural = _("TAK servers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
