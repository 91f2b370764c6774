"""From a file's reference system to WGS 84, and the VN-2000 files that must not be guessed at.

A VN-2000 .prj without datum parameters is taken for WGS 84 by most software and lands 226 m off. Such a file
is refused until the operator names the system (the former province of Bình Dương is EPSG:9210).
"""

from __future__ import annotations

import re

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup
from shapely import transform
from shapely.geometry.base import BaseGeometry

# Decision 05/2007/QĐ-BTNMT's seven parameters, as EPSG knows them. pyproj's own first choice may differ by 0.8 m,
# so the operation is named.
VN2000_OPERATION = "VN-2000 to WGS 84 (2)"
VN2000_SCALES = (0.9999, 0.9996)


class UnknownSystem(ValueError):
    """The coordinates' reference system is missing, or not certain enough; the text says what to give."""


class ToLonLat:
    """Turns geometries of one source system into degrees on WGS 84."""

    def __init__(self, source: CRS) -> None:
        self.name = source.name
        self._steps = _transformer(source)

    def __call__(self, geometry: BaseGeometry) -> BaseGeometry:
        if self._steps is None:
            return geometry
        moved: BaseGeometry = transform(geometry, self._move)
        return moved

    def _move(self, coordinates: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> object:
        assert self._steps is not None
        return np.column_stack(self._steps.transform(coordinates[:, 0], coordinates[:, 1]))


def source_system(wkt: str | None, told: str = "") -> CRS:
    """The reference system of a file, from what the operator told (`EPSG:9210`) or else from its own WKT.

    Raises UnknownSystem when it is absent, unreadable, or a VN-2000 without datum parameters.
    """
    if told:
        try:
            return CRS.from_user_input(told)
        except CRSError as error:
            raise UnknownSystem(f"--crs {told}: {error}") from error
    if not wkt:
        raise UnknownSystem("the file does not say its reference system; give --crs EPSG:<number>")
    try:
        system = CRS.from_wkt(wkt)
    except CRSError as error:
        raise UnknownSystem(f"the file's reference system cannot be read ({error}); give --crs") from error
    if "TOWGS84" in wkt.upper():
        return system
    if _is_vn2000(system) and not _is_registered(system):
        raise UnknownSystem(
            f"{system.name!r} is VN-2000 without datum parameters (positions would be up to 226 m off); "
            "give --crs EPSG:9210 if it is zone 105°45', or the EPSG number of its zone"
        )
    if _looks_like_vn2000(system):
        raise UnknownSystem(
            f"{system.name!r} has the projection of VN-2000 on another datum ({_datum(system)}); "
            "give --crs with the system it really is, for instance EPSG:9210"
        )
    if system.is_projected and re.search("unknown|unnamed", _datum(system), re.IGNORECASE):
        raise UnknownSystem(f"{system.name!r} has no known datum; give --crs EPSG:<number>")
    return system


def _datum(system: CRS) -> str:
    return str(system.datum.name) if system.datum is not None else "unknown"


def _is_registered(system: CRS) -> bool:
    """Whether the file itself names a registered system. A .prj only describes one, and is not guessed at."""
    return "id" in system.to_json_dict()


def _is_vn2000(system: CRS) -> bool:
    return bool(re.search(r"viet\s*nam[\s_]*2000|vn[\s_-]*2000", f"{_datum(system)} {system.name}", re.IGNORECASE))


def _looks_like_vn2000(system: CRS) -> bool:
    """A transverse Mercator with VN-2000's scale and a meridian of its zones, yet named after another datum."""
    operation = system.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return False
    if _is_vn2000(system) or _is_registered(system):
        return False
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    scale = values.get("Scale factor at natural origin", 0.0)
    meridian = values.get("Longitude of natural origin", 0.0)
    return abs(scale - VN2000_SCALES[0]) < 1e-9 and 102 <= meridian <= 109.5


def _transformer(source: CRS) -> Transformer | None:
    if source.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        return None
    if _is_vn2000(source) and not source.is_bound:
        group = TransformerGroup(source, CRS.from_epsg(4326), always_xy=True)
        for transformer in group.transformers:
            if VN2000_OPERATION in transformer.description:
                return transformer
        raise UnknownSystem(f"{source.name!r}: the operation {VN2000_OPERATION!r} is not known here")
    return Transformer.from_crs(source, CRS.from_epsg(4326), always_xy=True)
