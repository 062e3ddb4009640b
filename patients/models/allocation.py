"""Which subject was given which arm, and the list that arms given at random come from."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models.scoping import OfSubject
from patients.models.subject import Subject
from trials.models import Trial


@audited
class AllocationList(models.Model):
    """The random list of a trial: made once from a seed, then only used.

    Seed and block lengths are shown to nobody who enrols: with them every coming allocation could be foreseen (ICH E9,
    section 2.3.2). `shares` is the ratio, arm code to parts.
    """

    trial = models.OneToOneField(Trial, on_delete=models.PROTECT, related_name="allocation_list")
    seed = models.CharField(_("seed"), max_length=64)
    block_sizes = models.JSONField(_("block lengths"))
    shares = models.JSONField(_("ratio of the arms"))
    generated_at = models.DateTimeField(_("made at"), default=timezone.now)
    generated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("allocation list")
        triggers = [
            pgtrigger.ReadOnly(name="allocation_list_is_frozen"),
            pgtrigger.Protect(name="allocation_list_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.trial}"


@audited
class AllocationPlace(models.Model):
    """One place of the list, to be given in order of `position` within its stratum (a site's code, or empty)."""

    allocation_list = models.ForeignKey(AllocationList, on_delete=models.PROTECT, related_name="places")
    stratum = models.CharField(_("stratum"), max_length=40, blank=True)
    position = models.PositiveIntegerField(_("place"))
    block = models.PositiveIntegerField(_("block"))
    arm_code = models.CharField(_("arm"), max_length=30)

    class Meta:
        verbose_name = _("place of the allocation list")
        ordering = ("allocation_list", "stratum", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["allocation_list", "stratum", "position"], name="patients_allocation_place_once"
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="allocation_place_is_frozen"),
            pgtrigger.Protect(name="allocation_place_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.stratum} {self.position}"


@audited
class Allocation(models.Model):
    """A subject came into an arm. The first allocation is given at enrolment, a later one is a change of arm.

    An allocation is never changed; a change of arm is another row, with its reason.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="allocations")
    sequence = models.PositiveSmallIntegerField(_("number"), default=1)
    arm_code = models.CharField(_("arm"), max_length=30)
    place = models.OneToOneField(
        AllocationPlace,
        on_delete=models.PROTECT,
        related_name="allocation",
        null=True,
        blank=True,
        verbose_name=_("place of the list"),
    )
    allocated_on = models.DateField(_("allocated on"))
    allocated_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    allocated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("allocated by")
    )
    reason = models.CharField(_("reason for the change of arm"), max_length=200, blank=True)

    objects = OfSubject.as_manager()

    class Meta:
        verbose_name = _("allocation")
        ordering = ("subject", "sequence")
        constraints = [
            models.UniqueConstraint(fields=["subject", "sequence"], name="patients_allocation_once"),
            models.CheckConstraint(
                name="patients_allocation_change_has_a_reason",
                condition=Q(sequence=1, reason="") | (Q(sequence__gt=1, place=None) & ~Q(reason="")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="allocation_is_frozen"),
            pgtrigger.Protect(name="allocation_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.arm_code}"
