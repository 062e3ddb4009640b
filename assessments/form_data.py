"""FormData: what every form has besides its items."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Visit
from patients.models.scoping import ScopedQuerySet


class FormStatus(models.TextChoices):
    """State of a stored form; a form without a row is not started."""

    DRAFT = "draft", _("Draft")
    COMPLETE = "complete", _("Complete")
    NOT_DONE = "not_done", _("Not done")


class MissingReason(models.TextChoices):
    """Why an item has no value (SDTM --STAT and --REASND)."""

    NOT_DONE = "not_done", _("Not done")
    UNKNOWN = "unknown", _("Unknown")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    REFUSED = "refused", _("Refused")


class FormQuerySet(ScopedQuerySet):
    site_path = "visit__subject__site"


class FormData(models.Model):
    """The one abstract base of all instruments: where the form stands, when and by whom it was filled."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", verbose_name=_("visit"))
    repeat_key = models.CharField(_("repeat"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=FormStatus.choices, default=FormStatus.DRAFT)
    reason_not_done = models.CharField(_("reason not done"), max_length=200, blank=True)
    assessed_on = models.DateField(_("date of assessment"))
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    missing = models.JSONField(_("reasons for missing values"), default=dict, blank=True)
    confirmed_checks = models.JSONField(_("confirmed checks"), default=dict, blank=True)
    row_version = models.PositiveIntegerField(_("version of the row"), default=1)

    objects = FormQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["visit", "repeat_key"], name="%(class)s_once_a_visit"),
            models.CheckConstraint(
                name="%(class)s_not_done_has_reason",
                condition=Q(status="not_done") & ~Q(reason_not_done="") | ~Q(status="not_done") & Q(reason_not_done=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self._meta.verbose_name}"


class RowQuerySet(ScopedQuerySet):
    site_path = "form__visit__subject__site"


class RowData(models.Model):
    """The abstract base of a line of a repeating group. A model adds `form`, the key of the form it belongs to.

    `row_key` names the line within its form, such as an analyte or a number; `position` is its place on the page.
    """

    row_key = models.CharField(_("line"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("position", "row_key")
        constraints = [models.UniqueConstraint(fields=["form", "row_key"], name="%(class)s_once_a_form")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.row_key}"


ROW_BOOKKEEPING = frozenset({"id", "form", *(field.name for field in RowData._meta.local_fields)})
"""Fields that every line has: neither items nor derived values."""

BOOKKEEPING = frozenset({"id", *(field.name for field in FormData._meta.local_fields)})
"""Fields that every form has: neither items nor derived values."""
