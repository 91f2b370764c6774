"""Every geometry column has a spatial index that is kept up to date, whatever migrations did to its table."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.db import connection

COLUMNS = [
    (model._meta.db_table, field.column)
    for model in apps.get_models()
    for field in model._meta.local_fields
    if isinstance(field, GeometryField) and field.spatial_index
]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_geometry_column_has_its_index(table: str, column: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)",
                [f"{kind}_{table}_{column}" for kind in ("gii", "giu", "gid")],
            )
            assert cursor.fetchone() == (3,)
            cursor.execute(
                "SELECT spatial_index_enabled FROM geometry_columns WHERE f_table_name = %s AND f_geometry_column = %s",
                [table.lower(), column.lower()],
            )
            assert cursor.fetchone() == (1,)
        else:
            cursor.execute(
                "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE %s",
                [table, f"%USING gist ({column})%"],
            )
            assert cursor.fetchone() == (1,)
