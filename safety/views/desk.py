"""The worklist of those who review safety, and how often events occur."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from safety.incidence_words import CATEGORIES, arm_heads, shown_lines
from safety.rule_words import events_in_words, limit_in_words
from safety.selectors.alerts import alerts_of
from safety.selectors.desk import events_to_review, waiting_cases
from safety.selectors.incidence import incidence_of
from trials.access import TrialRequest, trial_page


@trial_page(Permission.REVIEW_SAFETY)
def desk(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """What waits: stopping rules, reports by deadline, events to review."""
    alerts = alerts_of(trial, request.user)
    context = {
        "trial": trial,
        "alerts": [alert for alert in alerts if alert.holds],
        "rules": [(alert, limit_in_words(alert.rule), events_in_words(alert.rule)) for alert in alerts],
        "cases": waiting_cases(request.user, trial),
        "sponsor_zone": trial.sponsor_zone,
        "to_review": events_to_review(request.user, trial),
        "crumbs": [(_("Safety desk"), "")],
    }
    return render(request, "safety/desk.html", context)


@trial_page(Permission.VIEW_SAFETY)
def incidence(request: TrialRequest, *, trial: Any) -> HttpResponse:
    """How many treated subjects had an event, by arm, by category and by term."""
    found = incidence_of(trial, request.user)
    above = [(_("Adverse events"), reverse("safety:list", args=[trial.registration]))]
    context = {
        "trial": trial,
        "found": found,
        "arms": arm_heads(found),
        "categories": shown_lines(found, found.table.categories, CATEGORIES),
        "terms": shown_lines(found, found.table.terms, found.terms),
        "not_counted": len(found.table.not_counted),
        "crumbs": [*above, (_("Incidence"), "")],
    }
    return render(request, "safety/incidence.html", context)
