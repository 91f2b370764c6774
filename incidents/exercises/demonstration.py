"""The demonstration's accounts, units, wall link and partner's key: made once, then the same at every start.

Passwords are generated, never shipped. They lie in DATA_DIR, readable by its owner alone, because the demonstration
prints them at every start; nothing of this exists outside the demonstration.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import Point
from django.utils import timezone, translation

from incidents.doors.models import ApiKey, digest_of
from incidents.emergencies.models.facilities import Capability, Facility
from incidents.emergencies.models.units import Unit, UnitKind
from incidents.wall.models import WallLink, hash_of, new_token
from opscenter.accounts.issuing import new_password
from opscenter.accounts.models import Agency, HandlingUnit, Person
from opscenter.accounts.roles import Role


class NotADemonstration(Exception):
    """Accounts with printed passwords are for the demonstration alone."""


class MissingAgency(Exception):
    """The reference data is not loaded: run load_reference first."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One person of the demonstration; `unit` is the name of a handling unit of the agency."""

    username: str
    full_name: str
    role: Role
    agency: str = ""
    unit: str = ""


# Given names alone: nobody in particular.
CAST = (
    Cast("tong-dai-1", "Lan", Role.CALL_TAKER, "hotline-1022"),
    Cast("tong-dai-2", "Minh", Role.CALL_TAKER, "hotline-1022"),
    Cast("truong-ca", "Hạnh", Role.SUPERVISOR, "hotline-1022"),
    Cast("quan-tri", "Tuấn", Role.ADMINISTRATOR, "hotline-1022"),
    Cast("lanh-dao", "Bác Tư", Role.LEADER, "vp-ubnd-tinh"),
    Cast("thuan-an", "Phúc", Role.FOCAL_POINT, "ubnd-2019-725"),
    Cast("thu-dau-mot", "Liên", Role.FOCAL_POINT, "ubnd-2019-718"),
    Cast("so-giao-thong", "Vinh", Role.FOCAL_POINT, "so-giao-thong"),
    Cast("dien-luc", "Tâm", Role.FOCAL_POINT, "dien-luc"),
    Cast("phu-loi", "Thảo", Role.FOCAL_POINT, "ubnd-2019-25744"),
    Cast("phu-loi-to-1", "Sơn", Role.HANDLER, "ubnd-2019-25744", "Tổ địa chính - xây dựng - môi trường"),
    Cast("lai-thieu", "Nga", Role.FOCAL_POINT, "ubnd-2019-25966"),
    Cast("lai-thieu-to-1", "Bình", Role.HANDLER, "ubnd-2019-25966", "Tổ trật tự đô thị"),
    Cast("biwase", "Khánh", Role.FOCAL_POINT, "biwase"),
    Cast("biwase-thoat-nuoc", "Đức", Role.HANDLER, "biwase", "Xí nghiệp Thoát nước và xử lý nước thải"),
    Cast("truc-113", "Dũng", Role.DISPATCHER, "cong-an-113"),
    Cast("doi-113", "Kiên", Role.CREW, "cong-an-113", "Đội Cảnh sát phản ứng nhanh 113"),
    Cast("truc-114", "Hùng", Role.DISPATCHER, "pccc-114"),
    Cast("doi-114", "Thắng", Role.CREW, "pccc-114", "Đội chữa cháy và cứu nạn, cứu hộ Thủ Dầu Một"),
    Cast("truc-115", "Mai", Role.DISPATCHER, "cap-cuu-115"),
    Cast("kip-115", "Quân", Role.CREW, "cap-cuu-115", "Kíp cấp cứu 1 - Thủ Dầu Một"),
    Cast("doi-tac", "Hệ thống đối tác", Role.PARTNER),
)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One unit of the demonstration, with its home (lon, lat) in degrees; the crew's account is of its `unit`."""

    agency: str
    call_sign: str
    kind: UnitKind
    home: tuple[float, float]
    unit: str = ""


FLEET = (
    Vehicle("cong-an-113", "113-01", UnitKind.PATROL_CAR, (106.655, 10.982), "Đội Cảnh sát phản ứng nhanh 113"),
    Vehicle("cong-an-113", "113-02", UnitKind.PATROL_BIKE, (106.700, 10.905)),
    Vehicle("cong-an-113", "113-03", UnitKind.PATROL_CAR, (106.769, 10.907)),
    Vehicle("pccc-114", "114-01", UnitKind.ENGINE, (106.662, 10.975), "Đội chữa cháy và cứu nạn, cứu hộ Thủ Dầu Một"),
    Vehicle("pccc-114", "114-02", UnitKind.LADDER, (106.662, 10.975)),
    Vehicle("pccc-114", "114-03", UnitKind.ENGINE, (106.702, 10.921)),
    Vehicle("cap-cuu-115", "115-01", UnitKind.AMBULANCE, (106.668, 10.979), "Kíp cấp cứu 1 - Thủ Dầu Một"),
    Vehicle("cap-cuu-115", "115-02", UnitKind.INTENSIVE_CARE, (106.668, 10.979)),
    Vehicle("cap-cuu-115", "115-03", UnitKind.AMBULANCE, (106.765, 10.903)),
)


@dataclass(frozen=True, slots=True)
class Hospital:
    """An invented hospital that 115 declares for: what it can do and where it is (longitude, latitude)."""

    code: str
    name: str
    point: tuple[float, float]
    capabilities: tuple[Capability, ...]


