import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import geo.models.areas


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaceEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("learnt", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "edition of the places",
                "verbose_name_plural": "edition of the places",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="place_edition_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phrase", models.CharField(max_length=120, verbose_name="phrase")),
                ("folded", models.CharField(db_index=True, editable=False, max_length=120)),
                ("label", models.CharField(blank=True, max_length=250, verbose_name="place")),
                ("point", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                ("radius_m", models.FloatField(default=100.0, verbose_name="radius (m)")),
                ("exercise", models.PositiveIntegerField(default=0, verbose_name="exercise")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("learnt_at", models.DateTimeField(verbose_name="taught at")),
                ("last_at", models.DateTimeField(verbose_name="last confirmed at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                (
                    "learnt_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taught by",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revoked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "learnt alias",
                "verbose_name_plural": "learnt aliases",
                "ordering": ["-last_at"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("radius_m__gt", 0)), name="alias_radius_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="alias_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=40, unique=True, verbose_name="name")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
            ],
            options={
                "verbose_name": "area set",
                "verbose_name_plural": "area sets",
                "ordering": ["valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="area_set_dates_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Generation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(default=geo.models.areas.new_token, editable=False, max_length=12, unique=True),
                ),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("licence", models.CharField(blank=True, max_length=120, verbose_name="licence")),
                ("is_approximate", models.BooleanField(default=False, verbose_name="approximate")),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                ("complete", models.BooleanField(default=False, verbose_name="complete")),
                (
                    "area_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="generations",
                        to="geo.areaset",
                        verbose_name="area set",
                    ),
                ),
            ],
            options={
                "verbose_name": "generation of areas",
                "verbose_name_plural": "generations of areas",
            },
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.CharField(
                        choices=[("province", "Province"), ("district", "District level"), ("ward", "Commune level")],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("parent_code", models.CharField(blank=True, max_length=20, verbose_name="parent code")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tinh", "Province (tỉnh)"),
                            ("thanh_pho", "City (thành phố)"),
                            ("thi_xa", "Town (thị xã)"),
                            ("quan", "Urban district (quận)"),
                            ("huyen", "Rural district (huyện)"),
                            ("phuong", "Ward (phường)"),
                            ("thi_tran", "Township (thị trấn)"),
                            ("xa", "Commune (xã)"),
                            ("dac_khu", "Special zone (đặc khu)"),
                            ("khac", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("area_km2", models.FloatField(verbose_name="area (km²)")),
                ("geometry", django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
                (
                    "generation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="geo.generation",
                        verbose_name="generation",
                    ),
                ),
            ],
            options={
                "verbose_name": "area",
                "verbose_name_plural": "areas",
                "ordering": ["generation", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("generation", "code"), name="area_code_once_a_generation")
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tinh", "Province (tỉnh)"),
                            ("thanh_pho", "City (thành phố)"),
                            ("thi_xa", "Town (thị xã)"),
                            ("quan", "Urban district (quận)"),
                            ("huyen", "Rural district (huyện)"),
                            ("phuong", "Ward (phường)"),
                            ("thi_tran", "Township (thị trấn)"),
                            ("xa", "Commune (xã)"),
                            ("dac_khu", "Special zone (đặc khu)"),
                            ("khac", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("is_official", models.BooleanField(default=True, verbose_name="official")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
                (
                    "area_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="geo.areaset",
                        verbose_name="area set",
                    ),
                ),
            ],
            options={
                "verbose_name": "area name",
                "verbose_name_plural": "area names",
                "ordering": ["area_set", "code", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("area_set", "code", "name", "valid_from"), name="area_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="area_name_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaLineage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_code", models.CharField(max_length=20, verbose_name="old code")),
                ("new_code", models.CharField(max_length=20, verbose_name="new code")),
                ("share_of_old", models.FloatField(verbose_name="share of the old unit")),
                (
                    "new_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lineage_from",
                        to="geo.areaset",
                        verbose_name="new set",
                    ),
                ),
                (
                    "old_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lineage_to",
                        to="geo.areaset",
                        verbose_name="old set",
                    ),
                ),
            ],
            options={
                "verbose_name": "lineage of an area",
                "verbose_name_plural": "lineage of areas",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("old_set", "old_code", "new_set", "new_code"), name="area_lineage_pair_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share_of_old__gt", 0), ("share_of_old__lte", 1)),
                        name="area_lineage_share_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Loading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(default=geo.models.areas.new_token, editable=False, max_length=12, unique=True),
                ),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="file")),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                ("complete", models.BooleanField(default=False, verbose_name="complete")),
            ],
            options={
                "verbose_name": "loading of places",
                "verbose_name_plural": "loadings of places",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("folded", models.CharField(db_index=True, editable=False, max_length=200)),
                ("other_names", models.JSONField(blank=True, default=list, verbose_name="other names")),
                ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                (
                    "shape",
                    django.contrib.gis.db.models.fields.GeometryField(
                        blank=True, null=True, spatial_index=False, srid=4326, verbose_name="shape"
                    ),
                ),
                ("radius_m", models.FloatField(default=100.0, verbose_name="radius (m)")),
                ("source", models.CharField(max_length=120, verbose_name="source")),
                ("source_key", models.CharField(max_length=200, verbose_name="key in the source")),
                ("licence", models.CharField(blank=True, max_length=120, verbose_name="licence")),
                ("added_by_people", models.BooleanField(default=False, verbose_name="added by people")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "loading",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="geo.loading",
                        verbose_name="loading",
                    ),
                ),
            ],
            options={
                "verbose_name": "place",
                "verbose_name_plural": "places",
                "constraints": [
                    models.UniqueConstraint(fields=("loading", "source_key"), name="place_once_a_loading"),
                    models.UniqueConstraint(
                        condition=models.Q(("loading__isnull", True)),
                        fields=("source", "source_key"),
                        name="place_once_a_source",
                    ),
                    models.CheckConstraint(condition=models.Q(("radius_m__gt", 0)), name="place_radius_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                ("licence", models.CharField(blank=True, max_length=120, verbose_name="licence")),
                ("attribution", models.CharField(blank=True, max_length=200, verbose_name="attribution")),
                (
                    "current",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="geo.loading",
                        verbose_name="loading in force",
                    ),
                ),
            ],
            options={
                "verbose_name": "source of places",
                "verbose_name_plural": "sources of places",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Street",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source_key", models.CharField(max_length=40, verbose_name="key in the source")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("folded", models.CharField(db_index=True, editable=False, max_length=200)),
                ("other_names", models.JSONField(blank=True, default=list, verbose_name="other names")),
                ("ref", models.CharField(blank=True, max_length=60, verbose_name="number of the road")),
                ("is_road", models.BooleanField(default=False, verbose_name="numbered road")),
                ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
                ("length_m", models.FloatField(verbose_name="length (m)")),
                ("geometry", django.contrib.gis.db.models.fields.MultiLineStringField(spatial_index=False, srid=4326)),
                (
                    "loading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="streets",
                        to="geo.loading",
                        verbose_name="loading",
                    ),
                ),
            ],
            options={
                "verbose_name": "street",
                "verbose_name_plural": "streets",
                "constraints": [
                    models.UniqueConstraint(fields=("loading", "source_key"), name="street_once_a_loading")
                ],
            },
        ),
        migrations.CreateModel(
            name="KmPost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("km", models.FloatField(verbose_name="kilometre")),
                ("point", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                (
                    "loading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to="geo.loading",
                        verbose_name="loading",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="posts",
                        to="geo.street",
                        verbose_name="road",
                    ),
                ),
            ],
            options={
                "verbose_name": "kilometre post",
                "verbose_name_plural": "kilometre posts",
            },
        ),
        migrations.CreateModel(
            name="HouseNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, verbose_name="number")),
                ("point", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                (
                    "loading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="houses",
                        to="geo.loading",
                        verbose_name="loading",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="houses",
                        to="geo.street",
                        verbose_name="street",
                    ),
                ),
            ],
            options={
                "verbose_name": "house number",
                "verbose_name_plural": "house numbers",
            },
        ),
        migrations.CreateModel(
            name="Crossroad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("point", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326)),
                ("radius_m", models.FloatField(default=15.0, verbose_name="radius (m)")),
                ("arms", models.PositiveSmallIntegerField(default=0, verbose_name="arms")),
                (
                    "loading",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crossroads",
                        to="geo.loading",
                        verbose_name="loading",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="geo.street",
                        verbose_name="first street",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="geo.street",
                        verbose_name="second street",
                    ),
                ),
            ],
            options={
                "verbose_name": "crossroad",
                "verbose_name_plural": "crossroads",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="crossroad_in_one_order"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="areaset",
            name="current",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="geo.generation",
                verbose_name="generation in force",
            ),
        ),
        migrations.AddField(
            model_name="loading",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="loadings",
                to="geo.placesource",
                verbose_name="source",
            ),
        ),
    ]
