"""What background work has done, for administrators: queue, last runs, failures, mails and what they look like."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission
from notifications import services
from notifications.compose import compose
from notifications.selectors import mails_of
from trials.access import TrialRequest, trial_page
from workspace import background

_LANGUAGES = ("en", "zh-hans")


@require_GET
@trial_page(Permission.SEE_BACKGROUND_WORK)
def background_work(request: TrialRequest, trial: Any) -> HttpResponse:
    """Is everything alive, what failed, which mails wait."""
    context = {"trial": trial, "crumbs": [(_("Background work"), "")], **background.page(trial)}
    return render(request, "workspace/background.html", context)


@require_POST
@trial_page(Permission.SEE_BACKGROUND_WORK)
def try_again(request: TrialRequest, trial: Any, mail_pk: int) -> HttpResponse:
    """Send a mail that failed at the next run."""
    services.try_again(get_object_or_404(mails_of(trial), pk=mail_pk))
    messages.success(request, _("The mail is tried again within a minute or two."))
    return redirect("workspace:background", trial.registration)


@require_GET
@trial_page(Permission.SEE_BACKGROUND_WORK)
def mail_preview(request: TrialRequest, trial: Any) -> HttpResponse:
    """A mail with one reminder of every kind and stage, with invented facts."""
    language = _language(request)
    context = {
        "trial": trial,
        "language": language,
        "written": compose(background.examples(trial), language=language),
        "crumbs": [
            (_("Background work"), reverse("workspace:background", args=[trial.registration])),
            (_("What a mail looks like"), ""),
        ],
    }
    return render(request, "workspace/mail_preview.html", context)


# A mail carries its look in its elements, which our own pages do not allow; the frame around it runs no scripts.
@csp_replace({"style-src": [SELF, UNSAFE_INLINE], "frame-ancestors": [SELF]})
@xframe_options_sameorigin
@require_GET
@trial_page(Permission.SEE_BACKGROUND_WORK)
def mail_as_html(request: TrialRequest, trial: Any) -> HttpResponse:
    """The same mail as a mail program shows it."""
    return HttpResponse(compose(background.examples(trial), language=_language(request)).html)


def _language(request: TrialRequest) -> str:
    wanted = request.GET.get("language", "")
    return wanted if wanted in _LANGUAGES else request.user.language
