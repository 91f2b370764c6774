"""The SpatiaLite backend, with two differences.

The metadata tables are made inside one transaction: Django calls InitSpatialMetaDataFull, which is slow (each of
some 6,000 reference systems in a transaction of its own) and fails on newer SQLite builds. InitSpatialMetaData(1)
does what GeoDjango needs. And migrations keep the R-trees alive: see schema.py.
"""

from django.contrib.gis.db.backends.spatialite.base import DatabaseWrapper as SpatiaLiteWrapper

from opscenter.spatialite.schema import SchemaEditor


class DatabaseWrapper(SpatiaLiteWrapper):
    SchemaEditorClass = SchemaEditor

    def prepare_database(self) -> None:
        with self.cursor() as cursor:
            cursor.execute("PRAGMA table_info(geometry_columns);")
            if cursor.fetchall():
                return
            cursor.execute("SELECT InitSpatialMetaData(1)")
