"""Tiles that were just made are kept for whoever may see the very same. An audience's tile is never another's."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

from django.core.cache import cache

from geo.tiles import Tile
from incidents.maps.asking import Past
from incidents.records.keys import ROOM, keys_of_person
from opscenter.accounts.models import Person
from realtime import log

# Nothing is ever taken from the room, so that its picture may be this old; seconds.
ROOM_KEEPS = 15
_LONGEST = 600


def kept(person: Person, tile: Tile, past: Past, make: Callable[[], bytes]) -> bytes:
    """The tile from the cache of this person's audience, or made now.

    Whose keys are not the room's can lose an incident at any change: their tiles are good until the next event of the
    log. One query for them, none for the room.
    """
    keys = keys_of_person(person)
    stamp = f"at {time.time() // ROOM_KEEPS:.0f}" if ROOM in keys else f"log {log.state()[:2]}"
    asked = [sorted(keys), stamp, tile.z, tile.x, tile.y, str(past.first), str(past.last), sorted(past.groups)]
    name = "tile:" + hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    found: bytes | None = cache.get(name)
    if found is None:
        found = make()
        cache.set(name, found, ROOM_KEEPS if ROOM in keys else _LONGEST)
    return found
