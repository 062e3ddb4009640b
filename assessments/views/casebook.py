"""The casebook: visits by forms."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from assessments import selectors
from patients.access import SubjectRequest, subject_page
from patients.eligibility import eligibility_of
from patients.policies import arm_may_change, may_enrol, participation_may_end
from patients.selectors.allocations import allocations_of
from patients.selectors.subjects import consents_of, latest_decision, subject_strip
from patients.selectors.visits import may_terminate_early
from patients.timeline import picture_of
from trials.policies import allows
from trials.selectors import protocol_of


@subject_page(Permission.VIEW_SUBJECTS)
def casebook(request: SubjectRequest, subject: Any) -> HttpResponse:
    """The subject's landing page: what comes next, and visits by forms."""
    trial = subject.site.trial
    rows = selectors.casebook(subject)
    crumbs = [(_("Subjects"), reverse("patients:subject-list", args=[trial.registration])), (subject.number, "")]
    context = {
        "subject": subject,
        "trial": trial,
        "crumbs": crumbs,
        "strip": subject_strip(subject),
        "rows": rows,
        "picture": picture_of((row.entry for row in rows), subject.site.today()),
        "protocol": protocol_of(subject.protocol_version),
        "consents": consents_of(subject),
        "decision": latest_decision(subject),
        "allocations": allocations_of(subject),
        "may_change_arm": allows(arm_may_change, subject),
        "eligibility": eligibility_of(subject) if subject.status == "screening" else None,
        "can": {
            permission.name.lower(): request.roles.may(permission, subject.site)
            for permission in (
                Permission.ENTER_DATA,
                Permission.DECIDE_ELIGIBILITY,
                Permission.ENROL_SUBJECTS,
                Permission.CHANGE_TREATMENT,
            )
        },
        "may_enrol": allows(may_enrol, subject),
        "may_terminate_early": may_terminate_early(subject),
        "may_end": allows(participation_may_end, subject, "withdrawn"),
    }
    return render(request, "assessments/casebook.html", context)
