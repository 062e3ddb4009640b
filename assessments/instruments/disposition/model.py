"""The items that both ends have: the day, completed or not, and the main reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_data import FormData


class StopReason(models.TextChoices):
    """Why somebody stopped early: CDISC codelist NCOMPLT (C66727), as far as the trials need it."""

    ADVERSE_EVENT = "ADVERSE EVENT", _("Adverse event")
    LACK_OF_EFFICACY = "LACK OF EFFICACY", _("Lack of efficacy")
    LOST_TO_FOLLOW_UP = "LOST TO FOLLOW-UP", _("Lost to follow-up")
    PHYSICIAN_DECISION = "PHYSICIAN DECISION", _("Physician's decision")
    PROTOCOL_DEVIATION = "PROTOCOL DEVIATION", _("Protocol deviation")
    WITHDRAWAL = "WITHDRAWAL BY SUBJECT", _("Withdrawal by the subject")
    DEATH = "DEATH", _("Death")
    PREGNANCY = "PREGNANCY", _("Pregnancy")
    OTHER = "OTHER", _("Other")


class Disposition(FormData):
    """Base of both forms."""

    ended_on = models.DateField(_("day of the end"), null=True, blank=True)
    is_completed = models.CharField(_("completed as planned?"), max_length=1, choices=YesNo.choices, blank=True)
    stop_reason = models.CharField(_("main reason"), max_length=30, choices=StopReason.choices, blank=True)
    other_reason = models.CharField(_("which other reason?"), max_length=200, blank=True)

    class Meta(FormData.Meta):
        abstract = True
