"""What is stored of a licensed wording, and what a questionnaire keeps of the words it was asked in."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.form_data import BOOKKEEPING, FormData
from audit.tracking import audited
from trials.models import Trial


@audited
class QuestionnaireWording(models.Model):
    """One version of a questionnaire's text in one language, as the licence holder gave it to the trial.

    It is shown at visits from `valid_from` on, that day included, until a later one takes its place. It is never
    changed: answers were given to these words. `texts` holds the question by item name, `options` the answers by item
    name and code where the file gives them. The copyright statement stands wherever the text does.
    """

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="questionnaire_wordings")
    instrument = models.CharField(_("questionnaire"), max_length=40)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    version = models.CharField(_("version"), max_length=40)
    valid_from = models.DateField(_("valid from"))
    licence = models.CharField(_("licence"), max_length=200)
    copyright = models.TextField(_("copyright statement"))
    instructions = models.TextField(_("instructions"), blank=True)
    texts = models.JSONField(_("questions"))
    options = models.JSONField(_("answers"), default=dict, blank=True)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), default=timezone.now)
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("loaded by")
    )

    class Meta:
        verbose_name = _("questionnaire wording")
        ordering = ("trial", "instrument", "language", "valid_from", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "instrument", "language", "version"], name="assessments_wording_version_once"
            ),
            models.CheckConstraint(
                name="assessments_wording_names_its_licence", condition=~Q(licence="") & ~Q(copyright="")
            ),
            models.CheckConstraint(name="assessments_wording_has_texts", condition=~Q(texts={})),
        ]
        triggers = [
            pgtrigger.Protect(name="wording_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.language} {self.version}"


class QuestionnaireData(FormData):
    """A form whose questions a subject answers in the words of a questionnaire.

    `wording` is the text on the page when the form was begun; empty where it showed our neutral topics. The answers are
    the same codes either way. `not_asked` names items that stand beside the questionnaire and are no question of it.
    """

    not_asked: ClassVar[frozenset[str]] = frozenset()

    wording = models.ForeignKey(
        QuestionnaireWording,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("wording shown"),
    )

    class Meta(FormData.Meta):
        abstract = True


QUESTIONNAIRE_BOOKKEEPING = BOOKKEEPING | {"wording"}
"""Fields that every questionnaire has: neither items nor derived values."""
