"""Numbers as people read them: shares, spans of time, changes; in the reader's language."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _


def number(value: float | None, decimals: int = 0) -> str:
    """12.345 in Vietnamese, 12,345 in English; a dash for nothing."""
    return "–" if value is None else formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def percent(share: float | None) -> str:
    """A share of 0 to 1 as a percentage without decimals; a dash for none."""
    return "–" if share is None else _("%(n)s%%") % {"n": number(round(share * 100))}


def span(seconds: float | None) -> str:
    """How long, in the two largest units that matter: "45 giây", "12 phút", "3 giờ 20 phút", "2 ngày 4 giờ"."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    minutes = round(whole / 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else _("%(h)s h") % {"h": hours}
    days, hours = divmod(round(whole / 3600), 24)
    return _("%(d)s d %(h)s h") % {"d": days, "h": hours} if hours else _("%(d)s d") % {"d": days}


def difference(now: float, before: float) -> str:
    """The change against before, with its sign: "+12%"; nothing where there is nothing to compare with."""
    if not before:
        return ""
    change = round((now - before) / before * 100)
    return _("%(n)s%%") % {"n": f"{change:+d}".replace("-", "−")} if change else _("no change")
