"""Events recorded before days could be partial were entered with the whole days that are stored."""

from django.db import migrations, models

from audit.context import signed_for

REASON = "Days of events may be known in part; these were entered as whole days"


def enter_days(apps, schema_editor):
    AdverseEvent = apps.get_model("safety", "AdverseEvent")
    if not AdverseEvent.objects.exists():
        return
    system = apps.get_model("accounts", "User").objects.get(username="dermis.system")
    with signed_for(user=system.pk, reason=REASON):
        for event in AdverseEvent.objects.order_by("pk").iterator():
            event.onset = event.onset_on.isoformat()
            event.ended = event.ended_on.isoformat() if event.ended_on else ""
            event.save(update_fields=["onset", "ended"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_system_account"),
        ("safety", "0002_events_medication_cases"),
    ]

    operations = [
        migrations.RunPython(enter_days, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('onset', ''), _negated=True), models.Q(models.Q(('ended', ''), ('ended_on', None)), models.Q(models.Q(('ended', ''), _negated=True), ('ended_on__isnull', False)), _connector='OR')), name='safety_event_has_its_days'),
        ),
    ]
