"""What a citizen types, checked by the server: the same rules with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from incidents.doors import questions
from incidents.doors.models import ServiceAttribute
from incidents.records.models import Category
from opscenter.accounts.models import Agency

# As Open311 allows, so that a report fits through every door.
LONGEST_WORDS = 4000


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files up to the limit. What is in them is checked when the report is taken: a bad file never
    stops a report."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files: Sequence[Any] = data if isinstance(data, (list, tuple)) else [data]
        kept = [file for file in files if file]
        most = settings.PHOTOS_PER_REPORT
        if len(kept) > most:
            raise forms.ValidationError(
                ngettext_lazy("At most %(most)d photo.", "At most %(most)d photos.", most),
                params={"most": most},
                code="too_many",
            )
        return kept


class AddForm(forms.Form):
    """More words or photos for a report: one of the two at least."""

    words = forms.CharField(
        max_length=LONGEST_WORDS,
        required=False,
        strip=True,
        error_messages={
            "max_length": _("That is too long: at most %(limit_value)d characters, you wrote %(show_value)d.")
        },
    )
    photos = PhotosField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("words") and not data.get("photos") and not self.errors:
            self.add_error("words", _("Write a few words or choose a photo."))
        return data


class ChatForm(AddForm):
    """One message of a chat; name and phone only with the first, and only if the citizen likes."""

    name = forms.CharField(max_length=150, required=False)
    phone = forms.CharField(max_length=30, required=False)
    exercise = forms.CharField(max_length=64, required=False)


class RatingForm(forms.Form):
    """Whether the answer helps, and why not."""

    happy = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(max_length=LONGEST_WORDS, required=False, strip=True)


class Speaks(StrEnum):
    """For whom somebody reports."""

    SELF = "person"
    OTHER = "behalf"
    ORGANISATION = "organisation"
    # Who does not want to be named: whatever stands in the fields is not kept.
    NOBODY = "anonymous"


class ReportForm(forms.Form):
    """A citizen's report. Errors are texts for the citizen, each beside its field."""

    words = forms.CharField(
        max_length=LONGEST_WORDS,
        strip=True,
        widget=forms.Textarea,
        error_messages={
            "required": _("Tell us what is wrong: a few words are enough."),
            "max_length": _("That is too long: at most %(limit_value)d characters, you wrote %(show_value)d."),
        },
    )
    photos = PhotosField(required=False)
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True, is_public=True),
        to_field_name="code",
        required=False,
        error_messages={"invalid_choice": _("This topic is not in the list any more. Choose another or none.")},
    )
    complained_agency = forms.ModelChoiceField(
        Agency.objects.all(),
        required=False,
        error_messages={"invalid_choice": _("This agency is not in the list any more. Choose another or none.")},
    )
    complained_official = forms.CharField(max_length=200, required=False)
    complained_procedure = forms.CharField(max_length=200, required=False)
    # Never sent itself: where what is wrong with the extra questions is said.
    questions = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    accuracy = forms.FloatField(required=False, min_value=0)
    address = forms.CharField(
        max_length=500,
        required=False,
        error_messages={
            "max_length": _("That is too long: at most %(limit_value)d characters, you wrote %(show_value)d.")
        },
    )
    kind = forms.ChoiceField(choices=[(one.value, one.value) for one in Speaks], required=False)
    on_behalf_of = forms.CharField(max_length=200, required=False)
    name = forms.CharField(max_length=150, required=False)
    organisation = forms.CharField(max_length=200, required=False)
    phone = forms.CharField(max_length=30, required=False)
    email = forms.EmailField(
        required=False,
        error_messages={"invalid": _("This e-mail address is not complete, for example ten@example.vn.")},
    )
    exercise = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    # Sent by the installed app.
    app = forms.BooleanField(required=False, widget=forms.HiddenInput)
    action_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        if not re.search(r"\w{2}", words):
            raise forms.ValidationError(_("Tell us what is wrong: a few words are enough."), code="required")
        return words

    def clean_phone(self) -> str:
        """The number as E.164, or nothing. Vietnamese numbers may come without the country's prefix."""
        typed = str(self.cleaned_data["phone"])
        if not typed:
            return ""
        try:
            number = phonenumbers.parse(typed, "VN")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(
                _("This phone number is not complete, for example 0912 345 678."), code="invalid"
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("lat") is None) != (data.get("lon") is None):
            self.add_error("address", _("The point on the map is not complete. Choose it again."))
        if data.get("kind") == Speaks.ORGANISATION and not data.get("organisation"):
            self.add_error("organisation", _("Write the organisation's name, or choose “For myself”."))
        if data.get("kind") == Speaks.OTHER and not data.get("on_behalf_of"):
            self.add_error("on_behalf_of", _("Write for whom: a neighbour, a relative, a name."))
        if data.get("kind") == Speaks.NOBODY:
            # Not even an error about a number that is not kept.
            for name in ("name", "organisation", "on_behalf_of", "phone", "email"):
                data[name] = ""
                self.errors.pop(name, None)
        self.answers = questions.read(data.get("category"), questions.typed_in_form(self.data, data.get("category")))
        for code in self.answers.missing:
            self.add_error("questions", _("Please answer: %(question)s") % {"question": self._question(code)})
        for code in self.answers.wrong:
            self.add_error("questions", _("Not understood: %(question)s") % {"question": self._question(code)})
        return data

    def _question(self, code: str) -> str:
        return ServiceAttribute.objects.get(category=self.cleaned_data["category"], code=code).question

    @property
    def point(self) -> tuple[float, float] | None:
        """(lon, lat), SRID 4326, or None."""
        lat, lon = self.cleaned_data.get("lat"), self.cleaned_data.get("lon")
        return None if lat is None or lon is None else (lon, lat)
