"""How much of a budget was used lately; see budgets.py."""

from django.db import models


class BudgetUse(models.Model):
    """One holder's use of one budget. `full_at`: when it will be whole again, in seconds since 1970."""

    name = models.CharField(max_length=60)
    # A keyed digest of the client's address, never the address itself; empty for everybody together.
    holder = models.CharField(max_length=32, blank=True)
    full_at = models.FloatField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "holder"], name="budget_use_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.holder}"