HOSPITALS = (
    Hospital(
        "mau-1", "Bệnh viện mẫu 1", (106.660, 10.990), (Capability.SURGERY, Capability.INTENSIVE, Capability.STROKE)
    ),
    Hospital("mau-2", "Bệnh viện mẫu 2", (106.705, 10.915), (Capability.SURGERY, Capability.CHILDREN)),
    Hospital("mau-3", "Bệnh viện mẫu 3", (106.765, 10.895), (Capability.BIRTH, Capability.CARDIAC)),
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the demonstration prints: passwords by user name, the key of the partner's machine, the wall's token."""

    passwords: dict[str, str]
    open311_key: str
    wall_token: str


def secrets_file() -> Path:
    return Path(settings.DATA_DIR) / "demonstration-secrets.json"


def table_file() -> Path:
    return Path(settings.DATA_DIR) / "demonstration-accounts.txt"


def read_secrets() -> Secrets:
    """What make_demonstration() kept. Raises FileNotFoundError when it has not run."""
    kept = json.loads(secrets_file().read_text())
    return Secrets(
        passwords={name: one["password"] for name, one in kept["people"].items()},
        open311_key=kept["open311_key"],
        wall_token=kept["wall_token"],
    )


def make_demonstration() -> str:
    """Makes what is missing and answers the table to print. Raises NotADemonstration and MissingAgency.

    A person, key or link that is gone comes back with the secret it had; a password somebody changed is set back to
    the printed one.
    """
    if not settings.DEMONSTRATION:
        raise NotADemonstration("the mode is not demonstration")
    kept: dict[str, Any] = {"people": {}}
    if secrets_file().exists():
        kept = json.loads(secrets_file().read_text())
    people = {one.username: _person(one, kept["people"]) for one in CAST}
    for one in FLEET:
        _vehicle(one)
    for hospital in HOSPITALS:
        _hospital(hospital)
    kept["open311_key"] = kept.get("open311_key") or ApiKey.new_key()
    kept["wall_token"] = kept.get("wall_token") or new_token()
    _key(kept["open311_key"], people["doi-tac"])
    _wall(kept["wall_token"], people["quan-tri"])
    _write(secrets_file(), json.dumps(kept, ensure_ascii=False, indent=1))
    table = _table(kept, people)
    _write(table_file(), table)
    return table


def _person(one: Cast, kept: dict[str, dict[str, str]]) -> Person:
    known = kept.get(one.username)
    if known is None:
        password = new_password()
        known = kept[one.username] = {"password": password, "encoded": make_password(password)}
    agency = _agency(one.agency) if one.agency else None
    unit = None
    if one.unit:
        assert agency is not None
        unit, _new = HandlingUnit.objects.get_or_create(agency=agency, name=one.unit)
    person, new = Person.objects.get_or_create(
        username=one.username,
        defaults={
            "full_name": one.full_name,
            "role": one.role,
            "agency": agency,
            "handling_unit": unit,
            "password": known["encoded"],
        },
    )
    # Comparing what is stored costs nothing; hashing the password again would cost a third of a second each.
    if not new and person.password != known["encoded"]:
        person.password = known["encoded"]
        person.save(update_fields=["password"])
    return person


def _vehicle(one: Vehicle) -> None:
    agency = _agency(one.agency)
    unit = HandlingUnit.objects.get_or_create(agency=agency, name=one.unit)[0] if one.unit else None
    start = {
        "kind": one.kind,
        "handling_unit": unit,
        "home": Point(*one.home, srid=4326),
        "status_since": timezone.now(),
    }
    Unit.objects.get_or_create(agency=agency, call_sign=one.call_sign, defaults=start)


def _hospital(one: Hospital) -> None:
    start = {
        "name": one.name,
        "point": Point(*one.point, srid=4326),
        "capabilities": list(one.capabilities),
        "is_sample": True,
    }
    Facility.objects.get_or_create(code=one.code, defaults=start)


def _agency(code: str) -> Agency:
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        raise MissingAgency(code)
    return agency


def _key(key: str, partner: Person) -> None:
    ApiKey.objects.get_or_create(
        digest=digest_of(key),
        defaults={"partner": partner, "label": "Trình diễn", "prefix": key[:8], "created_at": timezone.now()},
    )


def _wall(token: str, by: Person) -> None:
    WallLink.objects.get_or_create(
        token_hash=hash_of(token), defaults={"name": "Trình diễn", "created_by": by, "created_at": timezone.now()}
    )


def _write(file: Path, text: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    part.replace(file)


def _table(kept: dict[str, Any], people: dict[str, Person]) -> str:
    with translation.override("en"):
        lines = [
            (
                str(Role(one.role).label),
                one.username,
                kept["people"][one.username]["password"],
                _for(people[one.username]),
            )
            for one in CAST
            if one.role != Role.PARTNER
        ]
    head = ("Role", "User name", "Password", "Works for")
    widths = [max(len(line[at]) for line in (head, *lines)) for at in range(3)]
    text = [
        "  Accounts of this demonstration (made here, for this machine only):",
        "",
        *(
            "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]])
            for line in (head, *lines)
        ),
        "",
        f"  Sign in      {settings.PUBLIC_URL}/accounts/login/",
        f"  Wall         {settings.PUBLIC_URL}/wall/{kept['wall_token']}/",
        f"  Open311 key  {kept['open311_key']}",
    ]
    return "\n".join(text) + "\n"


def _for(person: Person) -> str:
    agency = person.agency
    name = (agency.short_name or agency.name) if agency else ""
    return f"{name} · {person.handling_unit.name}" if person.handling_unit else name
