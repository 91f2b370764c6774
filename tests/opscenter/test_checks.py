"""Production refuses unsafe settings, whichever program starts it."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from opscenter.checks import refuse_unsafe_settings, unsafe_settings

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE: dict[str, Any] = {
    "PRODUCTION": True,
    "DEFAULT_SECRET_KEY": "development-only-key-that-production-refuses",
    "SECRET_KEY": "k3y-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["1022.example"],
    "PUBLIC_URL": "https://1022.example",
    "AGENCY_HOST": "",
    "SESSION_COOKIE_DOMAIN": None,
    "CSRF_COOKIE_DOMAIN": None,
    "HTTPS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "TRUSTED_PROXIES": 1,
    "DATABASES": {
        "default": {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "NAME": "opscenter",
            "HOST": "database",
            "PASSWORD": "a-generated-one-94wf",
        }
    },
    "ZALO_APP_ID": "",
    "ZALO_OA_SECRET": "",
    "SMS_SECRET": "",
    "IMAP_HOST": "",
    "IMAP_SECURITY": "tls",
    "GEOCODER_URL": "",
    "PUSH_PRIVATE_KEY": "",
    "PUSH_HOSTS": ["fcm.googleapis.com", ".push.apple.com"],
}


def settings_with(**changes: Any) -> Any:
    return SimpleNamespace(**{**SAFE, **changes})


def database_with(**changes: Any) -> dict[str, Any]:
    return {"default": {**SAFE["DATABASES"]["default"], **changes}}


def test_safe_settings_start() -> None:
    assert unsafe_settings(settings_with()) == []
    assert unsafe_settings(settings_with(AGENCY_HOST="1022xuly.example")) == []
    refuse_unsafe_settings(settings_with())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": SAFE["DEFAULT_SECRET_KEY"]}, "OPSCENTER_SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "OPSCENTER_SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "OPSCENTER_SECRET_KEY"),
        ({"DEBUG": True}, "OPSCENTER_DEBUG"),
        ({"ALLOWED_HOSTS": []}, "OPSCENTER_ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}, "OPSCENTER_ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["1022.example", "*"]}, "OPSCENTER_ALLOWED_HOSTS"),
        ({"PUBLIC_URL": "http://1022.example"}, "OPSCENTER_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://127.0.0.1:8000"}, "OPSCENTER_PUBLIC_URL"),
        ({"AGENCY_HOST": "1022.example", "ALLOWED_HOSTS": ["a.example"]}, "OPSCENTER_AGENCY_HOST"),
        ({"AGENCY_HOST": ".example"}, "OPSCENTER_AGENCY_HOST"),
        ({"AGENCY_HOST": "https://1022xuly.example"}, "OPSCENTER_AGENCY_HOST"),
        ({"AGENCY_HOST": "1022xuly.example:8443"}, "OPSCENTER_AGENCY_HOST"),
        ({"AGENCY_HOST": "127.0.0.1"}, "OPSCENTER_AGENCY_HOST"),
        ({"AGENCY_HOST": "1022xuly.example", "SESSION_COOKIE_DOMAIN": ".example"}, "OPSCENTER_AGENCY_HOST"),
        # The agencies' name alone is no site for citizens.
        ({"AGENCY_HOST": "1022xuly.example", "ALLOWED_HOSTS": ["localhost", "1022xuly.example"]}, "ALLOWED_HOSTS"),
        ({"HTTPS": False}, "OPSCENTER_HTTPS"),
        ({"SESSION_COOKIE_SECURE": False}, "OPSCENTER_HTTPS"),
        ({"TRUSTED_PROXIES": 0}, "OPSCENTER_TRUSTED_PROXIES"),
        ({"DATABASES": database_with(PASSWORD="")}, "OPSCENTER_DATABASE_URL"),
        ({"DATABASES": database_with(PASSWORD="Postgres")}, "OPSCENTER_DATABASE_URL"),
        (
            {"DATABASES": database_with(ENGINE="opscenter.spatialite", NAME="/srv/demonstration.sqlite3")},
            "OPSCENTER_DATABASE_URL",
        ),
        ({"ZALO_APP_ID": "1022"}, "OPSCENTER_ZALO_OA_SECRET"),
        ({"PUSH_PRIVATE_KEY": "a guess"}, "OPSCENTER_PUSH_PRIVATE_KEY"),
        ({"PUSH_HOSTS": ["http://push.example"]}, "OPSCENTER_PUSH_HOSTS"),
        ({"PUSH_HOSTS": ["https://127.0.0.1:8443"]}, "OPSCENTER_PUSH_HOSTS"),
        ({"SMS_SECRET": "short"}, "OPSCENTER_SMS_SECRET"),
        ({"GEOCODER_URL": "https://nominatim.openstreetmap.org"}, "OPSCENTER_GEOCODER_URL"),
        ({"IMAP_HOST": "mail.example", "IMAP_SECURITY": "none"}, "OPSCENTER_IMAP_SECURITY"),
    ],
)
def test_each_unsafe_setting_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    found = unsafe_settings(settings_with(**changes))
    assert len(found) == 1
    assert named in found[0]
    with pytest.raises(ImproperlyConfigured, match=named):
        refuse_unsafe_settings(settings_with(**changes))
    refuse_unsafe_settings(settings_with(**changes, PRODUCTION=False))


def test_a_socket_in_a_folder_needs_no_password() -> None:
    assert unsafe_settings(settings_with(DATABASES=database_with(PASSWORD="", HOST="/run/postgresql"))) == []


@pytest.mark.parametrize(
    "program",
    [
        ["-m", "daphne", "-p", "0", "opscenter.asgi:application"],
        ["-m", "uvicorn", "--port", "0", "opscenter.asgi:application"],
        ["manage.py", "worker"],
        ["manage.py", "migrate"],
    ],
    ids=["daphne", "uvicorn", "worker", "migrate"],
)
def test_every_program_refuses(program: list[str], tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPSCENTER_")}
    env |= {"OPSCENTER_MODE": "production", "OPSCENTER_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "OPSCENTER_SECRET_KEY" in done.stderr
    assert "OPSCENTER_ALLOWED_HOSTS" in done.stderr
