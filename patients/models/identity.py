"""Initials and contact details, in a table of their own behind a permission of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject


@audited
class SubjectIdentity(models.Model):
    """What tells the site who a subject number is. Never exported, mailed or logged (ICH E6(R3) 3.16.1(s))."""

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="identity", primary_key=True)
    initials = models.CharField(_("initials"), max_length=6)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    contact_note = models.CharField(
        _("how to reach the subject"),
        max_length=300,
        blank=True,
        help_text=_("For example: mornings only, via spouse."),
    )

    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("contact details")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} #{self.pk}"
