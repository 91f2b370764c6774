import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("short_name", models.CharField(blank=True, max_length=60, verbose_name="short name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hotline", "Hotline 1022"),
                            ("province", "People's Committee of the province"),
                            ("department", "Department"),
                            ("board", "Management board"),
                            ("district", "People's Committee of a district"),
                            ("commune", "People's Committee of a commune"),
                            ("police", "Police 113"),
                            ("fire", "Fire and rescue 114"),
                            ("ambulance", "Ambulance 115"),
                            ("utility", "Utility company"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("area_set", models.CharField(blank=True, max_length=40, verbose_name="area set")),
                ("area_code", models.CharField(blank=True, max_length=20, verbose_name="area code")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.agency",
                        verbose_name="higher agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "agency",
                "verbose_name_plural": "agencies",
                "indexes": [models.Index(fields=["area_set", "area_code"], name="accounts_ag_area_se_05679d_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="agency_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area_code", ""), ("area_set", "")),
                            models.Q(
                                models.Q(("area_set", ""), _negated=True), models.Q(("area_code", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="agency_area_has_set_and_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandlingUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handling_units",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "handling unit",
                "verbose_name_plural": "handling units",
                "constraints": [models.UniqueConstraint(fields=("agency", "name"), name="handling_unit_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("full_name", models.CharField(max_length=150, verbose_name="full name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("call_taker", "Call-taker"),
                            ("supervisor", "Supervisor"),
                            ("focal_point", "Focal point"),
                            ("handler", "Handling unit"),
                            ("dispatcher", "Dispatcher (113, 114, 115)"),
                            ("crew", "Crew"),
                            ("leader", "Leader"),
                            ("administrator", "Administrator"),
                            ("partner", "Partner's machine"),
                        ],
                        default="call_taker",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("language", models.CharField(default="vi", max_length=5, verbose_name="language")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "handling_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="accounts.handlingunit",
                        verbose_name="handling unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__in", ["crew", "dispatcher", "focal_point", "handler"]), _negated=True),
                            ("agency__isnull", False),
                            _connector="OR",
                        ),
                        name="agency_role_has_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__in", ["handler", "crew"]), _negated=True),
                            ("handling_unit__isnull", False),
                            _connector="OR",
                        ),
                        name="handler_has_handling_unit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("phone", "Phone")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("address", models.CharField(max_length=200, verbose_name="address or number")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_head", models.BooleanField(default=False, verbose_name="head of the agency")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_points",
                        to="accounts.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contact_points",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact point",
                "verbose_name_plural": "contact points",
                "ordering": ["agency", "order", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "kind", "address"), name="contact_point_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("calendar", "Calendar"), ("map", "Map program (QGIS)")],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("label", models.CharField(max_length=100, verbose_name="name")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "personal key",
                "verbose_name_plural": "personal keys",
                "ordering": ["-created_at", "-id"],
            },
        ),
    ]
