"""What a partner posts by Open311: checked field by field, all problems told at once."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from incidents.doors.models import ServiceAttribute
from incidents.doors.open311_answers import Problem, Refused
from incidents.intake.take import ReporterDetails
from incidents.records.models import Category

LONGEST_DESCRIPTION = 4000
_LONGEST = {"address_string": 500, "first_name": 70, "last_name": 70, "media_url": 500}
_LISTS = {ServiceAttribute.Datatype.SINGLE, ServiceAttribute.Datatype.MULTI}
_FREE_TEXT = {ServiceAttribute.Datatype.STRING, ServiceAttribute.Datatype.TEXT}


@dataclass(frozen=True, slots=True)
class Posted:
    """A report as posted. `answers` hold what is no free text (keys, numbers, dates) by attribute code."""

    category: Category
    words: str
    address: str
    point: tuple[float, float] | None
    reporter: ReporterDetails | None
    media_url: str
    answers: dict[str, Any] = field(default_factory=dict)


def read(form: QueryDict) -> Posted:
    """The report in a form. Raises Refused with every problem found; two queries."""
    problems: list[Problem] = []
    category = Category.objects.filter(code=form.get("service_code", ""), is_active=True, is_public=True).first()
    if category is None:
        problems.append(Problem(400 if not form.get("service_code") else 404, _("service_code is unknown or missing.")))
    description = form.get("description", "")
    if len(description) > LONGEST_DESCRIPTION:
        problems.append(_bad(_("description may have %(most)d characters at most.") % {"most": LONGEST_DESCRIPTION}))
    problems += [
        _bad(_("%(name)s may have %(most)d characters at most.") % {"name": name, "most": most})
        for name, most in _LONGEST.items()
        if len(form.get(name, "")) > most
    ]
    point = _point(form, problems)
    address = form.get("address_string", "").strip()
    if point is None and not address and not problems:
        problems.append(_bad(_("Give lat and long, or address_string; no address_id is known here.")))
    answers, told = _answers(form, category, problems)
    reporter = _reporter(form, problems)
    media_url = _web_address(form.get("media_url", ""), problems)
    if problems or category is None:
        # The first one decides the status: what is missing or unknown before what is badly written.
        raise Refused(*sorted(problems, key=lambda problem: -problem.code))
    words = "\n".join([description, *told]) if told else description
    return Posted(category, words, address, point, reporter, media_url, answers)


def _bad(description: str) -> Problem:
    return Problem(400, description)


def _point(form: QueryDict, problems: list[Problem]) -> tuple[float, float] | None:
    lat, lon = form.get("lat", "").strip(), form.get("long", "").strip()
    if not lat and not lon:
        return None
    try:
        point = (float(lon), float(lat))
    except ValueError:
        point = (math.nan, math.nan)
    if abs(point[0]) <= 180 and abs(point[1]) <= 90:
        return point
    problems.append(_bad(_("lat and long must both be given in degrees (WGS 84).")))
    return None


def _reporter(form: QueryDict, problems: list[Problem]) -> ReporterDetails | None:
    email, phone = form.get("email", "").strip(), form.get("phone", "").strip()
    name = f"{form.get('last_name', '').strip()} {form.get('first_name', '').strip()}".strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            problems.append(_bad(_("email is not an e-mail address.")))
    if phone:
        try:
            number = phonenumbers.parse(phone, "VN")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            problems.append(_bad(_("phone is not a phone number.")))
        else:
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ReporterDetails(name=name, email=email, phone=phone) if name or email or phone else None


def _web_address(url: str, problems: list[Problem]) -> str:
    url = url.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        problems.append(_bad(_("media_url is not an address that begins with http:// or https://.")))
    return url


def _answers(form: QueryDict, category: Category | None, problems: list[Problem]) -> tuple[dict[str, Any], list[str]]:
    """The answers to the service's extra questions: those with a form, and those in free words as lines of text."""
    kept: dict[str, Any] = {}
    told: list[str] = []
    if category is None:
        return kept, told
    for attribute in ServiceAttribute.objects.filter(category=category):
        name = f"attribute[{attribute.code}]"
        typed = [text.strip() for text in (*form.getlist(name), *form.getlist(f"{name}[]")) if text.strip()]
        if not typed:
            if attribute.required:
                problems.append(_bad(_("%(name)s is required.") % {"name": name}))
            continue
        value = _value(attribute, typed)
        if value is None:
            problems.append(_bad(_("%(name)s is not a value of its kind.") % {"name": name}))
        elif attribute.datatype in _FREE_TEXT:
            # Free words may name people, so they go where words are kept.
            told.append(f"{attribute.question}: {value}")
        else:
            kept[attribute.code] = value
    return kept, told


def _value(attribute: ServiceAttribute, typed: list[str]) -> Any:
    """What was typed as the attribute's kind, None when it is not of that kind."""
    first = typed[0]
    if attribute.datatype == ServiceAttribute.Datatype.NUMBER:
        try:
            number = float(first)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    if attribute.datatype == ServiceAttribute.Datatype.DATETIME:
        at = moment(first)
        return at.isoformat() if at else None
    if attribute.datatype in _LISTS:
        keys = typed if attribute.datatype == ServiceAttribute.Datatype.MULTI else typed[:1]
        return keys if set(keys) <= attribute.keys() else None
    return first[:LONGEST_DESCRIPTION]


def moment(text: str) -> dt.datetime | None:
    """A W3C date and time with its zone; None for anything else."""
    try:
        # A plus sign that nobody escaped in the address arrives as a space.
        at = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
