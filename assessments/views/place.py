"""Where a form stands, and what all its pages show."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import policies
from assessments.form_specs import CrfSpec
from assessments.gate.selectors import clearance_of
from assessments.gate.words import open_titles
from assessments.registry import INSTRUMENTS
from patients.access import SubjectRequest
from patients.selectors.subjects import subject_strip
from patients.selectors.visits import visit_of
from patients.visit_content import content_of, name_of
from trials.policies import allows


@dataclass(frozen=True)
class Place:
    """Where a form stands: subject, visit, instrument."""

    subject: Any
    visit: Any
    spec: CrfSpec

    def url(self, name: str) -> str:
        """Address of a page of this form."""
        arguments = [self.subject.site.trial.registration, self.subject.number, self.visit.code, self.spec.code]
        return reverse(f"assessments:{name}", args=arguments)

    @property
    def gate_url(self) -> str:
        """Address of the gate before the infusion of this visit."""
        arguments = [self.subject.site.trial.registration, self.subject.number, self.visit.code]
        return reverse("assessments:infusion-gate", args=arguments)

    @property
    def casebook_url(self) -> str:
        return reverse("assessments:casebook", args=[self.subject.site.trial.registration, self.subject.number])


def place_of(subject: Any, visit_code: str, form_code: str) -> Place:
    """The form of a visit; raises Http404 where the protocol asks for no such form."""
    visit, spec = visit_of(subject, visit_code), INSTRUMENTS.get(form_code)
    if visit is None or spec is None:
        raise Http404
    if not allows(policies.form_is_in_schedule, spec, visit):
        raise Http404
    return Place(subject, visit, spec)


def render_form_page(
    request: SubjectRequest, template: str, place: Place, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of a form with its frame: breadcrumbs, strip of the subject, addresses."""
    visit_name = name_of(content_of(place.visit))
    crumbs = [
        (_("Subjects"), reverse("patients:subject-list", args=[place.subject.site.trial.registration])),
        (place.subject.number, place.casebook_url),
        (visit_name, f"{place.casebook_url}#visit-{place.visit.code}"),
        (str(place.spec.title), ""),
    ]
    clearance = clearance_of(place.visit) if place.spec.needs_clearance else None
    pages = ("edit", "live", "history", "discard")
    base = {
        "subject": place.subject,
        "trial": place.subject.site.trial,
        "visit": place.visit,
        "visit_name": visit_name,
        "spec": place.spec,
        "place": place,
        "crumbs": crumbs,
        "clearance": clearance,
        "clearance_open": open_titles(clearance.items) if clearance else [],
        "strip": subject_strip(place.subject),
        "urls": {name: place.url(f"form-{name}") for name in pages}
        | {"review": place.url("form"), "not_done": place.url("form-not-done")},
    }
    return render(request, template, {**base, **context}, status=status)
