"""How enrolment of a trial stands: numbers only, so that everybody who works on the trial may read them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform

from audit.history import event_model
from patients.models import SubjectStatus
from trials.models import EnrolmentHold, Site, Trial
from trials.selectors import newest_protocol, protocol_of

OPEN, STOPPED, FULL = "open", "stopped", "full"


@dataclass(frozen=True)
class SiteEnrolment:
    """The numbers of one site. `limit` is None where only the target of the trial limits it."""

    site: Site
    registered: int
    in_screening: int
    to_enrol: int
    screen_failures: int
    enrolled: int
    limit: int | None
    state: str


@dataclass(frozen=True)
class TrialEnrolment:
    """The numbers of the trial, with its stops of enrolment, newest first. `planned` is what the protocol plans."""

    enrolled: int
    target: int
    planned: int
    state: str
    sites: tuple[SiteEnrolment, ...]
    holds: tuple[Any, ...]

    @property
    def has_own_target(self) -> bool:
        """Whether the target differs from what the protocol plans."""
        return self.target != self.planned

    @property
    def open_holds(self) -> list[Any]:
        """The stops that hold now."""
        return [hold for hold in self.holds if hold.lifted_at is None]


def enrolment_of(trial: Trial) -> TrialEnrolment:
    """How enrolment stands at every site of the trial, in three statements."""
    planned = protocol_of(newest_protocol(trial)).planned_subjects
    target = trial.enrolment_target or planned
    holds = tuple(_holds(trial))
    stopped = {hold.site_id for hold in holds if hold.lifted_at is None}
    sites = list(_counted_sites(trial))
    enrolled = sum(site.subjects_enrolled for site in sites)
    state = STOPPED if None in stopped else FULL if enrolled >= target else OPEN
    return TrialEnrolment(
        enrolled=enrolled,
        target=target,
        planned=planned,
        state=state,
        sites=tuple(_site_enrolment(site, state, is_stopped=site.pk in stopped) for site in sites),
        holds=holds,
    )


def _site_enrolment(site: Any, state: str, *, is_stopped: bool) -> SiteEnrolment:
    is_full = site.enrolment_cap is not None and site.subjects_enrolled >= site.enrolment_cap
    return SiteEnrolment(
        site=site,
        registered=site.subjects_registered,
        in_screening=site.in_screening,
        to_enrol=site.to_enrol,
        screen_failures=site.screen_failures,
        enrolled=site.subjects_enrolled,
        limit=site.enrolment_cap,
        state=STOPPED if is_stopped else state if state != OPEN else FULL if is_full else OPEN,
    )


def _counted_sites(trial: Trial) -> QuerySet[Site]:
    def subjects(status: str) -> Count:
        return Count("subjects", filter=Q(subjects__status=status))

    return trial.sites.annotate(
        in_screening=subjects(SubjectStatus.SCREENING),
        to_enrol=subjects(SubjectStatus.ELIGIBLE),
        screen_failures=subjects(SubjectStatus.SCREEN_FAILURE),
    ).order_by("code")


def _holds(trial: Trial) -> QuerySet[EnrolmentHold]:
    """All stops, newest first; `lift_reason` is what history keeps of the reopening."""
    lifted = event_model(EnrolmentHold)._default_manager.filter(pgh_obj=OuterRef("pk"), lifted_at__isnull=False)
    reasons = lifted.order_by("pgh_id").annotate(reason_given=KeyTextTransform("reason", "pgh_context"))
    return (
        EnrolmentHold.objects.filter(trial=trial)
        .select_related("site", "placed_by", "lifted_by")
        .annotate(lift_reason=Subquery(reasons.values("reason_given")[:1]))
    )
