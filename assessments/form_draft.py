"""FormDraft: what one person has typed into a form and not saved yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Visit
from patients.models.scoping import ScopedQuerySet


class FormDraftQuerySet(ScopedQuerySet):
    site_path = "visit__subject__site"


class FormDraft(models.Model):
    """The fields of an entry page as they were last sent, for the one user who typed them.

    It is no part of the record and has no history: it becomes data when its user saves the form, and is gone then.
    `based_on` is the version of the form that the page was opened at, 0 for a form that was not stored.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    form_code = models.CharField(_("form"), max_length=40)
    based_on = models.PositiveIntegerField(_("version it is based on"))
    data = models.JSONField(_("fields"))
    saved_at = models.DateTimeField(_("saved at"))

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(fields=["user", "visit", "form_code"], name="assessments_draft_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.visit} {self.form_code}"
