"""What the library `holidays` knows of a year: proposals, which count for nothing until somebody confirms them."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version

import holidays

from incidents.worktime.models import Day


def proposals(year: int) -> dict[dt.date, tuple[Day.Kind, str]]:
    """Public holidays of Vietnam (Tết by the lunar calendar) and the make-up working days known for the year."""
    known = holidays.country_holidays("VN", years=year, language="vi")
    found = {day: (Day.Kind.HOLIDAY, name) for day, name in known.items() if day.year == year}
    for day in getattr(known, "weekend_workdays", ()):
        if day.year == year:
            found[day] = (Day.Kind.WORKED, "Làm bù")
    return dict(sorted(found.items()))


def propose(year: int) -> int:
    """Adds the proposals that are not there yet; what people entered or decided stays. Gives how many are new."""
    there = set(Day.objects.filter(date__year=year).values_list("date", flat=True))
    source = f"holidays {version('holidays')}"
    new = [
        Day(date=day, kind=kind, name=name, source=source)
        for day, (kind, name) in proposals(year).items()
        if day not in there
    ]
    Day.objects.bulk_create(new)
    return len(new)
