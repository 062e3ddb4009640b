"""How many SQL statements each page runs: the same in a small trial and in a larger one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_celery_results.models import TaskResult

from accounts.models import User
from assessments.models import FormDraft
from assessments.registry import INSTRUMENTS
from assessments.services import save_form
from audit.context import acting
from notifications.models import Mail
from patients.models import Subject
from patients.services.eligibility import decide_eligibility
from safety.models import AuthorityReport, SeriousCase
from safety.services import record_adverse_event
from tests.factories import (
    correct_form,
    entry_for,
    infused_subject,
    make_lot,
    make_medication,
    make_member,
    make_range,
    make_reminder,
    make_subject,
    screened_subject,
    take_place,
)
from tests.factories.cases import sign_report, written_case
from tests.factories.serious import report_to_authority
from trials.models import NormalRange, Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

# The most that a page may run: session, account, roles and frame included. "More" is the rest of the address, of the
# subject at the site who has been treated longest: a visit, a form, the number of an event, or a filter.
TABLE = """
page                        more         role           statements
workspace:today             -            coordinator    19
workspace:today             -            investigator   20
workspace:today             -            monitor        10
workspace:enrolment         -            coordinator    11
workspace:enrolment         -            administrator  11
workspace:allocation        -            statistician   12
workspace:protocol          -            coordinator    11
workspace:protocol          ?version=1.0 coordinator    11
workspace:lots              -            monitor        10
workspace:lots              ?expired=no&status=released  monitor  10
workspace:people            -            administrator  12
patients:subject-list       -            monitor        12
patients:subject-list       ?overdue=1   monitor        12
patients:subject-list       ?sort=-last  monitor        12
patients:subject-list       ?day=2026-05-20  monitor    12
patients:calendar           -            monitor        12
patients:calendar           ?view=week   monitor        12
patients:calendar-feeds     -            monitor        11
patients:schedule           /            coordinator    10
patients:register           -            coordinator    13
safety:list                 -            monitor        16
safety:list                 ?ongoing=no  monitor        12
safety:list                 ?review=changed&sort=-grade safety_monitor 11
safety:desk                 -            safety_monitor 17
safety:incidence            -            monitor        13
workspace:safety-profile    /            monitor        16
workspace:today             -            safety_monitor 12
exports:list                -            data_manager   10
assessments:blank-forms     -            coordinator    9
assessments:blank-casebook-pdf  -        coordinator    9
assessments:casebook        /            coordinator    22
patients:eligibility        /            investigator   15
patients:identity           /            coordinator    12
patients:consent            /            coordinator    17
patients:withdraw           /            coordinator    12
workspace:sheets            -            administrator  9
workspace:sites             -            administrator  10
workspace:ranges            -            coordinator    11
workspace:ranges            ?show=all    monitor        11
patients:visit              /W4          coordinator    15
patients:visit              /W0          monitor        15
patients:unscheduled-visit  /            coordinator    11
patients:early-termination  /            coordinator    13
patients:deviation-list     -            monitor        12
patients:deviation-list     ?status=void monitor        12
patients:subject-deviations /            coordinator    15
patients:report-deviation   /            coordinator    11
patients:deviation          /1           coordinator    17
assessments:form            /W0/pasi     monitor        13
assessments:infusion-gate   /W0          coordinator    25
assessments:form-edit       /W4/pasi     coordinator    16
assessments:form-live       /W4/pasi     coordinator    29
assessments:form-history    /W0/pasi     monitor        16
assessments:form-edit       /W4/dlqi     coordinator    17
assessments:wording         -            administrator  10
safety:subject-events       /            monitor        14
safety:subject-medication   /            monitor        12
safety:record-medication    /            coordinator    11
safety:medication           /1           monitor        13
safety:correct-medication   /1           coordinator    12
safety:medication-history   /1           monitor        14
safety:cases                -            monitor        14
safety:case                 /2           monitor        26
safety:case                 /2           safety_monitor 27
safety:case-version         /2/1         monitor        13
safety:case-draft           /3           coordinator    14
safety:case-submit          /3           investigator   19
safety:case-authority       /2           safety_monitor 13
safety:case-authority-correct /2/REPORT  safety_monitor 14
safety:case-authority-take-back /2/REPORT safety_monitor 14
safety:event                /1           monitor        16
safety:event                /1           safety_monitor 18
safety:subject-events       /            coordinator    16
safety:record               /            coordinator    15
safety:correct              /1           coordinator    17
safety:event-history        /1           monitor        17
notifications:inbox         -            coordinator    9
notifications:inbox         ?show=unread coordinator    9
notifications:choices       -            coordinator    8
workspace:background        -            administrator  14
workspace:mail-preview      -            administrator  9
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:]]
EVENT = {
    "term": "Fever",
    "grade": 1,
    "is_serious": False,
    "relation": "probable",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}


