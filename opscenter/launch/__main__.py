"""`make run`: builds what changed, prepares the database, and runs the web server and the worker until Ctrl+C.

Environment: PORT (8000), SERVER (daphne or uvicorn), DEMO=1 for the demonstration, and every OPSCENTER_ setting.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from opscenter.launch import frontend, preparation, translations, web
from opscenter.launch.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(address: str) -> bool:
    """Whether the site answers at all; an error page is an answer too."""
    try:
        urllib.request.urlopen(f"{address}/health/", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(address: str, server: Child, supervisor: Supervisor, seconds: float = 60.0) -> bool:
    """Waits until the site answers. False when the web process ended or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not supervisor.stopping:
        if answers(address):
            return True
        if server.process is not None and server.process.poll() is not None:
            return False
        time.sleep(0.05)
    return False


def main() -> int:
    demonstration = os.environ.get("DEMO", "") not in {"", "0"}
    port = int(os.environ.get("PORT") or 8000)
    address = f"http://{HOST}:{port}"
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    if demonstration:
        if "demonstration" not in os.environ.get("OPSCENTER_DATABASE_URL", "demonstration"):
            print(
                "DEMO=1 plays invented reports, so it does not start on the database of OPSCENTER_DATABASE_URL. "
                'Unset that variable, or name a database with "demonstration" in its name.',
                file=sys.stderr,
            )
            return 1
        os.environ["OPSCENTER_MODE"] = "demonstration"
    os.environ.setdefault("OPSCENTER_PUBLIC_URL", address)
    data_dir = Path(os.environ.get("OPSCENTER_DATA_DIR") or ROOT / "data")
    preparation.keep_secret_key(data_dir)
    try:
        command = web.command(os.environ.get("SERVER") or "daphne", port)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not port_is_free(port):
        print(f"Port {port} is taken on this machine. Choose another: make run PORT={port + 1}", file=sys.stderr)
        return 1
    try:
        frontend.build()
    except frontend.BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    if not preparation.is_current(data_dir):
        done = subprocess.run([sys.executable, "-m", "opscenter.launch.preparation"], check=False)
        if done.returncode:
            print("The database could not be prepared; the reason stands above.", file=sys.stderr)
            return 1
    translations.compile_translations()

    # A process that serves reads areas, places and answers at its start.
    os.environ.setdefault("OPSCENTER_SERVES", "1")
    supervisor = Supervisor(os.environ)
    signal.signal(signal.SIGTERM, supervisor.stop)
    signal.signal(signal.SIGINT, supervisor.stop)
    server = Child("web server", command)
    supervisor.start(server)
    if not wait_for(address, server, supervisor):
        supervisor.end()
        if supervisor.stopping:
            return 0
        print("The web server did not start; the reason stands above.", file=sys.stderr)
        return 1
    # After the web server, which people wait for: on two busy cores both at once would make each slower.
    supervisor.start(Child("worker", [sys.executable, "manage.py", "worker"]))
    if os.environ.get("OPSCENTER_AMI_HOST"):
        supervisor.start(Child("telephone", [sys.executable, "manage.py", "ami_bridge"]))
    if os.environ.get("OPSCENTER_IMAP_HOST"):
        supervisor.start(Child("mailbox", [sys.executable, "manage.py", "read_mail"]))
    name = os.environ.get("OPSCENTER_HOTLINE_NAME") or "1022 Bình Dương"
    print(f"\n  {name}: {address}   (Ctrl+C ends it)", flush=True)
    if os.environ.get("OPSCENTER_MODE") == "demonstration":
        accounts = data_dir / "demonstration-accounts.txt"
        print(f"\n{accounts.read_text() if accounts.exists() else ''}", flush=True)
        play = [sys.executable, "manage.py", "play_scenario", "--address", address]
        supervisor.start(Child("scenario", play, once=True))
    supervisor.run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
