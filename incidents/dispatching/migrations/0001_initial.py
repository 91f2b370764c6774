import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CompetenceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=80, unique=True, verbose_name="code")),
                (
                    "group",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Administrative procedures"), (2, "Emergency"), (3, "Field report")],
                        null=True,
                        verbose_name="group",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("agency", "One agency"),
                            ("ward_committee", "The commune's People's Committee"),
                            ("district_committee", "The district's People's Committee"),
                        ],
                        max_length=20,
                        verbose_name="responsible",
                    ),
                ),
                ("area_set", models.CharField(blank=True, max_length=40, verbose_name="area set")),
                ("area_code", models.CharField(blank=True, max_length=20, verbose_name="area code")),
                (
                    "road_owner",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("national", "National road (QL)"),
                            ("provincial", "Provincial road (ĐT)"),
                            ("district", "District road (ĐH)"),
                            ("commune", "Communal road (ĐX)"),
                        ],
                        max_length=12,
                        verbose_name="road owner",
                    ),
                ),
                ("place_kind", models.CharField(blank=True, max_length=40, verbose_name="kind of place")),
                ("legal_basis", models.CharField(blank=True, max_length=300, verbose_name="legal basis")),
                ("priority", models.PositiveSmallIntegerField(default=100, verbose_name="priority")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("auto", models.BooleanField(default=False, verbose_name="automatic")),
                (
                    "min_confidence",
                    models.FloatField(
                        default=0.9,
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1.0),
                        ],
                        verbose_name="least confidence in the category",
                    ),
                ),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
                ("entered_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="entered at")),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="records.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of competence",
                "verbose_name_plural": "rules of competence",
                "ordering": ["priority", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("category__isnull", False), ("group__isnull", True)),
                            models.Q(("category__isnull", True), ("group__isnull", False)),
                            _connector="OR",
                        ),
                        name="competence_category_or_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", False), ("target", "agency")),
                            models.Q(models.Q(("target", "agency"), _negated=True), ("agency__isnull", True)),
                            _connector="OR",
                        ),
                        name="competence_agency_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area_code", ""), ("area_set", "")),
                            models.Q(
                                models.Q(("area_set", ""), _negated=True), models.Q(("area_code", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="competence_area_has_set_and_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="competence_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_confidence__gte", 0), ("min_confidence__lte", 1)),
                        name="competence_confidence_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoOrdinating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("agency", "One agency"),
                            ("ward_committee", "The commune's People's Committee"),
                            ("district_committee", "The district's People's Committee"),
                        ],
                        max_length=20,
                        verbose_name="co-ordinates",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="co_ordinating",
                        to="dispatching.competencerule",
                        verbose_name="rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "co-ordinating agency",
                "verbose_name_plural": "co-ordinating agencies",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", False), ("target", "agency")),
                            models.Q(models.Q(("target", "agency"), _negated=True), ("agency__isnull", True)),
                            _connector="OR",
                        ),
                        name="co_ordinating_agency_named",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency__isnull", False)),
                        fields=("rule", "agency"),
                        name="co_ordinating_agency_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency__isnull", True)),
                        fields=("rule", "target"),
                        name="co_ordinating_committee_once",
                    ),
                ],
            },
        ),
    ]
