"""Administration: webhooks are registered here; their messages are looked at, and those given up are sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from incidents.records.admin import LiveTableAdmin
from incidents.webhooks.keeping import send_again
from incidents.webhooks.models import Attempt, Notice, NoticeState, Webhook
from incidents.webhooks.topics import registered, topic_of
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    WebhookModelForm = forms.ModelForm[Webhook]
    Inline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, WebhookModelForm, Inline = admin.ModelAdmin, forms.ModelForm, admin.TabularInline


class WebhookForm(WebhookModelForm):
    """The topic is one of those that exist, and for whom it is made."""

    topic = forms.ChoiceField(label=_("what it is told"))

    class Meta:
        model = Webhook
        fields = ("name", "agency", "partner", "topic", "url", "secret", "with_exercises", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic = self.fields["topic"]
        assert isinstance(topic, forms.ChoiceField)
        topic.choices = [(one.code, one.label) for one in registered()]
        partner = self.fields.get("partner")
        if isinstance(partner, forms.ModelChoiceField):
            partner.queryset = Person.objects.filter(role=Role.PARTNER)

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            parts = urlsplit(url)
            _port = parts.port
        except ValueError:
            raise ValidationError(_("This is no web address.")) from None
        schemes = {"https", "http"} if settings.PARTNER_NETWORKS else {"https"}
        if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
            raise ValidationError(_("Give an address that begins with https:// and holds no password."))
        return url

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        agency, partner = given.get("agency"), given.get("partner")
        if (agency is None) == (partner is None):
            raise ValidationError(_("Choose either an agency or a partner's machine."))
        topic = topic_of(given.get("topic", ""))
        if topic is not None and not (topic.for_agencies if agency is not None else topic.for_partners):
            self.add_error("topic", _("This one is not told such a partner."))
        return given


@admin.register(Webhook)
class WebhookAdmin(ModelAdmin):
    """Who hears of what; a webhook that is not needed any more is switched off, its messages stay."""

    form = WebhookForm
    list_display = ("name", "owner", "topic", "url", "is_active", "failures", "paused_until", "waiting", "given_up")
    list_filter = ("is_active", "topic")
    readonly_fields = ("failures", "paused_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        rows: QuerySet[Webhook] = super().get_queryset(request)
        return rows.select_related("agency", "partner").annotate(
            waiting_count=Count("notices", filter=Q(notices__state__in=[NoticeState.WAITING, NoticeState.SENDING])),
            given_up_count=Count("notices", filter=Q(notices__state=NoticeState.GIVEN_UP)),
        )

    @admin.display(description=_("whose"))
    def owner(self, row: Webhook) -> str:
        return str(row.agency or row.partner)

    @admin.display(description=_("waiting"))
    def waiting(self, row: Any) -> int:
        return int(row.waiting_count)

    @admin.display(description=_("given up"))
    def given_up(self, row: Any) -> int:
        return int(row.given_up_count)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(Inline):
    model = Attempt
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "status", "failure", "took_ms")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Notice)
class NoticeAdmin(LiveTableAdmin):
    """The delivery log: what was told, when, and what came of each attempt."""

    list_display = ("created_at", "webhook", "kind", "entity", "entity_id", "version", "state", "attempts", "failure")
    list_select_related = ("webhook",)
    list_filter = ("state", "webhook")
    inlines = (AttemptInline,)
    # Whose view it was is the partner's; what it says stands in the incident.
    exclude = ("body",)
    actions = ("again",)

    @admin.action(description=_("Send again what was given up"))
    def again(self, request: HttpRequest, rows: QuerySet[Notice]) -> None:
        ids = list(rows.values_list("pk", flat=True))
        # The page holds a transaction of its own; the queue is written in a change.
        transaction.on_commit(lambda: send_again(ids))
        count = rows.filter(state=NoticeState.GIVEN_UP).count()
        told = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)
