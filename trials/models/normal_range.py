"""What the laboratory of a site calls normal, from which day on."""

from decimal import Decimal

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited
from clinical.laboratory.analytes import ANALYTES, Analyte
from clinical.laboratory.reference_range import ReferenceRange
from clinical.laboratory.units import to_standard
from clinical.numbers import plain
from trials.analytes import ANALYTE_NAMES
from trials.models.site import Site

RangeKey = tuple[int, str, str, str, int | None]


class RangeSex(models.TextChoices):
    """Whom a range is for, where it is not for everybody; codes of CDISC's codelist SEX (C66731)."""

    FEMALE = "F", _("Women")
    MALE = "M", _("Men")


@audited
class NormalRange(models.Model):
    """The normal range of one analyte in one laboratory, for the sex and the ages given, from `valid_from` on.

    It holds until the day before the next one with the same key begins: a laboratory that changes its method gives a
    new range, and older samples keep theirs. Limits are in `unit`, as the laboratory prints them, and both are normal
    themselves. Ages are completed years, both included; empty is open.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="normal_ranges", verbose_name=_("site"))
    laboratory_name = models.CharField(
        _("laboratory"), max_length=120, help_text=_("As printed on its reports; spelled alike every time.")
    )
    analyte = models.CharField(_("analyte"), max_length=8)
    sex = models.CharField(_("sex"), max_length=1, choices=RangeSex.choices, blank=True, default="")
    age_from_years = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_to_years = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20)
    low = models.DecimalField(_("lower limit"), max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("upper limit"), max_digits=14, decimal_places=4, null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    row_version = models.PositiveIntegerField(_("version of the row"), default=1, editable=False)

    class Meta:
        verbose_name = _("normal range")
        ordering = ("site", "laboratory_name", "analyte", "sex", "age_from_years", "-valid_from")
        constraints = [
            models.CheckConstraint(
                name="trials_range_limits_in_order",
                condition=Q(low=None) | Q(high=None) | Q(low__lt=F("high")),
                violation_error_message=_("The lower limit must be below the upper one."),
            ),
            models.CheckConstraint(
                name="trials_range_has_a_limit",
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                violation_error_message=_("Give at least one limit."),
            ),
            models.CheckConstraint(
                name="trials_range_ages_in_order",
                condition=Q(age_from_years=None) | Q(age_to_years=None) | Q(age_from_years__lte=F("age_to_years")),
                violation_error_message=_("The first age must not be above the last one."),
            ),
            models.CheckConstraint(name="trials_range_sex_known", condition=Q(sex__in=["", *RangeSex.values])),
            # NULLS NOT DISTINCT: a range without a first age is given once per day as well.
            models.UniqueConstraint(
                fields=["site", "laboratory_name", "analyte", "sex", "age_from_years", "valid_from"],
                nulls_distinct=False,
                name="trials_range_once_per_day",
                violation_error_message=_("This range is listed already, valid from the same day. Correct that one."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="range_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.analyte_name} {self.limits_text} {self.unit}"

    @property
    def definition(self) -> Analyte:
        return ANALYTES[self.analyte]

    @property
    def analyte_name(self) -> Promise:
        return ANALYTE_NAMES[self.analyte]

    @property
    def key(self) -> RangeKey:
        """What a later range must share to take the place of this one."""
        return self.site_id, self.laboratory_name, self.analyte, self.sex, self.age_from_years

    @property
    def limits_text(self) -> str:
        """The limits as a laboratory prints them: 130–175, ≤ 40 or ≥ 60."""
        low, high = (None if limit is None else plain(limit) for limit in (self.low, self.high))
        if low is not None and high is not None:
            return f"{low}–{high}"
        return f"≤ {high}" if low is None else f"≥ {low}"

    @property
    def in_standard_unit(self) -> ReferenceRange:
        """The limits in the standard unit of the analyte, rounded as its values are, so that the two can be
        compared."""
        return ReferenceRange(self._standard(self.low), self._standard(self.high))

    def fits(self, *, sex: str, age_years: int | None) -> bool:
        """Whether the range is for such a person; one for certain ages or one sex needs them to be known."""
        if self.sex not in ("", sex):
            return False
        if age_years is None:
            return self.age_from_years is None and self.age_to_years is None
        return (self.age_from_years or 0) <= age_years and (self.age_to_years is None or age_years <= self.age_to_years)

    def clean(self) -> None:
        if self.analyte not in ANALYTES:
            raise ValidationError({"analyte": _("Choose an analyte of the list.")})
        if self.unit not in self.definition.units:
            message = _("%(analyte)s is not reported in this unit; choose from %(units)s.")
            known = ", ".join(self.definition.units)
            raise ValidationError({"unit": message % {"analyte": self.analyte_name, "units": known}})
        errors = {name: self._impossible() for name in ("low", "high") if not self._can_be(getattr(self, name))}
        if errors:
            raise ValidationError(errors)
        if self.low is not None and self.high is not None and self.low < self.high:
            self._refuse_limits_that_round_to_the_same()

    def _standard(self, limit: Decimal | None) -> Decimal | None:
        return None if limit is None else to_standard(self.definition, limit, self.unit)

    def _can_be(self, limit: Decimal | None) -> bool:
        standard = self._standard(limit) if limit is None or limit.is_finite() else Decimal(-1)
        # A lower limit of 0 is how laboratories print "from nothing on", also where nobody has so little.
        return standard is None or standard == 0 or self.definition.can_be(standard)

    def _impossible(self) -> str:
        message = _("%(analyte)s is between %(low)s and %(high)s %(unit)s. Is the limit in the unit chosen?")
        found = self.definition
        facts = {"analyte": self.analyte_name, "low": plain(found.low), "high": plain(found.high)}
        return message % {**facts, "unit": found.unit}

    def _refuse_limits_that_round_to_the_same(self) -> None:
        try:
            self.in_standard_unit  # noqa: B018 - asked for what it refuses
        except ValueError as error:
            message = _("The limits are too near to each other to be told apart in %(unit)s.")
            raise ValidationError({"high": message % {"unit": self.definition.unit}}) from error
