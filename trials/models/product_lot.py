"""The lots of the cell product."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Upper
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from trials.models.lot_codes import (
    LOT_TRANSITIONS,
    CultureTest,
    EndotoxinUnit,
    LotStatus,
    Storage,
    TissueSource,
    VisualInspection,
)
from trials.models.time_zones import validate_time_zone
from trials.models.trial import Trial

ONCE_RELEASED = (LotStatus.RELEASED, LotStatus.RECALLED)
PERCENTS = (
    "viability_percent",
    "minimum_viability_percent",
    "lowest_identity_marker_percent",
    "highest_negative_marker_percent",
)


def _percent(name: Any, help_text: Any = "") -> models.DecimalField:
    return models.DecimalField(
        name,
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=help_text,
    )


def _culture(name: Any) -> models.CharField:
    return models.CharField(name, max_length=10, choices=CultureTest.choices, default=CultureTest.PENDING)


EXPIRES_ON = Cast(Func(F("time_zone"), F("expires_at"), function="timezone"), models.DateField())
"""The day on which a lot expires where its certificate was written."""


@audited
class ProductLot(models.Model):
    """One lot of the cell product: its origin, how it was made, what its tests showed, and whether it may be given.

    The certificate gives its times in `time_zone`. The release tests are those that published trials report; what they
    must show is the specification of each product, of which `minimum_viability_percent` and
    `start_within_minutes_of_thaw` are kept here. The donor is a code, never a name.
    """

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="product_lots", verbose_name=_("trial"))
    product = models.CharField(_("product"), max_length=120, help_text=_("As on the label."))
    lot_number = models.CharField(
        _("lot number"),
        max_length=60,
        validators=[RegexValidator(r"^[^\s](?:.*[^\s])?\Z", _("Leave no blanks at the ends."))],
        help_text=_("As on the bag."),
    )
    tissue_source = models.CharField(_("tissue"), max_length=2, choices=TissueSource.choices)
    donor_code = models.CharField(
        _("donor code"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9./_-]*\Z", _("Use letters, digits and . / _ - only: a code, never a name.")
            )
        ],
        help_text=_("A code of letters and digits, never a name."),
    )
    manufactured_on = models.DateField(_("manufactured on"))
    expires_at = models.DateTimeField(_("expires at"), help_text=_("The last moment at which it may be given."))
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        validators=[validate_time_zone],
        help_text=_("The zone in which the certificate gives the time of expiry."),
    )
    storage = models.CharField(_("storage"), max_length=20, choices=Storage.choices)
    start_within_minutes_of_thaw = models.PositiveSmallIntegerField(
        _("to be started within, in minutes of thawing"),
        null=True,
        blank=True,
        help_text=_("From the end of thawing to the start of the infusion. Empty: the product has no such limit."),
    )
    passage_number = models.PositiveSmallIntegerField(_("passage number"), null=True, blank=True)
    medium = models.CharField(_("culture medium"), max_length=120, blank=True)
    cryoprotectant = models.CharField(_("cryoprotectant"), max_length=120, blank=True)
    certificate_reference = models.CharField(
        _("certificate of analysis"), max_length=120, blank=True, help_text=_("Its number. Needed for the release.")
    )
    viability_percent = _percent(_("viability, in %"))
    minimum_viability_percent = _percent(
        _("viability needed, in %"), _("The specification of this product. Empty: it has none.")
    )
    viable_million_per_ml = models.DecimalField(
        _("viable cells, in million/mL"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(1000)],
    )
    sterility = _culture(_("sterility"))
    mycoplasma = _culture(_("mycoplasma"))
    endotoxin_value = models.DecimalField(
        _("endotoxin"),
        max_digits=8,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Of a result such as “< 0.25” the number."),
    )
    endotoxin_unit = models.CharField(_("unit of endotoxin"), max_length=5, choices=EndotoxinUnit.choices, blank=True)
    lowest_identity_marker_percent = _percent(_("CD73, CD90, CD105: the lowest, in %"))
    highest_negative_marker_percent = _percent(
        _("markers to be absent: the highest, in %"), _("CD34, CD45, HLA-DR and the others of the panel.")
    )
    visual_inspection = models.CharField(
        _("visual inspection"), max_length=20, choices=VisualInspection.choices, blank=True
    )
    status = models.CharField(
        _("status"), max_length=10, choices=LotStatus.choices, default=LotStatus.QUARANTINE, editable=False
    )
    released_on = models.DateField(_("released on"), null=True, blank=True, editable=False)
    released_by_name = models.CharField(_("released by"), max_length=120, blank=True, editable=False)
    recalled_at = models.DateTimeField(_("recalled at"), null=True, blank=True, editable=False)
    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)

    class Meta:
        verbose_name = _("product lot")
        ordering = ("trial", "lot_number")
        constraints = [
            models.UniqueConstraint(
                "trial",
                Upper("lot_number"),
                name="trials_lot_once",
                violation_error_message=_("The trial has a lot of this number already."),
            ),
            models.CheckConstraint(
                name="trials_lot_is_named", condition=~(Q(product="") | Q(lot_number="") | Q(donor_code=""))
            ),
            models.CheckConstraint(
                name="trials_lot_known_codes",
                condition=Q(
                    tissue_source__in=TissueSource.values,
                    storage__in=Storage.values,
                    sterility__in=CultureTest.values,
                    mycoplasma__in=CultureTest.values,
                    endotoxin_unit__in=[*EndotoxinUnit.values, ""],
                    visual_inspection__in=[*VisualInspection.values, ""],
                    status__in=LotStatus.values,
                ),
            ),
            models.CheckConstraint(
                name="trials_lot_expires_after_manufacture",
                condition=GreaterThanOrEqual(EXPIRES_ON, F("manufactured_on")),
                violation_error_message=_("The lot would expire before it was made."),
            ),
            *(
                models.CheckConstraint(
                    name=f"trials_lot_{name}_in_range",
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100}),
                )
                for name in PERCENTS
            ),
            models.CheckConstraint(
                name="trials_lot_concentration_in_range",
                condition=Q(viable_million_per_ml=None)
                | Q(viable_million_per_ml__gt=0, viable_million_per_ml__lte=1000),
            ),
            models.CheckConstraint(
                name="trials_lot_endotoxin_has_unit",
                condition=Q(endotoxin_value=None, endotoxin_unit="")
                | Q(endotoxin_value__gte=0) & ~Q(endotoxin_unit=""),
                violation_error_message=_("Give the endotoxin with its unit, or neither."),
            ),
            models.CheckConstraint(
                name="trials_lot_leaves_time_to_start",
                condition=Q(start_within_minutes_of_thaw=None) | Q(start_within_minutes_of_thaw__gt=0),
                violation_error_message=_("Leave at least one minute from thawing to the start."),
            ),
            models.CheckConstraint(
                name="trials_lot_released_by_somebody",
                condition=Q(status__in=ONCE_RELEASED, released_on__isnull=False)
                & ~Q(released_by_name="")
                & ~Q(certificate_reference="")
                | ~Q(status__in=ONCE_RELEASED) & Q(released_on=None, released_by_name=""),
                violation_error_message=_("A released lot needs its certificate of analysis."),
            ),
            models.CheckConstraint(
                name="trials_lot_released_in_its_time",
                condition=Q(released_on=None)
                | Q(released_on__gte=F("manufactured_on")) & Q(LessThanOrEqual(F("released_on"), EXPIRES_ON)),
                violation_error_message=_("The release lies before the manufacture or after the expiry."),
            ),
            models.CheckConstraint(
                name="trials_lot_recalled_at_a_moment",
                condition=Q(status=LotStatus.RECALLED, recalled_at__isnull=False)
                | ~Q(status=LotStatus.RECALLED) & Q(recalled_at=None),
            ),
            models.CheckConstraint(
                name="trials_lot_released_is_sound",
                condition=~Q(status=LotStatus.RELEASED)
                | ~Q(sterility=CultureTest.POSITIVE)
                & ~Q(mycoplasma=CultureTest.POSITIVE)
                & ~Q(visual_inspection=VisualInspection.DOES_NOT_CONFORM)
                & (
                    Q(minimum_viability_percent=None)
                    | Q(viability_percent__isnull=False, viability_percent__gte=F("minimum_viability_percent"))
                ),
                violation_error_message=_("A released lot cannot have this result: recall it, then correct it."),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="lot_goes_its_way",
                field="status",
                transitions=[
                    (before.value, after.value)
                    for before in LOT_TRANSITIONS
                    for after in LotStatus
                    if after in LOT_TRANSITIONS[before]
                ],
            ),
            pgtrigger.Protect(name="lot_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.trial.registration} {self.lot_number}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_in_quarantine(self) -> bool:
        """Whether nobody has decided on the lot yet."""
        return self.status == LotStatus.QUARANTINE

    def today(self, now: datetime | None = None) -> date:
        """The calendar day in the time zone of the lot."""
        return timezone.localtime(now or timezone.now(), self.zone).date()

    def is_expired_at(self, moment: datetime) -> bool:
        """Whether the lot may no longer be given at this moment; at `expires_at` itself it still may."""
        return moment > self.expires_at

    def clean(self) -> None:
        errors: dict[str, object] = {}
        has_zone = self.time_zone in available_timezones()
        if self.manufactured_on and has_zone and self.manufactured_on > self.today():
            errors["manufactured_on"] = _("This day is still to come.")
        same = ProductLot.objects.filter(trial=self.trial_id, lot_number__iexact=self.lot_number)
        if same.exclude(pk=self.pk).exists():
            errors["lot_number"] = _("The trial has a lot of this number already.")
        if (self.endotoxin_value is None) is not (self.endotoxin_unit == ""):
            errors["endotoxin_unit"] = _("Give the endotoxin with its unit, or neither.")
        if errors:
            raise ValidationError(errors)
