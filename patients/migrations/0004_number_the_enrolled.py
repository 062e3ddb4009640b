"""Who was enrolled before enrolments were counted gets a number, in order of the day, and the arm as an allocation."""

from django.db import migrations

from audit.context import signed_for

REASON = "Enrolments are counted and arms kept as allocations"


def number(apps, schema_editor):
    Subject, Allocation = apps.get_model("patients", "Subject"), apps.get_model("patients", "Allocation")
    enrolled = Subject.objects.exclude(enrolled_on=None).order_by("site_id", "enrolled_on", "pk")
    if not enrolled.exists():
        return
    system = apps.get_model("accounts", "User").objects.get(username="dermis.system")
    counts = {}
    with signed_for(user=system.pk, reason=REASON):
        for subject in enrolled:
            counts[subject.site_id] = subject.enrolment_number = counts.get(subject.site_id, 0) + 1
            subject.save(update_fields=["enrolment_number"])
            Allocation.objects.create(
                subject=subject, arm_code=subject.arm_code, allocated_on=subject.enrolled_on, allocated_by=system
            )
        for site in apps.get_model("trials", "Site").objects.filter(pk__in=counts):
            site.subjects_enrolled = counts[site.pk]
            site.save(update_fields=["subjects_enrolled"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_system_account"),
        ("patients", "0003_consent_allocation_deviations"),
        ("trials", "0002_sheets_and_limits"),
    ]

    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
