"""Which drawing stands beside which topic (frontend/templates/portal/parts/icons.html)."""

ICONS = {
    "road-local": "road",
    "road-national": "road",
    "traffic-signal": "traffic",
    "traffic-jam": "traffic",
    "parking": "parking",
    "flood": "flood",
    "drainage": "flood",
    "rubbish": "rubbish",
    "rubbish-burning": "smoke",
    "pollution": "smoke",
    "noise": "noise",
    "lighting": "light",
    "power": "power",
    "water": "water",
    "telecom-wires": "network",
    "trees": "tree",
    "construction": "building",
    "land": "land",
    "advertising": "poster",
    "animals": "animal",
    "food-safety": "food",
    "disease": "health",
    "public-place": "park",
    "labour-dispute": "people",
    "social-order": "people",
}


def icon_of(category_code: str) -> str:
    """The name of a topic's drawing; `other` for a topic that has none of its own."""
    return ICONS.get(category_code, "other")
