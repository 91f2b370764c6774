"""Two GEOS and two PROJ libraries live in one process, the wheels' and mod_spatialite's, and all have to work."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# A process of its own: what matters is which library was loaded first.
BOTH = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT ST_Area(ST_Union(BuildMbr(0,0,2,2), ST_Buffer(MakePoint(5,5), 1, 8)))")
    before = cursor.fetchone()
import shapely
cells = [shapely.box(x, y, x + 1, y + 1).segmentize(0.1) for x in range(5) for y in range(5)]
print(len(shapely.coverage_simplify(cells, 0.05)), round(shapely.union_all(cells).area, 6))
from django.contrib.gis.geos import Polygon
import pyproj
print(round(pyproj.Geod(ellps="WGS84").inv(106, 10, 106, 11)[2]))
print(Polygon.from_bbox((0, 0, 2, 2)).buffer(1).area > 4)
with connection.cursor() as cursor:
    cursor.execute("SELECT ST_Area(ST_Union(BuildMbr(0,0,2,2), ST_Buffer(MakePoint(5,5), 1, 8)))")
    assert cursor.fetchone() == before
"""


def test_a_connection_opened_first_does_not_break_shapely(tmp_path: Path) -> None:
    env = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "opscenter.settings",
        "OPSCENTER_DATABASE_URL": f"spatialite://{tmp_path / 'empty.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", BOTH],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()) == (0, ["25", "25.0", "110611", "True"]), done.stderr
