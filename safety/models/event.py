"""The adverse event."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from clinical.safety.causality import Cause, Likelihood, is_related_to_treatment, related_causes
from patients.fields import PartialDay
from patients.models import Subject, Visit
from patients.models.scoping import OfSubject
from safety.consistency import Outline, contradictions
from safety.models.medication import ConcomitantMedication
from safety.terms import (
    ONGOING,
    OVER,
    RELATION_OF,
    SERIOUSNESS_CRITERIA,
    ActionTaken,
    Causality,
    Expectedness,
    Grade,
    Outcome,
    Term,
)

_ANY_CRITERION = Q(*[Q(**{name: True}) for name in SERIOUSNESS_CRITERIA], _connector=Q.OR)


def _relation(label: Any) -> models.CharField:
    return models.CharField(
        label, max_length=20, choices=Causality.choices, blank=True, help_text=_("Empty: does not come into question.")
    )


@audited
class AdverseEvent(models.Model):
    """Any untoward occurrence in a subject, whether or not the product caused it (CDISC AE; ICH E2A).

    Severity (`grade`) and seriousness (`is_serious`) are two different things. Dates are days at the site. `version`
    counts the saved states, so that of two people who correct an event at the same time the second is told.
    """

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="adverse_events", verbose_name=_("subject")
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    term = models.CharField(
        _("event"), max_length=200, help_text=_("One diagnosis or sign, as the investigator would write it.")
    )
    term_code = models.CharField(
        _("CTCAE term"),
        max_length=40,
        choices=Term.choices,
        default=Term.OTHER,
        help_text=_(
            "Events that are looked for after infusions have grades of their own; all others the general ones."
        ),
    )
    onset = PartialDay(_("began on"), help_text=_("A day, or a month or year if no more is known."))
    onset_time = models.TimeField(_("began at"), null=True, blank=True, help_text=_("Clock of the site, if known."))
    ended = PartialDay(_("ended on"), help_text=_("Empty while the event goes on."))
    onset_on = models.DateField(
        _("first day it can have begun"), editable=False, help_text=_("Worked out; never before the first consent.")
    )
    ended_on = models.DateField(
        _("last day it can have ended"), null=True, blank=True, editable=False, help_text=_("Worked out.")
    )
    visit = models.ForeignKey(
        Visit,
        on_delete=models.PROTECT,
        related_name="adverse_events",
        null=True,
        blank=True,
        verbose_name=_("visit it followed"),
        help_text=_("For example the infusion after which it began; empty if there is none."),
    )
    narrative = models.TextField(
        _("description"), blank=True, help_text=_("Course, tests and findings. No names and no contact details.")
    )
    grade = models.PositiveSmallIntegerField(
        _("severity grade"),
        choices=Grade.choices,
        help_text=_("How intense the event was at its worst (CTCAE version 5.0, general grades)."),
    )
    is_serious = models.BooleanField(
        _("serious"),
        help_text=_(
            "Serious is not the same as severe: it is decided by what the event led to or put at risk, not by how"
            " intense it was. A severe headache need not be serious. Tick every criterion below that applies."
        ),
    )
    results_in_death = models.BooleanField(_("results in death"), default=False)
    is_life_threatening = models.BooleanField(
        _("life-threatening"), default=False, help_text=_("The subject was at risk of death at the time of the event.")
    )
    caused_hospitalisation = models.BooleanField(_("needs or prolongs a stay in hospital"), default=False)
    is_disabling = models.BooleanField(_("persistent or significant disability"), default=False)
    is_congenital_anomaly = models.BooleanField(_("congenital anomaly or birth defect"), default=False)
    is_medically_important = models.BooleanField(_("medically important for another reason"), default=False)
    admitted_on = models.DateField(_("in hospital from"), null=True, blank=True)
    discharged_on = models.DateField(_("in hospital until"), null=True, blank=True)
    serious_known_at = models.DateTimeField(
        _("known to be serious since"),
        null=True,
        blank=True,
        help_text=_("When the site became aware that the event is serious: 24 hours to report it begin here."),
    )
    is_special_interest = models.BooleanField(
        _("event of special interest"), default=False, help_text=_("The protocol asks to follow such events closely.")
    )
    expectedness = models.CharField(
        _("expected by the reference safety information"),
        max_length=20,
        choices=Expectedness.choices,
        default=Expectedness.UNKNOWN,
        help_text=_("Expected means: named there in nature and severity."),
    )
    relation = models.CharField(
        _("relation to the cell product"),
        max_length=20,
        choices=Causality.choices,
        help_text=_("WHO-UMC categories. The last two count as related until they are resolved."),
    )
    relation_procedure = _relation(_("relation to the infusion procedure"))
    relation_premedication = _relation(_("relation to premedication"))
    relation_comparator = _relation(_("relation to the comparator"))
    relation_disease = _relation(_("relation to the disease"))
    relation_other = _relation(_("relation to another cause"))
    other_cause = models.CharField(_("which other cause"), max_length=200, blank=True)
    action_taken = models.CharField(_("action taken with the cell product"), max_length=20, choices=ActionTaken.choices)
    treatments = models.ManyToManyField(
        ConcomitantMedication,
        through="EventTreatment",
        related_name="treated_events",
        blank=True,
        verbose_name=_("medication given against it"),
    )
    treatment_given = models.TextField(
        _("other treatment given"),
        blank=True,
        help_text=_("Measures against the event that are no medication; empty if none."),
    )
    outcome = models.CharField(_("outcome"), max_length=30, choices=Outcome.choices)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("adverse event")
        verbose_name_plural = _("adverse events")
        ordering = ("subject", "number")
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="safety_event_number_once"),
            models.CheckConstraint(name="safety_event_numbered_from_one", condition=Q(number__gte=1, version__gte=1)),
            models.CheckConstraint(
                name="safety_event_has_a_term",
                condition=Q(term__regex=r"\S"),
                violation_error_message=_("Name the event."),
            ),
            models.CheckConstraint(
                name="safety_event_known_codes",
                condition=Q(
                    grade__in=Grade.values,
                    relation__in=Causality.values,
                    action_taken__in=ActionTaken.values,
                    outcome__in=Outcome.values,
                ),
            ),
            models.CheckConstraint(
                name="safety_event_known_term_and_expectedness",
                condition=Q(term_code__in=Term.values, expectedness__in=Expectedness.values),
            ),
            models.CheckConstraint(
                name="safety_event_known_relations",
                condition=Q(*[Q(**{f"{name}__in": ["", *Causality.values]}) for name in RELATION_OF.values()]),
            ),
            models.CheckConstraint(
                name="safety_event_names_another_cause",
                condition=Q(relation_other="", other_cause="") | (~Q(relation_other="") & Q(other_cause__regex=r"\S")),
                violation_error_message=_("Name the other cause, and say how likely it is."),
            ),
            models.CheckConstraint(
                name="safety_event_hospital_days_in_order",
                condition=Q(discharged_on=None) | Q(admitted_on__isnull=False, discharged_on__gte=F("admitted_on")),
            ),
            models.CheckConstraint(
                name="safety_event_aware_only_of_serious",
                condition=Q(serious_known_at=None) | Q(is_serious=True),
            ),
            models.CheckConstraint(
                name="safety_event_has_its_days",
                condition=~Q(onset="") & (Q(ended="", ended_on=None) | (~Q(ended="") & Q(ended_on__isnull=False))),
            ),
            models.CheckConstraint(
                name="safety_event_ends_after_onset", condition=Q(ended_on=None) | Q(ended_on__gte=F("onset_on"))
            ),
            models.CheckConstraint(
                name="safety_event_death_said_everywhere_or_nowhere",
                condition=Q(outcome=Outcome.FATAL, grade=Grade.DEATH, results_in_death=True)
                | (~Q(outcome=Outcome.FATAL) & ~Q(grade=Grade.DEATH) & Q(results_in_death=False)),
            ),
            models.CheckConstraint(
                name="safety_event_serious_by_a_criterion",
                condition=(Q(is_serious=True) & _ANY_CRITERION) | (Q(is_serious=False) & ~_ANY_CRITERION),
            ),
            models.CheckConstraint(
                name="safety_event_end_agrees_with_outcome",
                condition=(~Q(outcome__in=sorted(OVER)) | Q(ended_on__isnull=False))
                & (~Q(outcome__in=sorted(ONGOING)) | Q(ended_on=None)),
            ),
        ]
        indexes = [models.Index(fields=["-onset_on", "-id"], name="safety_event_newest_onset")]

    def __str__(self) -> str:
        return f"{self.subject} AE {self.number}"

    @property
    def judged(self) -> dict[Cause, Likelihood | None]:
        """How likely each cause is that comes into question."""
        values = {cause: getattr(self, name) for cause, name in RELATION_OF.items()}
        return {cause: Likelihood(value) for cause, value in values.items() if value}

    @property
    def related_to(self) -> tuple[Cause, ...]:
        """The causes to which the event counts as related (default: all categories except "unlikely")."""
        return related_causes(self.judged)

    @property
    def is_related(self) -> bool:
        """Whether the event counts as related to any treatment of the study."""
        return bool(is_related_to_treatment(self.judged))

    @property
    def is_ongoing(self) -> bool:
        """Whether the event goes on as far as is known: its outcome is recovering or not recovered."""
        return self.outcome in ONGOING

    @property
    def outline(self) -> Outline:
        """The values that must agree with each other."""
        return Outline(
            onset_on=self.onset_on,
            ended_on=self.ended_on,
            grade=self.grade,
            is_serious=self.is_serious,
            criteria=frozenset(name for name in SERIOUSNESS_CRITERIA if getattr(self, name)),
            outcome=self.outcome,
            onset=self.onset,
            ended=self.ended,
            has_onset_time=self.onset_time is not None,
            term=self.term_code,
            admitted_on=self.admitted_on,
            discharged_on=self.discharged_on,
            is_known_since=self.serious_known_at is not None,
            is_special_interest=self.is_special_interest,
            related_to=frozenset(self.related_to),
        )

    def clean(self) -> None:
        found = contradictions(self.outline)
        if found:
            raise ValidationError(dict(found))
