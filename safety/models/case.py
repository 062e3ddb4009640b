"""The report of a serious event: one case, its versions, and the way it has gone."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models import Subject
from patients.models.scoping import OfSubject
from safety.document_files import FileKind, kind_called
from safety.models.event import AdverseEvent
from safety.terms import ReporterRole, ReportStatus, ReportStep
from signatures.models import Signature


@audited
class SeriousCase(models.Model):
    """A serious event as it is reported (ICH E2A); `state` follows `clinical.safety.workflow`.

    `day_zero` and `urgent_known_on` are days of the sponsor's calendar: when the sponsor first knew the four minimum
    data, and when that the event was fatal or life-threatening. `related_by_sponsor` and `is_susar` are the medical
    monitor's; empty until they are judged. `version` counts the saved states.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="serious_cases")
    event = models.OneToOneField(AdverseEvent, on_delete=models.PROTECT, related_name="case")
    number = models.PositiveIntegerField(_("case number"), help_text=_("Counts the serious events of the trial."))
    state = models.CharField(_("state"), max_length=20, choices=ReportStatus.choices, default=ReportStatus.DRAFT)
    day_zero = models.DateField(_("day 0"), null=True, blank=True)
    urgent_known_on = models.DateField(_("known to be fatal or life-threatening on"), null=True, blank=True)
    related_by_sponsor = models.BooleanField(_("related in the sponsor's judgement"), null=True, blank=True)
    is_susar = models.BooleanField(_("SUSAR"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("case of a serious event")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(name="safety_case_known_state", condition=Q(state__in=ReportStatus.values)),
            models.CheckConstraint(
                name="safety_case_day_zero_after_submission", condition=Q(state="draft") | Q(day_zero__isnull=False)
            ),
            models.CheckConstraint(
                name="safety_case_assessed_is_judged",
                condition=~Q(state__in=["assessed", "closed"])
                | Q(related_by_sponsor__isnull=False, is_susar__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"SAE-{self.number:04d}"


@audited
class ReportVersion(models.Model):
    """One version of the report: the initial one, or a follow-up. Once submitted it is never changed.

    `content` is the report exactly as the investigator signed it; empty while it is a draft.
    """

    case = models.ForeignKey(SeriousCase, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    what_is_new = models.TextField(_("what is new"), blank=True, help_text=_("Of a follow-up: what has been learnt."))
    narrative = models.TextField(
        _("narrative"), blank=True, help_text=_("Course, tests, treatment, outcome. No names and no contact details.")
    )
    reporter = models.CharField(_("reported by"), max_length=150, blank=True)
    reporter_role = models.CharField(_("reporter is"), max_length=20, choices=ReporterRole.choices, blank=True)
    content = models.JSONField(_("content as it was signed"), null=True, blank=True)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    row_version = models.PositiveIntegerField(_("state of the draft"), default=1, editable=False)

    class Meta:
        verbose_name = _("version of a report")
        ordering = ("case", "number")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="safety_report_version_once"),
            models.CheckConstraint(
                name="safety_report_is_signed_when_submitted",
                condition=Q(submitted_at=None, signature=None, content=None)
                | Q(submitted_at__isnull=False, signature__isnull=False, content__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="submitted_report_is_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} v{self.number}"


@audited
class CaseStep(models.Model):
    """One step of a case: who brought it from which state to which, with what was asked, answered or decided."""

    case = models.ForeignKey(SeriousCase, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=20, choices=ReportStep.choices)
    source = models.CharField(_("from"), max_length=20, choices=ReportStatus.choices)
    target = models.CharField(_("to"), max_length=20, choices=ReportStatus.choices)
    text = models.TextField(_("text"), blank=True)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a case")
        ordering = ("taken_at", "pk")
        triggers = [pgtrigger.Protect(name="step_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


@audited
class AuthorityReport(models.Model):
    """The case went to the authority on a day of the sponsor's calendar.

    One that was never sent is taken back: it has a `void_reason`, counts for no clock and is never changed again.
    `version` counts the saved states.
    """

    case = models.ForeignKey(SeriousCase, on_delete=models.PROTECT, related_name="authority_reports")
    sent_on = models.DateField(_("sent on"))
    is_complete = models.BooleanField(_("complete report"), default=False)
    authority = models.CharField(_("authority"), max_length=120)
    reference = models.CharField(_("reference number"), max_length=80, blank=True)
    void_reason = models.CharField(_("why it is taken back"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("report to an authority")
        ordering = ("sent_on", "pk")
        constraints = [models.CheckConstraint(name="safety_authority_is_named", condition=Q(authority__regex=r"\S"))]
        triggers = [
            pgtrigger.Protect(name="authority_report_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="taken_back_stays_so", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__void_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.authority} {self.sent_on}"

    @property
    def is_void(self) -> bool:
        """Whether it is taken back."""
        return bool(self.void_reason)


@audited
class CaseDocument(models.Model):
    """A file attached to a case. What it is was read from its first bytes, not from its name, which may identify the
    subject and is not kept; nobody but those who may see the case can fetch it."""

    case = models.ForeignKey(SeriousCase, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("what it is"), max_length=200)
    media_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    stored_as = models.CharField(_("stored as"), max_length=120, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"), default=timezone.now)

    class Meta:
        verbose_name = _("document of a case")
        ordering = ("added_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="safety_document_has_bytes", condition=Q(size__gt=0, digest__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        triggers = [pgtrigger.Protect(name="document_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> FileKind:
        """What kind of file it is."""
        return kind_called(self.media_type)
