"""Reminders and mails have taken the place of notifications; patients/0006 has carried over what was told."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_reminders")]

    operations = [migrations.DeleteModel(name="Notification")]
