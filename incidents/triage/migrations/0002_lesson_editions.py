from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="lesson",
            name="changed_at",
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(fields=["exercise", "id"], name="lesson_newest"),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(fields=["exercise", "changed_at"], name="lesson_changed"),
        ),
    ]
