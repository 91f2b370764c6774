"""What a partner posts by Open311: checked field by field, all problems told at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _

from incidents.doors import questions
from incidents.doors.models import ServiceAttribute
from incidents.doors.open311_answers import Problem, Refused
from incidents.intake.take import ReporterDetails
from incidents.records.models import Category

LONGEST_DESCRIPTION = 4000
_LONGEST = {"address_string": 500, "first_name": 70, "last_name": 70, "media_url": 500}


@dataclass(frozen=True, slots=True)
class Posted:
    """A report as posted; answers in free text are part of the words."""

    category: Category
    words: str
    address: str
    point: tuple[float, float] | None
    reporter: ReporterDetails | None
    media_url: str
    answers: questions.Answers


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
    answers = _answers(form, category, problems)
    reporter = _reporter(form, problems)
    media_url = _web_address(form.get("media_url", ""), problems)
    if problems or category is None:
        # The first one decides the status: what is missing or unknown before what is badly written.
        raise Refused(*sorted(problems, key=lambda problem: -problem.code))
    return Posted(category, answers.with_words(description), address, point, reporter, media_url, answers)


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


def _answers(form: QueryDict, category: Category | None, problems: list[Problem]) -> questions.Answers:
    """The answers to the service's extra questions."""

    def typed(one: ServiceAttribute) -> list[str]:
        name = _attribute(one.code)
        return [*form.getlist(name), *form.getlist(f"{name}[]")]

    answers = questions.read(category, typed)
    problems += [_bad(_("%(name)s is required.") % {"name": _attribute(code)}) for code in answers.missing]
    problems += [_bad(_("%(name)s is not a value of its kind.") % {"name": _attribute(code)}) for code in answers.wrong]
    return answers


def _attribute(code: str) -> str:
    return f"attribute[{code}]"
