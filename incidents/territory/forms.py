"""The form that adds a place."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from geo.adding import KINDS, Refusal

REFUSALS = {
    Refusal.ONE_WORD: ("name", _("Give at least two words: “Chợ Mới”, not “Mới”.")),
    Refusal.KNOWN: ("name", _("A place of this name is known here already.")),
    Refusal.OUTSIDE: ("lat", _("This lies outside the areas in force.")),
}


class PlaceForm(forms.Form):
    """A name, what it is, and where, in degrees."""

    name = forms.CharField(
        label=_("Name of the place"), max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        choices=list(KINDS.items()),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    lat = forms.FloatField(
        label=_("Latitude"),
        min_value=-90,
        max_value=90,
        widget=forms.NumberInput(attrs={"class": "form-control tabular", "step": "0.000001"}),
    )
    lon = forms.FloatField(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput(attrs={"class": "form-control tabular", "step": "0.000001"}),
    )

    def refuse(self, why: Refusal) -> None:
        """Says at its field why the place was not added."""
        self.add_error(*REFUSALS[why])
