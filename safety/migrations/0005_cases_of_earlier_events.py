"""Serious events recorded before there were cases get theirs, so that their clocks run."""

from django.db import migrations
from django.db.models import Max
from django.utils import timezone

from audit.context import signed_for

REASON = "Recorded as serious before there were cases"


def open_cases(apps, schema_editor):
    """A case with a first draft for each, numbered within its trial in the order of recording.

    The site was aware at the latest when the event was recorded as serious. Nobody is told here: the next sweep of the
    clocks tells once what is due by then.
    """
    AdverseEvent = apps.get_model("safety", "AdverseEvent")
    SeriousCase = apps.get_model("safety", "SeriousCase")
    ReportVersion = apps.get_model("safety", "ReportVersion")
    History = apps.get_model("safety", "AdverseEventEvent")
    waiting = AdverseEvent.objects.filter(is_serious=True, case=None).select_related("subject__site").order_by("pk")
    if not waiting.exists():
        return
    system = apps.get_model("accounts", "User").objects.get(username="dermis.system")
    last = dict(SeriousCase.objects.order_by().values_list("subject__site__trial").annotate(last=Max("number")))
    with signed_for(user=system.pk, reason=REASON):
        for event in waiting:
            if event.serious_known_at is None:
                history = History.objects.filter(pgh_obj_id=event.pk).order_by("pgh_id")
                event.serious_known_at = _became_serious_at(history.values_list("pgh_created_at", "is_serious"))
                event.version += 1
                event.save(update_fields=["serious_known_at", "version"])
            trial = event.subject.site.trial_id
            last[trial] = last.get(trial, 0) + 1
            case = SeriousCase.objects.create(subject_id=event.subject_id, event=event, number=last[trial])
            ReportVersion.objects.create(case=case, number=1, narrative=event.narrative)


def _became_serious_at(history):
    """The moment, to the minute, since which it is recorded as serious."""
    since, was_serious = timezone.now(), False
    for at, is_serious in history:
        if is_serious and not was_serious:
            since = at
        was_serious = is_serious
    return since.replace(second=0, microsecond=0)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_system_account"),
        ("safety", "0004_authority_reports_corrected"),
    ]

    operations = [migrations.RunPython(open_cases, migrations.RunPython.noop)]
