"""InfusionClearance: what was found and confirmed before one infusion started."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from patients.models import Visit
from patients.models.scoping import ScopedQuerySet
from trials.models import ProductLot

HAS_OPEN = Func(
    F("items"),
    Value('$.* ? (@ == "open" || @ == "unknown")'),
    function="jsonb_path_exists",
    output_field=models.BooleanField(),
)
"""Whether an item of a clearance was open or not known."""


class ClearanceQuerySet(ScopedQuerySet):
    site_path = "visit__subject__site"


@audited
class InfusionClearance(models.Model):
    """One passing of the gate. It is never changed; when the bag or the hour changes, the gate is passed again.

    `items` holds the state of every item by its code, as it stood then. With something open the clearance is an
    override and says why. `cleared_by` was signed in, `second_person` gave name and password on the same device.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", verbose_name=_("visit"))
    lot = models.ForeignKey(
        ProductLot, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("product lot")
    )
    lot_number = models.CharField(_("lot number"), max_length=60, help_text=_("As on the bag."))
    bag_number = models.CharField(_("bag"), max_length=40, help_text=_("As on the bag."))
    thaw_started_at = models.DateTimeField(_("thawing begun"), null=True, blank=True)
    thaw_ended_at = models.DateTimeField(_("thawing ended"), null=True, blank=True)
    starts_at = models.DateTimeField(_("start of infusion"))
    items = models.JSONField(_("what was found"))
    override_reason = models.CharField(_("reason to go ahead"), max_length=200, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("first person")
    )
    second_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("second person")
    )
    cleared_at = models.DateTimeField(_("cleared at"))

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance of an infusion")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                name="assessments_clearance_by_two_persons", condition=~Q(cleared_by=F("second_person"))
            ),
            models.CheckConstraint(
                name="assessments_clearance_names_the_bag", condition=~Q(lot_number="") & ~Q(bag_number="")
            ),
            models.CheckConstraint(
                name="assessments_clearance_thaw_in_order",
                condition=(
                    (Q(thaw_ended_at=None) | Q(thaw_ended_at__lte=F("starts_at")))
                    & (Q(thaw_started_at=None) | Q(thaw_ended_at=None) | Q(thaw_started_at__lte=F("thaw_ended_at")))
                    & (Q(thaw_started_at=None) | Q(thaw_started_at__lte=F("starts_at")))
                ),
                violation_error_message=_("Thawing begins, then ends, then the infusion starts."),
            ),
            models.CheckConstraint(
                name="assessments_clearance_says_why",
                condition=(Q(HAS_OPEN) & ~Q(override_reason="")) | (~Q(HAS_OPEN) & Q(override_reason="")),
                violation_error_message=_("A reason is given exactly where something was open."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="clearance_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self.lot_number} {self.bag_number}"

    @property
    def is_override(self) -> bool:
        """Whether something was open when the two went ahead."""
        return bool(self.override_reason)
