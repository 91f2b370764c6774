"""The file of a scenario as closed types: places, topics, waves, and what is said of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class WrongScenario(ValueError):
    """The file cannot be played; the text names what is wrong."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Percent = Annotated[int, Field(ge=0, le=100)]


def minutes_of(clock: str) -> int:
    """Minutes since midnight."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


class Day(Part):
    """How many reports, when, by which door, typed how. `doors` and `typing` are shares of one another."""

    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="until")
    reports: int = Field(ge=1)
    doors: dict[str, int]
    typing: dict[str, int]
    photo: Percent
    pin: Percent
    phone: Percent
    email: Percent
    repeated: Percent


class Where(Part):
    """One way to say a place; braces name parts of a ward."""

    text: str


class Ward(Part):
    code: str
    name: str
    short: str
    town: str
    weight: int = Field(ge=1)
    streets: list[str] = Field(min_length=1)
    marks: list[str] = Field(default_factory=list)


class Topic(Part):
    """What people report; `hours` is when three times as much of it happens."""

    category: str
    weight: int = Field(ge=1)
    hours: tuple[int, int] | None = None
    words: list[str] = Field(min_length=1)


class Surge(Part):
    """Many reports of one kind in a short time."""

    name: str
    category: str
    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="until")
    reports: int = Field(ge=1)
    wards: list[str] = Field(min_length=1)
    words: list[str] = Field(min_length=1)


class Odd(Part):
    """Words alone: without a place, outside, or no report at all. `point` is (lon, lat)."""

    words: str
    point: tuple[float, float] | None = None


class Scenario(Part):
    day: Day
    where: list[Where] = Field(min_length=1)
    ward: list[Ward] = Field(min_length=1)
    topic: list[Topic] = Field(min_length=1)
    surge: list[Surge] = Field(default_factory=list)
    unknown: list[Odd] = Field(default_factory=list)
    outside: list[Odd] = Field(default_factory=list)
    joke: list[Odd] = Field(default_factory=list)
    results: dict[str, list[str]]
    answers: dict[str, list[str]]
    returns: dict[str, list[str]]

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        codes = {ward.code for ward in self.ward}
        for surge in self.surge:
            if missing := set(surge.wards) - codes:
                raise ValueError(f"the wave {surge.name!r} names unknown wards: {', '.join(sorted(missing))}")
        if minutes_of(self.day.ends) <= minutes_of(self.day.begins):
            raise ValueError("the day ends before it begins")
        for name, table in (("results", self.results), ("answers", self.answers), ("returns", self.returns)):
            if not all(table.values()):
                raise ValueError(f"an entry of {name} is empty")
        if "other" not in self.results:
            raise ValueError("results need an entry 'other'")
        return self


def read_scenario(path: Path) -> Scenario:
    """The scenario in a TOML file. Raises WrongScenario and FileNotFoundError."""
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Scenario.model_validate(content)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise WrongScenario(f"{path.name}: {error}") from error
