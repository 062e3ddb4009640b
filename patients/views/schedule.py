"""The schedule that a subject takes home."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from patients.access import SubjectRequest, subject_page
from patients.selectors.schedule import LANGUAGES, schedule_of, sheet_language
from patients.views.common import casebook_url


@subject_page(Permission.VIEW_SUBJECTS)
def schedule(request: SubjectRequest, subject: Any) -> HttpResponse:
    """To print: the subject's visits, in the language of the information sheet or in another (`?language=`)."""
    asked, own = request.GET.get("language", ""), sheet_language(subject)
    language = asked if asked in LANGUAGES else own
    context = {
        "subject": subject,
        "trial": request.trial,
        "crumbs": [
            (_("Subjects"), reverse("patients:subject-list", args=[request.trial.registration])),
            (subject.number, casebook_url(subject)),
            (_("Schedule to print"), ""),
        ],
        "schedule": schedule_of(subject, language),
        "language": LANGUAGES[language],
        "language_code": language,
        "other_language": next(code for code in LANGUAGES if code != language),
        "unknown_language": asked if asked and asked not in LANGUAGES else "",
        "today": subject.site.today(),
    }
    return render(request, "patients/schedule.html", context)
