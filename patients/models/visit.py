"""A visit of a subject: planned, then what became of it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from clinical.visit_windows import VisitState, visit_state
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from trials.models import ProtocolVersion


class VisitOutcome(models.TextChoices):
    """What became of a visit; empty while nothing has."""

    DONE = "done", _("Done")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class VisitKind(models.TextChoices):
    """How a visit came into the record."""

    SCHEDULED = "scheduled", _("Scheduled")
    UNSCHEDULED = "unscheduled", _("Unscheduled")
    EARLY_TERMINATION = "early_termination", _("Early termination")


class ContactMode(models.TextChoices):
    """How subject and site met (CDISC SV, SVCNTMOD)."""

    ON_SITE = "on_site", _("At the site")
    PARTLY_BY_PHONE = "partly_by_phone", _("Partly by telephone")
    BY_PHONE = "by_phone", _("By telephone")


@audited
class Visit(models.Model):
    """One visit of a subject (CDISC SV). The window is closed at both ends; dates are days at the site.

    Planned dates are empty while the day that the visit is planned from (consent, first treatment) is not known, and
    for visits outside the schedule. `protocol_version` and `arm_code` are empty while the visit follows the subject's
    present ones; they keep the earlier ones of a visit that was over when the subject was moved.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField(_("visit"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20, choices=VisitKind.choices, default=VisitKind.SCHEDULED)
    position = models.PositiveSmallIntegerField(_("place in the schedule"))
    needs_enrolment = models.BooleanField(
        _("after enrolment"), help_text=_("The visit waits for nobody before the subject is enrolled.")
    )
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    window_opens_on = models.DateField(_("window opens on"), null=True, blank=True)
    window_closes_on = models.DateField(_("window closes on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=VisitOutcome.choices, blank=True)
    occurred_on = models.DateField(_("date of visit"), null=True, blank=True)
    contact_mode = models.CharField(
        _("contact"), max_length=20, choices=ContactMode.choices, default=ContactMode.ON_SITE
    )
    note = models.CharField(_("why the visit took place"), max_length=200, blank=True)
    protocol_version = models.ForeignKey(
        ProtocolVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("protocol version"),
    )
    arm_code = models.CharField(_("arm at the visit"), max_length=30, blank=True)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("visit")
        ordering = ("subject", "position")
        constraints = [
            models.UniqueConstraint(fields=["subject", "code"], name="patients_visit_once"),
            models.CheckConstraint(
                name="patients_visit_planned_inside_window",
                condition=Q(planned_on=None, window_opens_on=None, window_closes_on=None)
                | Q(
                    planned_on__isnull=False,
                    window_opens_on__isnull=False,
                    window_closes_on__isnull=False,
                    window_opens_on__lte=F("planned_on"),
                    planned_on__lte=F("window_closes_on"),
                ),
            ),
            models.CheckConstraint(
                name="patients_visit_outside_the_schedule_is_not_planned",
                condition=Q(kind="scheduled") | (Q(planned_on=None) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="patients_visit_done_has_a_date",
                condition=Q(outcome="done", occurred_on__isnull=False) | (~Q(outcome="done") & Q(occurred_on=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["window_opens_on"], condition=Q(outcome=""), name="patients_visit_opening"),
            models.Index(fields=["planned_on"], condition=Q(outcome=""), name="patients_visit_planned"),
            models.Index(fields=["occurred_on"], name="patients_visit_occurred"),
            models.Index(fields=["window_closes_on"], condition=Q(outcome=""), name="patients_visit_closing"),
            # What a subject still waits for, without reading all that is done: most of a long trial is.
            models.Index(
                fields=["subject", "position", "window_closes_on"], condition=Q(outcome=""), name="patients_visit_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.code}"

    def state(self, today: date) -> VisitState:
        """Planned, due, overdue, done, missed or cancelled, as seen on this day at the site."""
        return visit_state(
            opens_on=self.window_opens_on,
            closes_on=self.window_closes_on,
            today=today,
            outcome=VisitState(self.outcome) if self.outcome else None,
        )

    def is_inside_window(self) -> bool:
        """Whether a visit that took place did so inside its window; true while there is nothing to compare."""
        if self.occurred_on is None or self.window_opens_on is None or self.window_closes_on is None:
            return True
        return self.window_opens_on <= self.occurred_on <= self.window_closes_on
