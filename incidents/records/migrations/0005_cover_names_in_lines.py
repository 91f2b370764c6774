"""Lines of lists that were written before names were covered in them (covering.py)."""

from django.db import migrations

from incidents.records.covering import cover


def cover_names(apps, schema_editor):
    incidents = apps.get_model("records", "Incident").objects.using(schema_editor.connection.alias)
    # What staff wrote as a task's line is theirs.
    lines = incidents.filter(parent=None).exclude(summary="").values_list("pk", "summary")
    for pk, line in lines.iterator(chunk_size=2_000):
        covered = cover(line)[:200]
        if covered != line:
            incidents.filter(pk=pk).update(summary=covered)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_helpers_read_less"),
    ]

    operations = [
        migrations.RunPython(cover_names, migrations.RunPython.noop),
    ]
