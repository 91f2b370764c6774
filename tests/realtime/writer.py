"""Changes of probes that dawdle before they end; as a process: python -m tests.realtime.writer SEED COUNT."""

from __future__ import annotations

import random
import sys
import time


def write_much(seed: int, changes: int) -> int:
    """Makes so many changes; gives how many events they made."""
    from realtime.change import change
    from tests.realtime.probes import write

    chance = random.Random(seed)
    made = 0
    for _ in range(changes):
        ids = sorted(chance.sample(range(1, 40), chance.randint(1, 3)))
        with change():
            for id in ids:
                write(id, str(seed), {"room": "room"})
            # Between the rows and the counter, where a sequence would have given its number already.
            time.sleep(chance.random() * 0.004)
        made += len(ids)
    return made


if __name__ == "__main__":
    import django

    django.setup()
    from tests.realtime import probes

    probes.register()
    print(write_much(int(sys.argv[1]), int(sys.argv[2])))
