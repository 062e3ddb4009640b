"""The first treatment need not be an infusion: the day keeps its values under a name that fits every arm."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("patients", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("subject", "patients_subject_infused_only_when_enrolled"),
        migrations.RenameField("subject", "first_infusion_on", "first_treatment_on"),
        migrations.RenameField("subjectevent", "first_infusion_on", "first_treatment_on"),
    ]
