"""What the pages about subjects share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.access import SubjectRequest
from patients.selectors import subjects as subject_reads
from trials.policies import NotAllowedNow


def casebook_url(subject: Any) -> str:
    return reverse("assessments:casebook", args=[subject.site.trial.registration, subject.number])


def subject_view(
    request: SubjectRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """A page about the subject of the request, with its strip and breadcrumbs."""
    subject, trial = request.subject, request.trial
    crumbs = [
        (_("Subjects"), reverse("patients:subject-list", args=[trial.registration])),
        (subject.number, casebook_url(subject)),
        (here, ""),
    ]
    base = {"subject": subject, "trial": trial, "crumbs": crumbs, "strip": subject_reads.subject_strip(subject)}
    return render(request, template, {**base, **context}, status=status)


def add_error(form: Any, error: ValidationError | NotAllowedNow) -> None:
    """Show what a service refused beside what was typed."""
    if isinstance(error, NotAllowedNow):
        form.add_error(None, str(error))
    elif hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)
