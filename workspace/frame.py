"""What the frame of every page shows: trials, navigation by role, roles, banner."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from notifications.selectors import with_unread
from trials.models import Trial
from trials.selectors import held_roles, trials_for


@dataclass(frozen=True)
class NavigationEntry:
    """One place of the navigation."""

    label: str | Promise
    url: str
    icon: str
    is_current: bool


PLACES: tuple[tuple[str, str | Promise, str, Permission], ...] = (
    ("workspace:today", _("Today"), "home", Permission.VIEW_PROTOCOL),
    ("patients:subject-list", _("Subjects"), "subjects", Permission.VIEW_SUBJECTS),
    ("patients:calendar", _("Calendar"), "calendar", Permission.VIEW_SUBJECTS),
    ("patients:deviation-list", _("Deviations"), "flag", Permission.VIEW_SUBJECTS),
    ("safety:list", _("Adverse events"), "shield", Permission.VIEW_SAFETY),
    ("safety:desk", _("Safety desk"), "clock", Permission.REVIEW_SAFETY),
    ("workspace:lots", _("Product lots"), "infusion", Permission.VIEW_PROTOCOL),
    ("workspace:enrolment", _("Enrolment"), "report", Permission.VIEW_PROTOCOL),
    ("workspace:protocol", _("Protocol"), "document", Permission.VIEW_PROTOCOL),
    ("workspace:ranges", _("Normal ranges"), "tube", Permission.VIEW_SUBJECTS),
    ("workspace:sites", _("Sites"), "site", Permission.MANAGE_TRIAL),
    ("workspace:sheets", _("Information sheets"), "form", Permission.MANAGE_TRIAL),
    ("assessments:wording", _("Questionnaires"), "language", Permission.MANAGE_TRIAL),
    ("exports:list", _("Export"), "download", Permission.EXPORT_DATA),
    ("workspace:people", _("People"), "users", Permission.MANAGE_PEOPLE),
    ("workspace:background", _("Background work"), "history", Permission.SEE_BACKGROUND_WORK),
)


@dataclass(frozen=True)
class TrialLink:
    """A trial in the switcher."""

    registration: str
    short_title: str
    url: str


@dataclass(frozen=True)
class Frame:
    """The frame of one page for one person."""

    environment: str
    version: str
    trials: tuple[TrialLink, ...] = ()
    trial: TrialLink | None = None
    navigation: tuple[NavigationEntry, ...] = ()
    search_url: str = ""
    roles_text: str = ""
    may: dict[str, bool] = field(default_factory=dict)
    unread: int = 0


def frame(request: HttpRequest) -> dict[str, object]:
    """Template context processor; the frame is worked out only when a page shows it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    base: dict[str, Any] = {"environment": settings.DERMIS_ENVIRONMENT, "version": settings.DERMIS_VERSION}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Frame(**base)
    trials = list(with_unread(trials_for(user), user))
    base["unread"] = sum(found.unread for found in trials)
    trial = getattr(request, "trial", None) or (trials[0] if len(trials) == 1 else None)
    links = tuple(_link(found) for found in trials)
    if trial is None:
        return Frame(**base, trials=links)
    roles = getattr(request, "roles", None) or held_roles(user, trial)
    permissions = roles.permissions
    return Frame(
        **base,
        trials=links,
        trial=_link(trial),
        navigation=tuple(_navigation(request, trial, permissions)),
        search_url=_url("patients:subject-list", trial) if Permission.VIEW_SUBJECTS in permissions else "",
        may={permission.name.lower(): True for permission in permissions},
        roles_text=", ".join(str(role.name) for role in roles.each),
    )


def _link(trial: Trial) -> TrialLink:
    return TrialLink(trial.registration, trial.short_title, _url("workspace:today", trial))


def _url(name: str, trial: Trial) -> str:
    return reverse(name, args=[trial.registration])


def _navigation(request: HttpRequest, trial: Trial, permissions: set[Permission]) -> list[NavigationEntry]:
    entries = []
    for name, label, icon, permission in PLACES:
        if permission in permissions:
            url = _url(name, trial)
            is_home = name == "workspace:today"
            is_current = request.path == url if is_home else request.path.startswith(url)
            entries.append(NavigationEntry(label, url, icon, is_current))
    return entries
