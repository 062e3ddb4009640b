"""What people answered and decided about a subject's eligibility."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from trials.models import ProtocolVersion


@audited
class CriterionAnswer(models.Model):
    """The answer to the question of a criterion that only a person can judge."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="criterion_answers")
    criterion_code = models.CharField(_("criterion"), max_length=20)
    applies = models.BooleanField(_("the statement applies"))

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("answer to a criterion")
        constraints = [
            models.UniqueConstraint(fields=["subject", "criterion_code"], name="patients_criterion_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.criterion_code}"


class EligibilityOutcome(models.TextChoices):
    """What the investigator decided. Found not eligible: after enrolment, when a fact turned out to be otherwise."""

    ELIGIBLE = "eligible", _("Eligible")
    SCREEN_FAILURE = "screen_failure", _("Screen failure")
    FOUND_NOT_ELIGIBLE = "found_not_eligible", _("Found not eligible after enrolment")


@audited
class EligibilityDecision(models.Model):
    """The investigator's decision with the facts as they were (CDISC IE and DS)."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="eligibility_decisions")
    protocol_version = models.ForeignKey(
        ProtocolVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("protocol version"),
        help_text=_("Whose criteria were decided upon."),
    )
    outcome = models.CharField(_("decision"), max_length=20, choices=EligibilityOutcome.choices)
    failed_criteria = models.JSONField(_("criteria not satisfied"), default=list, blank=True)
    facts = models.JSONField(_("facts as they were"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), default=timezone.now)
    stale_since = models.DateTimeField(
        _("to be reviewed since"),
        null=True,
        blank=True,
        help_text=_("A fact the decision rests on has changed since."),
    )
    stale_criteria = models.JSONField(_("criteria to be reviewed"), default=list, blank=True)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("eligibility decision")
        ordering = ("decided_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="patients_decision_stale_names_criteria",
                condition=Q(stale_since=None, stale_criteria=[])
                | (Q(stale_since__isnull=False) & ~Q(stale_criteria=[])),
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="decision_is_kept", exclude=["stale_since", "stale_criteria"]),
            pgtrigger.Protect(name="decision_is_not_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.outcome}"
