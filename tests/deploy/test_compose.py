"""docker-compose.yml, the Dockerfile and the nginx file agree with each other and with the settings."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = ROOT / "docker-compose.yml"
NGINX = (ROOT / "opscenter" / "launch" / "nginx.conf.template").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text()))


def test_it_fits_the_compose_specification(tmp_path: Path) -> None:
    check = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(COMPOSE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.yml"
    broken.write_text(COMPOSE.read_text().replace("healthcheck:", "healthcheks:"))
    assert subprocess.run([*check, str(broken)], capture_output=True, check=False).returncode != 0


def test_all_parts_are_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    always = {name for name, service in services.items() if "profiles" not in service}
    assert always == {"database", "redis", "migrate", "web", "worker", "nginx"}
    assert set(services) - always == {"mailbox", "tak", "telephone"}
    assert services["web"]["deploy"]["replicas"] >= 2
    for name in ("database", "redis", "web", "nginx"):
        assert services[name]["healthcheck"]["test"], name
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_only_nginx_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["nginx"]


def test_secrets_have_no_default() -> None:
    secret = re.findall(r"\$\{(OPSCENTER_(?:SECRET_KEY|DATABASE_PASSWORD))([^}]*)\}", COMPOSE.read_text())
    assert len(secret) >= 3
    assert all(rest.startswith(":?") for _, rest in secret)
    for name, rest in re.findall(
        r"\$\{(OPSCENTER_[A-Z_]*(?:PASSWORD|SECRET|KEY)[A-Z_]*)([^}]*)\}", COMPOSE.read_text()
    ):
        assert rest.startswith(":?") or rest == ":-", name


# What a container is not given: production refuses DEBUG, and is HTTPS by itself; the image has its own libraries and
# keeps uploads in the volume; the rest is for tests.
NOT_GIVEN = {
    "DEBUG", "HTTPS", "MEDIA_DIR", "GDAL_LIBRARY", "GEOS_LIBRARY", "SPATIALITE_LIBRARY", "TEST_DATABASE_FILE",
    "AREA_DATA",
}  # fmt: skip


def test_the_containers_are_given_every_variable_that_the_settings_read(compose: dict[str, Any]) -> None:
    source = (ROOT / "opscenter" / "settings.py").read_text()
    known = {f"OPSCENTER_{name}" for name in re.findall(r'env(?:_flag|_list)?\(\s*"([A-Z0-9_]+)"', source)}
    given = {name for name in compose["services"]["web"]["environment"] if name.startswith("OPSCENTER_")}
    assert given <= known, given - known
    assert known - given == {f"OPSCENTER_{name}" for name in NOT_GIVEN}


def test_every_variable_of_nginx_is_given(compose: dict[str, Any]) -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)\}", NGINX))
    given = set(compose["services"]["nginx"]["environment"])
    assert wanted <= given
    assert not re.findall(r"\$OPSCENTER", NGINX)


def test_the_image_holds_every_package() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages | {"fixtures"} <= copied
