"""What is typed on the pages of answers, checked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.knowledge.models import LegalDocument
from incidents.knowledge.writing import Draft
from incidents.records.models import Category
from opscenter.accounts.models import Agency

_DATE = {"type": "date"}


class AnswerForm(forms.Form):
    """One version. Forms and bases are typed a line each; a basis is "Điều 16 | 60/2014/QH13"."""

    owner = forms.ModelChoiceField(Agency.objects.none(), label=gettext_lazy("Agency"))
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), required=False, label=gettext_lazy("Category")
    )
    question = forms.CharField(max_length=300, label=gettext_lazy("Question"))
    ways = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("How people ask, one way a line"),
    )
    text = forms.CharField(max_length=6000, widget=forms.Textarea(attrs={"rows": 8}), label=gettext_lazy("Answer"))
    bases = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Legal basis, one a line: article | number of the document"),
    )
    valid_from = forms.DateField(
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"), label=gettext_lazy("In force from")
    )
    valid_until = forms.DateField(
        required=False, widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"), label=gettext_lazy("In force until")
    )
    review_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"), label=gettext_lazy("Review on")
    )

    def __init__(self, *args: Any, owners: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = owners
        for field in self.fields.values():
            kind = "form-select" if isinstance(field, forms.ModelChoiceField) else "form-control"
            field.widget.attrs["class"] = kind

    def clean_bases(self) -> list[tuple[LegalDocument, str]]:
        """The documents and their articles. A document that is not known is an error that names it."""
        found: list[tuple[LegalDocument, str]] = []
        for line in str(self.cleaned_data["bases"]).splitlines():
            article, bar, number = line.rpartition("|")
            if not (number := number.strip()):
                continue
            document = LegalDocument.objects.filter(number=number).first()
            if document is None:
                raise forms.ValidationError(_("No document has the number %(number)s.") % {"number": number})
            found.append((document, article.strip() if bar else ""))
        return found

    def draft(self) -> Draft:
        """What was typed, checked."""
        data = self.cleaned_data
        return Draft(
            question=data["question"],
            text=data["text"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            review_on=data["review_on"],
            forms=str(data["ways"]).splitlines(),
            bases=data["bases"],
        )


class RepealForm(forms.Form):
    on = forms.DateField(widget=forms.DateInput(attrs={**_DATE, "class": "form-control"}, format="%Y-%m-%d"))
    repealed_by = forms.CharField(
        required=False, max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class DocumentForm(forms.Form):
    number = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"class": "form-control"}))
    title = forms.CharField(max_length=300, widget=forms.TextInput(attrs={"class": "form-control"}))
    in_force_from = forms.DateField(widget=forms.DateInput(attrs={**_DATE, "class": "form-control"}, format="%Y-%m-%d"))

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"]).strip()
        if LegalDocument.objects.filter(number=number).exists():
            raise forms.ValidationError(_("This document is known already."))
        return number


def typed(today: dt.date) -> dict[str, Any]:
    """What a new answer's form begins with."""
    return {"valid_from": today}
