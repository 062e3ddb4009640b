"""What the pages of one case share."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.access import SubjectRequest
from patients.selectors.subjects import subject_strip
from safety.case_roles import roles_at
from safety.selectors.cases import case_of_event

Crumb = tuple[str, str]


def case_or_404(request: SubjectRequest, event_number: int) -> Any:
    """The case of the subject of the request."""
    case = case_of_event(subject=request.subject, event_number=event_number, user=request.user)
    if case is None:
        raise Http404
    return case


def roles_of(request: SubjectRequest) -> frozenset[Any]:
    """The parts that whoever asks has in the cases of the site."""
    return roles_at(request.roles, request.subject.site)


def address(name: str, case: Any, *more: Any) -> str:
    """The address of a page of the case."""
    subject = case.subject
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, case.event.number, *more])


def case_page(
    request: SubjectRequest, case: Any, template: str, context: dict[str, Any], *, here: str = "", status: int = 200
) -> HttpResponse:
    """A page of the case, with the strip of its subject and breadcrumbs; without `here` the page of the case itself."""
    subject, trial = request.subject, request.trial
    above: list[Crumb] = [
        (_("Subjects"), reverse("patients:subject-list", args=[trial.registration])),
        (subject.number, reverse("assessments:casebook", args=[trial.registration, subject.number])),
        (_("Adverse events"), reverse("safety:subject-events", args=[trial.registration, subject.number])),
        (_("Event %(number)s") % {"number": case.event.number}, address("event", case)),
    ]
    below: list[Crumb] = [(str(case), address("case", case)), (here, "")] if here else [(str(case), "")]
    base = {"subject": subject, "trial": trial, "case": case, "strip": subject_strip(subject), "crumbs": above + below}
    return render(request, template, {**base, **context}, status=status)
