"""What is stored of the end of a subject's participation."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from assessments.instruments.disposition.model import Disposition
from audit.tracking import audited


class Survival(models.TextChoices):
    """What is known of the subject at the last contact."""

    ALIVE = "alive", _("Alive")
    DEAD = "dead", _("Dead")
    UNKNOWN = "unknown", _("Unknown")


@audited
class EndOfStudy(Disposition):
    """When participation ended and why, with the last contact and the survival status."""

    last_contact_on = models.DateField(_("last contact"), null=True, blank=True)
    survival = models.CharField(_("survival status"), max_length=10, choices=Survival.choices, blank=True)
    died_on = models.DateField(_("day of death"), null=True, blank=True)

    class Meta(FormData.Meta):
        verbose_name = _("end of study")
        constraints = [
            *FormData.Meta.constraints,
            # A day of death is kept, and used for nothing, when the status is another one.
            models.CheckConstraint(
                name="endofstudy_no_contact_after_death",
                condition=~Q(survival=Survival.DEAD.value)
                | Q(died_on=None)
                | Q(last_contact_on=None)
                | Q(last_contact_on__lte=F("died_on")),
                violation_error_message=_("The last contact with the subject is after the day of death."),
            ),
        ]
