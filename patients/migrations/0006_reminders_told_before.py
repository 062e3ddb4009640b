"""What people were told of visit windows before reminders had stages, so that nobody is told twice."""

from zoneinfo import ZoneInfo

from django.db import migrations


def carry_over(apps, schema_editor):
    Notification = apps.get_model("notifications", "Notification")
    Mail = apps.get_model("notifications", "Mail")
    Reminder = apps.get_model("notifications", "Reminder")
    Visit = apps.get_model("patients", "Visit")
    for told in Notification.objects.filter(kind="visit_window").order_by("pk").iterator():
        _word, visit_pk, _recipient, opens_on = told.dedupe_key.split(":")
        visit = Visit.objects.select_related("subject__site__trial").get(pk=visit_pk)
        site = visit.subject.site
        told_on = told.created_at.astimezone(ZoneInfo(site.time_zone)).date()
        mail = Mail.objects.create(
            recipient_id=told.recipient_id,
            key=f"notification:{told.pk}",
            created_at=told.created_at,
            send_after=told.created_at,
            sent_at=told.sent_at,
            attempts=told.attempts,
            last_error=told.last_error,
            subject=told.subject,
            # What waits still is written anew when it is sent.
            text=told.body if told.sent_at else "",
        )
        Reminder.objects.create(
            kind="visit_window",
            topic=f"visit:{visit.pk}",
            stage="opens_soon" if told_on.isoformat() < opens_on else "open",
            occasion=opens_on,
            recipient_id=told.recipient_id,
            trial_id=site.trial_id,
            site_id=site.pk,
            # The next sweep writes the names of the visit, and withdraws what does not hold any more.
            facts={
                "registration": site.trial.registration,
                "number": visit.subject.number,
                "visit": visit.code,
                "names": {"en": visit.code, "zh": visit.code},
                "opens_on": opens_on,
                "closes_on": (visit.window_closes_on or told_on).isoformat(),
            },
            told_at=told.created_at,
            mail=mail,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_enrolled_have_numbers"),
        ("notifications", "0002_reminders"),
    ]
    run_before = [("notifications", "0003_remove_notification")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
