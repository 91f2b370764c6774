"""install.sh on machines that lack something, and locks that name no registry."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt", "opscenter/launch/uv.txt", "opscenter/launch/node.txt"]


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A clone of the launcher and a PATH with the basic tools alone."""
    site = tmp_path / "site"
    shutil.copytree(ROOT / "opscenter" / "launch", site / "opscenter" / "launch")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "cat", "mkdir", "rm", "id", "dirname", "sha256sum", "cut", "grep", "ls", "tail", "env"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    return tmp_path


def install(machine: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "opscenter/launch/install.sh", "run"],
        cwd=machine / "site",
        env={"PATH": str(machine / "bin"), "HOME": str(machine), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def program(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def without_system_python(machine: Path) -> None:
    """Makes the script look for Pythons only where this test puts them."""
    script = machine / "site" / "opscenter" / "launch" / "install.sh"
    script.write_text(re.sub(r"/usr/(local/)?bin/python3(\.\d+)?", "python-not-here", script.read_text()))


def test_without_apt_it_lists_what_to_install_and_stops(bare_machine: Path) -> None:
    without_system_python(bare_machine)
    program(bare_machine / "bin", "python3", "exit 1")  # a Python that does not suit
    done = install(bare_machine)
    assert done.returncode == 1
    assert "python3" in done.stderr
    assert "loadable SQLite extensions" in done.stderr
    assert not (bare_machine / "site" / "build" / "venv").exists()


def test_without_rights_it_names_the_command(bare_machine: Path) -> None:
    # A Python that suits, but cannot load the extension: the first question is answered, the second is not.
    program(bare_machine / "bin", "python3", 'case "$(cat)" in *load_extension\\(*) exit 1;; *) exit 0;; esac')
    without_system_python(bare_machine)
    for name in ("apt-get", "sudo"):
        program(bare_machine / "bin", name, "exit 1")
    (bare_machine / "bin" / "id").unlink()
    program(bare_machine / "bin", "id", "echo 1000")
    done = install(bare_machine)
    assert done.returncode == 1
    assert "sudo apt-get install libsqlite3-mod-spatialite" in done.stderr


def test_as_root_it_installs_and_says_so(bare_machine: Path) -> None:
    program(bare_machine / "bin", "python3", 'case "$(cat)" in *load_extension\\(*) exit 1;; *) exit 0;; esac')
    without_system_python(bare_machine)
    program(bare_machine / "bin", "apt-get", f'echo "$*" >>{bare_machine}/asked')
    (bare_machine / "bin" / "id").unlink()
    program(bare_machine / "bin", "id", "echo 0")
    done = install(bare_machine)
    assert "installing the Debian packages libsqlite3-mod-spatialite" in done.stdout
    assert "libsqlite3-mod-spatialite" in (bare_machine / "asked").read_text()
    # It was "installed" and still cannot be loaded: it says what to try instead of going on.
    assert done.returncode == 1
    assert "cannot load mod_spatialite, although the package is installed" in done.stderr


def test_a_python_without_extensions_is_passed_over(bare_machine: Path) -> None:
    without_system_python(bare_machine)
    program(bare_machine / "bin", "python3", "exit 1")
    program(bare_machine / "bin", "python3.12", f"echo chosen >>{bare_machine}/chosen; exit 0")
    install(bare_machine)
    assert (bare_machine / "chosen").exists()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_hashed_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|@ file:", text)
    packages = re.split(r"\n(?=[A-Za-z0-9])", text)
    unhashed = [package.split()[0] for package in packages if "==" in package and "--hash=sha256:" not in package]
    assert unhashed == []


def test_the_browsers_lock_names_no_host() -> None:
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "frontend" / ".npmrc").read_text()


def test_a_second_run_takes_no_time() -> None:
    if not (ROOT / "build" / "venv" / "installed").exists():
        pytest.fail("run `make test-needs` first")
    done = subprocess.run(
        ["sh", "opscenter/launch/install.sh", "run"],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
