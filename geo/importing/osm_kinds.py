"""What an OpenStreetMap object is to us: a kind and how far the thing may lie from its point. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# The first of these keys that an object with a name has decides its kind.
KEYS = (
    "amenity",
    "healthcare",
    "office",
    "shop",
    "tourism",
    "historic",
    "leisure",
    "emergency",
    "craft",
    "industrial",
    "aeroway",
    "public_transport",
    "railway",
    "man_made",
    "barrier",
    "place",
    "landuse",
    "natural",
    "waterway",
    "building",
)
# Names of units and of the country, which the area sets know better, and things without a place of their own.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    "place": frozenset({"country", "state", "province", "region", "city", "town", "county", "district", "postcode"}),
    "public_transport": frozenset({"stop_area", "stop_position"}),
    "railway": frozenset({"rail", "abandoned", "construction", "proposed"}),
    "natural": frozenset({"tree", "coastline"}),
    "building": frozenset({"no"}),
    "barrier": frozenset({"fence", "wall", "kerb"}),
}
CROSSROAD_WORDS = ("nga ba", "nga tu", "nga nam", "nga sau", "nga bay", "vong xoay", "bung binh", "giao lo", "nut giao")
RADIUS_M: Mapping[str, float] = {
    "suburb": 800.0,
    "quarter": 600.0,
    "neighbourhood": 500.0,
    "village": 1_000.0,
    "hamlet": 600.0,
    "locality": 600.0,
    "isolated_dwelling": 300.0,
    "industrial": 500.0,
    "bus_stop": 100.0,
    "crossroads": 40.0,
    "shop": 40.0,
    "office": 40.0,
}
DEFAULT_RADIUS_M = 60.0


def kind_of(tags: Mapping[str, str]) -> str:
    """The kind of a named object (market's is "marketplace", a crossroads' "crossroads"), or "" when it is none."""
    if tags.get("boundary") == "administrative":
        return ""
    if tags.get("junction") in {"yes", "roundabout", "circular"} or tags.get("highway") in {
        "traffic_signals",
        "motorway_junction",
        "mini_roundabout",
        "crossing",
    }:
        return "crossroads"
    if tags.get("highway") == "bus_stop":
        return "bus_stop"
    for key in KEYS:
        value = tags.get(key, "")
        if not value or value in LEFT_OUT.get(key, ()):
            continue
        if key in {"shop", "office"} and value in {"yes", "vacant"}:
            return key
        return (key if value == "yes" else value.split(";")[0].strip())[:40]
    return "bridge" if tags.get("bridge:name") else ""


def radius_of(tags: Mapping[str, str], kind: str) -> float:
    """How far from its point an object without a shape may be met."""
    for word in (kind, "shop" if tags.get("shop") else "", "office" if tags.get("office") else ""):
        if word in RADIUS_M:
            return RADIUS_M[word]
    return DEFAULT_RADIUS_M
