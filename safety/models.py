"""The adverse event."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models import Subject, Visit
from patients.models.scoping import OfSubject
from safety.consistency import Outline, contradictions
from safety.terms import ONGOING, OVER, RELATED, SERIOUSNESS_CRITERIA, ActionTaken, Causality, Grade, Outcome

_ANY_CRITERION = Q(*[Q(**{name: True}) for name in SERIOUSNESS_CRITERIA], _connector=Q.OR)


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
    onset_on = models.DateField(_("began on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True, help_text=_("Empty while the event goes on."))
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
    relation = models.CharField(
        _("relation to the cell product"),
        max_length=20,
        choices=Causality.choices,
        help_text=_("WHO-UMC categories. The last two count as related until they are resolved."),
    )
    action_taken = models.CharField(_("action taken with the cell product"), max_length=20, choices=ActionTaken.choices)
    treatment_given = models.TextField(
        _("treatment given"), blank=True, help_text=_("Medicines and other measures against the event; empty if none.")
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
    def is_related(self) -> bool:
        """Whether the event counts as related to the product (default: all categories except "unlikely")."""
        return self.relation in RELATED

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
        )

    def clean(self) -> None:
        found = contradictions(self.outline)
        if found:
            raise ValidationError(dict(found))
