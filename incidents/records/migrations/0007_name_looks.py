from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0006_coarsen_kept_places")]

    operations = [
        migrations.AlterModelOptions(
            name="personallook",
            options={"verbose_name": "look at a reporter", "verbose_name_plural": "looks at reporters"},
        ),
    ]
