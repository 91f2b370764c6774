"""Migrations that keep the R-tree: Django only renames it when SQLite rebuilds a table, and nothing fills it again."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.backends.spatialite.schema import SpatialiteSchemaEditor
from django.contrib.gis.db.models import GeometryField


class SchemaEditor(SpatialiteSchemaEditor):
    # A geometry without an index has no such table; without IF EXISTS its table could never be rebuilt.
    sql_drop_spatial_index = "DROP TABLE IF EXISTS idx_%(table)s_%(column)s"

    def alter_db_table(self, model: Any, old_db_table: str, new_db_table: str) -> None:
        """Renames a table and makes its spatial indexes anew, with the triggers that keep them up to date.

        Nearly every migration that alters a table with a geometry comes through here, because SQLite rebuilds the
        table under another name and renames it back.
        """
        super().alter_db_table(model, old_db_table, new_db_table)
        if old_db_table.lower() == new_db_table.lower():
            return
        for field in model._meta.local_fields:
            if isinstance(field, GeometryField) and field.spatial_index:
                names = {"table": new_db_table, "column": str(field.column)}
                self.execute(self.sql_drop_spatial_index % names)
                quoted = {name: self.quote_name(value) for name, value in names.items()}
                self.execute(self.sql_add_spatial_index % quoted)
