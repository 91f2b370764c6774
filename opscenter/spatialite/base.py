"""The SpatiaLite backend, with three differences.

The metadata tables are made inside one transaction: Django calls InitSpatialMetaDataFull, which is slow (each of
some 6,000 reference systems in a transaction of its own) and fails on newer SQLite builds. InitSpatialMetaData(1)
does what GeoDjango needs. Migrations keep the R-trees alive: see schema.py. And a transaction that waits for another
process's looks often whether it may begin.
"""

import sqlite3
from time import monotonic, sleep

from django.contrib.gis.db.backends.spatialite.base import DatabaseWrapper as SpatiaLiteWrapper
from django.db import OperationalError

from opscenter.spatialite.schema import SchemaEditor

LOOK_EVERY_S = 0.002


class DatabaseWrapper(SpatiaLiteWrapper):
    SchemaEditorClass = SchemaEditor

    def prepare_database(self) -> None:
        with self.cursor() as cursor:
            cursor.execute("PRAGMA table_info(geometry_columns);")
            if cursor.fetchall():
                return
            cursor.execute("SELECT InitSpatialMetaData(1)")

    def _start_transaction_under_autocommit(self) -> None:
        """Waits as long as the option "timeout" says. SQLite itself would look ever more seldom, in the end every
        100 ms (sqliteDefaultBusyCallback): a worker that writes one change after another kept a web process out for
        seconds."""
        patience_s = self.settings_dict["OPTIONS"].get("timeout", 5)
        until = monotonic() + patience_s
        was_broken = self.errors_occurred
        self.connection.execute("PRAGMA busy_timeout=0")
        try:
            while not self._began(last=monotonic() >= until):
                # Having to wait makes no connection unusable.
                self.errors_occurred = was_broken
                sleep(LOOK_EVERY_S)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")

    def _began(self, *, last: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if last or getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
