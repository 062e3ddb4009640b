"""Departures from the protocol."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from clinical.deviations import DeviationKind
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from patients.models.visit import Visit


class DeviationCategory(models.TextChoices):
    """What a deviation concerns (default list; CDISC DV, DVCAT is sponsor-defined)."""

    ELIGIBILITY = "eligibility", _("Eligibility")
    CONSENT = "consent", _("Informed consent")
    VISIT = "visit", _("Visit schedule")
    TREATMENT = "treatment", _("Study treatment")
    PROCEDURE = "procedure", _("Assessment or procedure")
    MEDICATION = "medication", _("Medication not allowed")
    OTHER = "other", _("Other")


class DeviationSeverity(models.TextChoices):
    """How much it matters; important deviations may affect rights, safety or the results (ICH E3, Q&A 2012)."""

    MINOR = "minor", _("Minor")
    IMPORTANT = "important", _("Important")


class DeviationStatus(models.TextChoices):
    """Where the record of a deviation stands."""

    DRAFT = "draft", _("Draft")
    COMPLETE = "complete", _("Complete")
    VOID = "void", _("No deviation")


AUTOMATIC_KINDS = {
    DeviationKind.VISIT_OUTSIDE_WINDOW: _("Visit outside its window"),
    DeviationKind.TREATMENT_OFF_SCHEDULE: _("Treatment off schedule"),
    DeviationKind.VISIT_MISSED: _("Visit missed"),
    DeviationKind.TREATMENT_MISSED: _("Treatment missed"),
    DeviationKind.VISIT_BY_PHONE: _("Visit by telephone"),
    DeviationKind.VISIT_WITHOUT_CONSENT: _("Visit without the consent in force"),
    DeviationKind.TREATED_NOT_ELIGIBLE: _("Treated although not eligible"),
}


@audited
class Deviation(models.Model):
    """One protocol deviation of a subject (CDISC DV).

    One that Dermis noticed has a `kind` and is drafted for the coordinator to complete; one that somebody reported has
    none. A draft whose cause has gone, as after a corrected date, becomes void by itself.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="deviations")
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="deviations", null=True, blank=True, verbose_name=_("visit")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(
        _("noticed"), max_length=30, choices=[(k.value, label) for k, label in AUTOMATIC_KINDS.items()], blank=True
    )
    days_off = models.SmallIntegerField(
        _("days outside the window"), null=True, blank=True, help_text=_("Negative: too early.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=DeviationStatus.choices, default=DeviationStatus.DRAFT
    )
    occurred_on = models.DateField(_("occurred on"))
    category = models.CharField(_("category"), max_length=20, choices=DeviationCategory.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=DeviationSeverity.choices, blank=True)
    description = models.CharField(_("what happened"), max_length=500, blank=True)
    cause = models.CharField(_("why it happened"), max_length=500, blank=True)
    action = models.CharField(_("what was done"), max_length=500, blank=True)
    void_reason = models.CharField(_("why it is no deviation"), max_length=200, blank=True)
    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("protocol deviation")
        ordering = ("subject", "number")
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="patients_deviation_number_once"),
            models.UniqueConstraint(
                fields=["subject", "visit", "kind"],
                condition=~Q(kind="") & ~Q(status="void"),
                nulls_distinct=False,
                name="patients_deviation_noticed_once",
            ),
            models.CheckConstraint(
                name="patients_deviation_complete_says_all",
                condition=~Q(status="complete") | ~(Q(severity="") | Q(description="") | Q(cause="") | Q(action="")),
            ),
            models.CheckConstraint(
                name="patients_deviation_void_has_a_reason",
                condition=Q(status="void") & ~Q(void_reason="") | ~Q(status="void") & Q(void_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["status"], condition=Q(status="draft"), name="patients_deviation_drafts")]

    def __str__(self) -> str:
        return f"{self.subject} {self.number}"
