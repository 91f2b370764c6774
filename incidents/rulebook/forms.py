"""The form of one rule. Three lists say what it is about, who is responsible and where; the server checks it all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.index import territory
from geo.models import Level, Place
from incidents.dispatching.checking import COMMON_KINDS
from incidents.dispatching.models import CompetenceRule, RoadOwner, Target
from incidents.records.models import Category
from incidents.records.models.categories import Group
from incidents.rulebook.editing import Named, Wanted, co_of
from opscenter.accounts.models import Agency

Choices = list[tuple[str, Any]]


def about_choices() -> Choices:
    """Each group with its categories: "group:3", "category:road-local"."""
    groups: dict[int, Choices] = {group.value: [(f"group:{group.value}", _("the whole group"))] for group in Group}
    for category in Category.objects.select_related("parent"):
        name = f"{category.parent.label} › {category.label}" if category.parent else category.label
        groups[category.group].append((f"category:{category.code}", name))
    return [("", ""), *((str(Group(group).label), rows) for group, rows in groups.items())]


def who_choices() -> Choices:
    """The committees of the place, then every agency by its kind: "ward_committee", "agency:so-giao-thong"."""
    committees = [(target.value, target.label) for target in Target if target != Target.AGENCY]
    return [("", ""), (_("By the place"), committees), *_agencies(Agency.objects.order_by("kind", "name"))]


def _agencies(rows: Iterable[Agency]) -> Choices:
    kinds: dict[str, Choices] = {}
    for row in rows:
        until = f" (→ {row.valid_until:%d/%m/%Y})" if row.valid_until else ""
        kinds.setdefault(str(row.get_kind_display()), []).append((f"agency:{row.code}", row.name + until))
    return list(kinds.items())


def area_choices() -> Choices:
    """Districts and wards of every set that is loaded: "2019/25741"."""
    choices: Choices = [("", _("everywhere"))]
    for index in territory().sets:
        units = [unit for unit in index.units.values() if unit.level in {Level.DISTRICT, Level.WARD}]
        units.sort(key=lambda unit: (unit.level != Level.DISTRICT, unit.name))
        choices.append((index.name, [(f"{index.name}/{unit.code}", f"{unit.name} ({unit.code})") for unit in units]))
    return choices


def kind_choices() -> Choices:
    """The usual kinds, and every kind that a known place has."""
    known = set(Place.objects.exclude(kind="").order_by().values_list("kind", flat=True).distinct())
    return [("", _("any")), *((kind, kind) for kind in sorted(COMMON_KINDS | known))]


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RuleForm(forms.Form):
    code = forms.SlugField(max_length=80, label=gettext_lazy("Code"))
    about = forms.ChoiceField(label=gettext_lazy("What it is about"))
    who = forms.ChoiceField(label=gettext_lazy("Who is responsible"))
    area = forms.ChoiceField(required=False, label=gettext_lazy("Only in"))
    road_owner = forms.ChoiceField(
        choices=[("", gettext_lazy("any or none")), *RoadOwner.choices], required=False, label=gettext_lazy("Only on a")
    )
    place_kind = forms.ChoiceField(required=False, label=gettext_lazy("Only at a place of the kind"))
    co = forms.MultipleChoiceField(
        widget=forms.SelectMultiple(attrs={"size": 7}), required=False, label=gettext_lazy("Who co-ordinates")
    )
    legal_basis = forms.CharField(max_length=300, label=gettext_lazy("Legal basis"))
    priority = forms.IntegerField(min_value=1, max_value=32000, initial=100, label=gettext_lazy("Priority"))
    valid_from = forms.DateField(widget=_day(), label=gettext_lazy("Holds from"))
    valid_until = forms.DateField(widget=_day(), required=False, label=gettext_lazy("until (not on that day any more)"))
    auto = forms.BooleanField(required=False, label=gettext_lazy("Send without a person when everything is sure"))
    min_confidence = forms.FloatField(
        min_value=0, max_value=1, initial=0.9, label=gettext_lazy("and the category at least as sure as")
    )
    is_sample = forms.BooleanField(required=False, label=gettext_lazy("A default that nobody has confirmed yet"))

    def __init__(self, *args: Any, rule: CompetenceRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        for name, choices in (
            ("about", about_choices()),
            ("who", who_choices()),
            ("area", area_choices()),
            ("place_kind", kind_choices()),
        ):
            self._choices(name, choices)
        self._choices("co", self._choices_of("who")[1:])
        if rule is not None:
            self.fields["code"].disabled = True
            # What a rule says stays choosable, also where it is an error by now.
            for name, value in self.initial.items():
                if isinstance(self.fields[name], forms.ChoiceField) and isinstance(value, str):
                    self._keep(name, value)

    def _choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _choices_of(self, name: str) -> Choices:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return list(field.choices)  # type: ignore[arg-type]

    def _keep(self, name: str, value: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        if value and not field.valid_value(value):
            self._choices(name, [*self._choices_of(name), (value, value)])

    @staticmethod
    def of(rule: CompetenceRule) -> dict[str, Any]:
        """The form's first values for a rule."""
        about = f"category:{rule.category.code}" if rule.category is not None else f"group:{rule.group}"
        values = {name: getattr(rule, name) for name in ("code", "road_owner", "place_kind", "legal_basis", "priority")}
        return {
            **values,
            "about": about,
            "who": f"agency:{rule.agency.code}" if rule.agency is not None else rule.target,
            "area": f"{rule.area_set}/{rule.area_code}" if rule.area_code else "",
            "co": [f"agency:{one.agency.code}" if one.agency else one.target for one in co_of(rule)],
            **{
                name: getattr(rule, name)
                for name in ("valid_from", "valid_until", "auto", "min_confidence", "is_sample")
            },
        }

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if self.rule is None and CompetenceRule.objects.filter(code=code).exists():
            raise ValidationError(_("There is a rule of this code already."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("valid_from"), data.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", _("A rule ends after it begins."))
        return data

    def wanted(self) -> Wanted:
        """The rule that a valid form describes."""
        data = self.cleaned_data
        kind, _colon, value = data["about"].partition(":")
        target, agency = _named(data["who"])
        area_set, _slash, area_code = data["area"].partition("/")
        fields = {
            name: data[name]
            for name in ("road_owner", "place_kind", "legal_basis", "priority", "auto", "min_confidence", "is_sample")
        }
        return Wanted(
            data["code"],
            {
                **fields,
                "category": Category.objects.get(code=value) if kind == "category" else None,
                "group": int(value) if kind == "group" else None,
                "target": target,
                "agency": agency,
                "area_set": area_set,
                "area_code": area_code,
                "valid_from": data["valid_from"],
                "valid_until": data["valid_until"],
            },
            tuple(Named(*_named(one)) for one in data["co"]),
        )


def _named(value: str) -> tuple[str, Agency | None]:
    kind, _colon, code = value.partition(":")
    return (Target.AGENCY.value, Agency.objects.get(code=code)) if kind == "agency" else (value, None)