def enlarge(site: Site, by: User) -> None:
    """Four more subjects, from a consent that nobody followed up to a treated one with a draft and an event, one more
    person, and for everybody a reminder and a mail; one more task failed."""
    today = site.today()
    make_subject(site, by, signed_on=today - timedelta(days=60))
    screened_subject(site, by)
    decided = screened_subject(site, by)
    decide_eligibility(subject=decided, outcome="eligible", by=by)
    treated = infused_subject(site, by, days_ago=70)
    visit = take_place(treated, "W4", by, on=today - timedelta(days=36))
    draft = entry_for("pasi", visit)
    save_form(spec=INSTRUMENTS["pasi"], visit=visit, entry=draft, complete=False, by=by, expected_version=0)
    make_medication(treated, by, treatment_kind="topical")
    record_adverse_event(subject=treated, fields={**EVENT, "onset": (today - timedelta(days=69)).isoformat()}, by=by)
    sign_report(written_case(treated, by), by)
    reported = SeriousCase.objects.get(subject=treated)
    for reference in ("2026-1", "2026-2"):
        report = report_to_authority(reported, today)
        with acting(by=by, reason="Letter"):
            AuthorityReport.objects.filter(pk=report.pk).update(reference=reference, version=2)
    written_case(treated, by)
    correct_form(treated.visits.get(code="W0"), "infusion", by, has_reaction="Y")
    make_member("monitor", site)
    make_lot(site.trial, f"UC-{treated.number}")
    make_range(site, valid_from=today - timedelta(days=NormalRange.objects.count()))
    for person in User.objects.filter(delegations__isnull=False):
        make_reminder(person, site)
        Mail.objects.create(recipient=person, key=f"of-{treated.number}", attempts=1, last_error="Refused")
    TaskResult.objects.create(task_id=treated.number, status="FAILURE", result="Refused")


def statements(trial: Trial, subject: Subject, person: Client, page: str, more: str) -> int:
    """How many statements the page runs when it is opened for the second time."""
    trial_of_it = [] if page.startswith("notifications:") else [trial.registration]
    number = [subject.number] if more.startswith("/") else []
    report = AuthorityReport.objects.filter(case__subject=subject).order_by("pk").first()
    rest = [str(report.pk) if part == "REPORT" else part for part in more.split("/") if part] if number else []
    url = reverse(page, args=[*trial_of_it, *number, *rest]) + (more if more.startswith("?") else "")
    method = person.post if page.endswith("-live") else person.get
    assert method(url).status_code == 200, url
    with CaptureQueriesContext(connection) as queries:
        method(url)
    return len(queries)


def test_a_page_runs_as_many_statements_in_a_larger_trial_as_in_a_small_one(
    trial: Trial, site: Site, investigator: User
) -> None:
    people = {}
    for role in {role for _page, _more, role, _most in ROWS}:
        people[role] = Client()
        people[role].force_login(make_member(role, site))
    enlarge(site, investigator)
    subject = Subject.objects.get(first_treatment_on__isnull=False)

    def measured() -> dict[tuple[str, ...], int]:
        FormDraft.objects.all().delete()  # what a live page keeps would be shown again by the next measurement
        return {row: statements(trial, subject, people[row[2]], *row[:2]) for row in ROWS}

    small = measured()
    enlarge(site, investigator)
    enlarge(site, investigator)
    assert measured() == small
    assert {row[:3]: count for row, count in small.items() if count > int(row[3])} == {}
