"""The subject of a trial, known by number only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import ScopedQuerySet
from trials.models import ProtocolVersion, Site


class SubjectStatus(models.TextChoices):
    """Where a subject stands; `TRANSITIONS` says what may follow what."""

    SCREENING = "screening", _("In screening")
    SCREEN_FAILURE = "screen_failure", _("Screen failure")
    ELIGIBLE = "eligible", _("Eligible")
    ENROLLED = "enrolled", _("Enrolled")
    ON_TREATMENT = "on_treatment", _("On treatment")
    FOLLOW_UP = "follow_up", _("In follow-up")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


TRANSITIONS: dict[str, frozenset[str]] = {
    SubjectStatus.SCREENING: frozenset({SubjectStatus.ELIGIBLE, SubjectStatus.SCREEN_FAILURE, SubjectStatus.WITHDRAWN}),
    SubjectStatus.SCREEN_FAILURE: frozenset(),
    SubjectStatus.ELIGIBLE: frozenset({SubjectStatus.ENROLLED, SubjectStatus.SCREEN_FAILURE, SubjectStatus.WITHDRAWN}),
    SubjectStatus.ENROLLED: frozenset({SubjectStatus.ON_TREATMENT, SubjectStatus.WITHDRAWN}),
    SubjectStatus.ON_TREATMENT: frozenset({SubjectStatus.FOLLOW_UP, SubjectStatus.WITHDRAWN}),
    # Back to treatment: a missed treatment visit was recorded by mistake.
    SubjectStatus.FOLLOW_UP: frozenset({SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN, SubjectStatus.ON_TREATMENT}),
    SubjectStatus.COMPLETED: frozenset(),
    SubjectStatus.WITHDRAWN: frozenset(),
}


@audited
class Subject(models.Model):
    """One person in one trial (CDISC DM). Names and contact details are kept apart, in SubjectIdentity."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="subjects", verbose_name=_("site"))
    number = models.CharField(_("subject number"), max_length=20)
    protocol_version = models.ForeignKey(
        ProtocolVersion, on_delete=models.PROTECT, related_name="subjects", verbose_name=_("protocol version")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=SubjectStatus.choices, default=SubjectStatus.SCREENING
    )
    previous_attempt = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="next_attempt",
        null=True,
        blank=True,
        verbose_name=_("earlier screening of the same person"),
    )
    attempt = models.PositiveSmallIntegerField(_("screening attempt"), default=1)
    arm_code = models.CharField(
        _("arm"), max_length=30, blank=True, help_text=_("The arm the subject is in now; see the allocations.")
    )
    enrolment_number = models.PositiveIntegerField(
        _("enrolment number"), null=True, blank=True, help_text=_("Counts the enrolled subjects of the site.")
    )
    enrolled_on = models.DateField(_("enrolled on"), null=True, blank=True)
    first_treatment_on = models.DateField(
        _("first treatment on"), null=True, blank=True, help_text=_("Day 1: the later visits are planned from it.")
    )
    ended_on = models.DateField(_("participation ended on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        ordering = ("number",)
        indexes = [models.Index(fields=["site", "status"], name="patients_subject_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="patients_subject_number_once"),
            models.CheckConstraint(
                name="patients_subject_enrolled_has_arm_day_number",
                condition=Q(enrolled_on=None, arm_code="", enrolment_number=None)
                | (Q(enrolled_on__isnull=False, enrolment_number__isnull=False) & ~Q(arm_code="")),
            ),
            models.UniqueConstraint(fields=["site", "enrolment_number"], name="patients_subject_enrolment_number_once"),
            models.CheckConstraint(
                name="patients_subject_attempts_are_counted",
                condition=Q(attempt=1, previous_attempt=None) | Q(attempt__gt=1, previous_attempt__isnull=False),
            ),
            models.CheckConstraint(
                name="patients_subject_treated_only_when_enrolled",
                # A comparison with an empty day is neither true nor false, and a CHECK takes that for true.
                condition=Q(first_treatment_on=None)
                | Q(enrolled_on__isnull=False, enrolled_on__lte=models.F("first_treatment_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.number
