"""The whole site as plain processes: the same parts, and the same nginx configuration, as docker-compose.yml.

with Topology(folder) as site:           PostGIS, Redis, two web processes, the worker, nginx
    site.address                         http://127.0.0.1:PORT
    site.redis.stop(); site.redis.start(); site.web[0].kill(); site.worker.restart()
    site.manage("shell", "-c", "…")      a management command in the site's environment
    with site.orm(): …                   this process's ORM on the site's database

Topology(folder, database="spatialite")  one web process and the worker on one file, as `make run` does
"""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from opscenter.launch import frontend, translations
from opscenter.launch import web as web_process
from tests.harness import prepared
from tests.harness.processes import Program, accepts, free_port
from tests.harness.servers import Postgres, Redis, program_path

ROOT = Path(__file__).resolve().parent.parent.parent
NGINX_TEMPLATE = ROOT / "opscenter" / "launch" / "nginx.conf.template"
PRODUCTION_HOST = "1022.test"
COLLECT = "import django; django.setup(); from opscenter.launch import preparation; preparation.collect_static()"
# The agencies' own site, in production alone.
AGENCY_HOST = "1022xuly.test"


class CommandFailed(Exception):
    """A management command of the site ended with an error; the text holds what it printed."""


def self_signed_certificate(folder: Path, *hosts: str) -> None:
    """Writes certificate.pem and key.pem for tests."""
    names = ",".join([*(f"DNS:{host}" for host in hosts), "IP:127.0.0.1"])
    subprocess.run(
        [program_path("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", f"/CN={hosts[0]}", "-addext", f"subjectAltName={names}",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


class Topology:
    """Every part has `start`, `stop`, `kill` and `restart`; the address stays the same."""

    postgres: Postgres | None = None
    redis: Redis | None = None
    nginx: Program | None = None

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "postgis",
        web: int | None = None,
        production: bool = False,
        server: str = "daphne",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.database, self.production = folder, database, production
        folder.mkdir(parents=True, exist_ok=True)
        # The database server's own user has to pass through.
        for part in (folder, folder.parent):
            part.chmod(0o755)
        self.data_dir = folder / "data"
        # Kept between runs: compressing takes longer than everything else.
        self.static = frontend.BUILD / "static-for-tests" / ("production" if production else "plain")
        count = web if web is not None else (2 if database == "postgis" else 1)
        self.web_ports = [free_port() for _ in range(count)]
        behind_nginx = database == "postgis"
        self.port = free_port() if behind_nginx else self.web_ports[0]
        self.plain_port = free_port()
        scheme = "https" if production else "http"
        self.address = f"{scheme}://127.0.0.1:{self.port}"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("OPSCENTER_")}
        self.env |= {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "opscenter.settings",
            "OPSCENTER_DATA_DIR": str(self.data_dir),
            "OPSCENTER_STATIC_ROOT": str(self.static),
            "OPSCENTER_SECRET_KEY": secrets.token_urlsafe(64),
            "OPSCENTER_PUBLIC_URL": self.address,
        }
        if behind_nginx:
            self.env["OPSCENTER_TRUSTED_PROXIES"] = "1"
        if production:
            self.env |= {
                "OPSCENTER_MODE": "production",
                "OPSCENTER_ALLOWED_HOSTS": PRODUCTION_HOST,
                "OPSCENTER_AGENCY_HOST": AGENCY_HOST,
                "OPSCENTER_PUBLIC_URL": f"https://{PRODUCTION_HOST}",
            }
        if database == "postgis":
            self.postgres = Postgres(folder)
            self.redis = Redis(folder)
            self.env["OPSCENTER_REDIS_URL"] = self.redis.url
            self.env["OPSCENTER_DATABASE_URL"] = self.postgres.url("opscenter")
        else:
            self.env["OPSCENTER_DATABASE_URL"] = f"spatialite://{self.data_dir / 'site.sqlite3'}"
        self.env |= dict(env or {})
        self.web = [
            self._program(f"web{number}", web_process.command(server, port), ready_port=port)
            for number, port in enumerate(self.web_ports, 1)
        ]
        self.worker = self._program("worker", [sys.executable, "manage.py", "worker"])
        if behind_nginx:
            self.nginx = self._nginx()

    def _program(self, name: str, argv: list[str], ready_port: int | None = None) -> Program:
        def ready() -> bool:
            return ready_port is None or accepts(ready_port)

        return Program(name, argv, log=self.folder / f"{name}.log", env=self.env, cwd=ROOT, ready=ready)

    def _nginx(self) -> Program:
        self_signed_certificate(self.folder, PRODUCTION_HOST, AGENCY_HOST)
        values = {
            "OPSCENTER_UPSTREAMS": " ".join(f"server 127.0.0.1:{port};" for port in self.web_ports),
            "OPSCENTER_RESOLVER": "",
            "OPSCENTER_LISTEN": f"127.0.0.1:{self.port}" + (" ssl" if self.production else ""),
            "OPSCENTER_LISTEN_PLAIN": f"127.0.0.1:{self.plain_port}",
            "OPSCENTER_CERTIFICATES": str(self.folder),
            "OPSCENTER_STATIC": str(self.static),
            "OPSCENTER_UPLOAD_LIMIT": "70m",
        }
        site = NGINX_TEMPLATE.read_text()
        for name, value in values.items():
            site = site.replace(f"${{{name}}}", value)
        (self.folder / "site.conf").write_text(site)
        temporary = "\n".join(
            f"    {kind}_temp_path {self.folder}/nginx-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = self.folder / "nginx.conf"
        main.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}\n"
            f"daemon off;\nworker_processes 1;\npid {self.folder}/nginx.pid;\nerror_log stderr warn;\n"
            f"events {{ worker_connections 2048; }}\n"
            f"http {{\n    include /etc/nginx/mime.types;\n{temporary}\n    include {self.folder}/site.conf;\n}}\n"
        )
        return Program(
            "nginx",
            [program_path("nginx"), "-c", str(main), "-p", str(self.folder), "-e", "stderr"],
            log=self.folder / "nginx.log",
            ready=lambda: accepts(self.port),
        )

    # --- together -------------------------------------------------------------------------------------------------

    def start(self) -> Topology:
        """Starts the servers, prepares the database as a deployment does, then starts web, worker and nginx."""
        frontend.build()
        translations.compile_translations()
        self.data_dir.mkdir(exist_ok=True)
        try:
            # Several may start at once, and all share this folder.
            with prepared.locked("static"):
                self._run([sys.executable, "-c", COLLECT])
            if self.postgres is not None and self.redis is not None:
                self.postgres.start()
                prepared.fill_server(self.postgres, "opscenter", self.env, "complete", prepared.PREPARE)
                self.redis.start()
            else:
                prepared.fill_file(self.data_dir / "site.sqlite3", self.env, "complete", prepared.PREPARE)
            for program in (*self.web, self.worker):
                program.launch()
            for program in (*self.web, self.worker):
                program.wait_ready()
            if self.nginx is not None:
                self.nginx.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        for program in (self.nginx, self.worker, *self.web):
            if program is not None:
                program.stop()
        if self.redis is not None:
            self.redis.stop()
        if self.postgres is not None:
            self.postgres.stop()

    def __enter__(self) -> Topology:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- asking it ------------------------------------------------------------------------------------------------

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise CommandFailed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def manage(self, *arguments: str) -> str:
        """Runs a management command of the site; answers what it printed. Raises CommandFailed."""
        return self._run([sys.executable, "manage.py", *arguments])

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, port: int | None = None
    ) -> tuple[int, Any, bytes]:
        """(status, headers, body) of a GET through the front door, or directly from one web process by its port."""
        address = self.address if port is None else f"http://127.0.0.1:{port}"
        host = {"Host": PRODUCTION_HOST} if self.production else {}
        request = urllib.request.Request(address + path, headers={**host, **(headers or {})})
        context = ssl._create_unverified_context()
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect)
        try:
            with opener.open(request, timeout=20) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    @contextlib.contextmanager
    def orm(self) -> Iterator[None]:
        """Lets this process's ORM read and write the site's database inside the block."""
        from django.db import connections
        from django.db.utils import load_backend

        from opscenter.settings import database

        if connections["default"].in_atomic_block:
            raise RuntimeError("a change is open: on SQLite a second connection would wait for it until it gives up")
        settings = {**connections["default"].settings_dict, **database(self.env["OPSCENTER_DATABASE_URL"])}
        settings["OPTIONS"] = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
        own = connections["default"]
        connections["default"] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = own


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None
