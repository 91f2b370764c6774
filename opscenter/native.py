"""Where the native geometry libraries are: the wheels of pyogrio and shapely carry GDAL and GEOS."""

import ctypes
import importlib
import importlib.util
from pathlib import Path


def _bundled(package: str, pattern: str) -> str | None:
    """The first file matching `pattern` in the folder of shared libraries that came with a wheel."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent.parent / f"{package}.libs"
    return next((str(path) for path in sorted(folder.glob(pattern))), None)


def gdal_library() -> str | None:
    """Path of the GDAL library inside the pyogrio wheel, or None to let Django search the system."""
    return _bundled("pyogrio", "libgdal*")


def geos_library() -> str | None:
    """Path of the GEOS C library inside the shapely wheel, or None to let Django search the system.

    The C library refers to the C++ one by a name mangled for the wheel, so that one is loaded first.
    """
    cxx = _bundled("shapely", "libgeos-*")
    if cxx is not None:
        ctypes.CDLL(cxx)
    return _bundled("shapely", "libgeos_c*")


def load_wheels_first() -> None:
    """Loads shapely and pyproj whole, before any connection loads mod_spatialite.

    mod_spatialite brings the system's own, older GEOS and PROJ. Loaded first, they lend their C++ symbols to the
    newer ones: shapely then crashes or takes polygons for something else, and a process with pyproj aborts at its end.
    """
    for package in ("shapely", "pyproj"):
        importlib.import_module(package)
