"""The information sheet that subjects sign."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models.trial import ProtocolVersion, Trial


class ConsentLanguage(models.TextChoices):
    """Languages of the information sheet."""

    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


@audited
class InformationSheet(models.Model):
    """One version of the information sheet and consent form, as the ethics committee approved it.

    It may be signed from `valid_from` to `valid_until`, both days included. A sheet that `must_be_signed_again` is
    asked, from its first day on, of every subject who signed an earlier one (ICH E6(R3) 2.8.2, re-consent).
    """

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="information_sheets")
    version = models.CharField(_("version"), max_length=40, help_text=_("As printed on the sheet."))
    languages = models.JSONField(_("languages"), default=list)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    must_be_signed_again = models.BooleanField(
        _("to be signed again"),
        default=False,
        help_text=_("Subjects who signed an earlier version must sign this one as well."),
    )
    protocol_version = models.ForeignKey(
        ProtocolVersion,
        on_delete=models.PROTECT,
        related_name="information_sheets",
        null=True,
        blank=True,
        verbose_name=_("belongs to protocol version"),
        help_text=_("Who signs it may be moved to this protocol version."),
    )
    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)

    class Meta:
        verbose_name = _("information sheet")
        ordering = ("trial", "valid_from", "pk")
        constraints = [
            models.UniqueConstraint(fields=["trial", "version"], name="trials_sheet_version_once"),
            models.CheckConstraint(
                name="trials_sheet_ends_after_start",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(name="trials_sheet_has_a_language", condition=~Q(languages=[])),
        ]

    def __str__(self) -> str:
        return f"{self.trial.registration} {self.version}"

    @property
    def language_names(self) -> list[str]:
        return [str(ConsentLanguage(code).label) for code in self.languages]

    def is_valid_on(self, day: date) -> bool:
        """Whether the sheet may be signed on this day; its first and its last day count."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def clean(self) -> None:
        errors: dict[str, object] = {}
        if not isinstance(self.languages, list) or not self.languages:
            errors["languages"] = _("Choose at least one language.")
        elif unknown := sorted(set(map(str, self.languages)) - set(ConsentLanguage.values)):
            message = _("%(codes)s is no language of an information sheet; choose from %(known)s.")
            errors["languages"] = message % {"codes": ", ".join(unknown), "known": ", ".join(ConsentLanguage.values)}
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            errors["valid_until"] = _("The last day is before the first one.")
        if InformationSheet.objects.filter(trial=self.trial_id, version=self.version).exclude(pk=self.pk).exists():
            errors["version"] = _("The trial has a sheet of this version already.")
        if self.protocol_version is not None and self.protocol_version.trial_id != self.trial_id:
            errors["protocol_version"] = _("This protocol version belongs to another trial.")
        if errors:
            raise ValidationError(errors)
