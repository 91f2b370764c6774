"""What was loaded from fixtures/, so that a later load touches only the lines that changed since."""

from __future__ import annotations

from django.db import models


class LoadedFile(models.Model):
    """A file of fixtures/ as it was loaded last."""

    name = models.CharField(max_length=60, primary_key=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class LoadedRow(models.Model):
    """A line as it was loaded last: while it stays the same, what the owner edited in the database stays too."""

    file = models.CharField(max_length=60)
    key = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "key"], name="loaded_row_once")]

    def __str__(self) -> str:
        return f"{self.file} {self.key}"
