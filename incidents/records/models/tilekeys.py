"""A column that follows the point: whoever writes the row with a new point writes its key too."""

from __future__ import annotations

from typing import Any

from django.db import models

from geo.tiles import key_of


class TileKeyField(models.BigIntegerField):  # type: ignore[type-arg]  # not subscriptable at runtime
    """The key (geo.tiles) of the row's `point`; null without one."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        point = getattr(model_instance, "point", None)
        key = key_of(point.x, point.y) if point is not None else None
        setattr(model_instance, self.attname, key)
        return key
