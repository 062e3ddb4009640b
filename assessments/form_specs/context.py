"""What the rules of a form may know beyond its own items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from clinical.laboratory.reference_range import ReferenceRange
from protocols.schema import DEFAULT_PGA_LEVELS


@dataclass(frozen=True)
class KnownRange:
    """The normal range of an analyte at the subject's site, for this subject: in the standard unit of the analyte, and
    the unit that the laboratory reports in."""

    standard: ReferenceRange
    unit: str


def no_ranges(_day: date) -> Mapping[str, KnownRange]:
    return {}


@dataclass(frozen=True)
class FormContext:
    """What the rules of a form may know beyond its own items.

    `here` holds the newest findings of the same visit, `baseline` those of the last day on or before the first infusion
    (pre-dose on the day itself), both by fact code and without the form's own. `dose_mg_low` and `dose_mg_high` limit
    one dose of the subject's arm, both allowed; None where the arm is not dosed in milligrams or not known. `clearance`
    is what was confirmed before the infusion, and what the register knows of its lot; empty where there is none.
    `panels` holds the keys of the lines that the protocol asks, by form. `ranges_on` gives, for a day of sampling, the
    normal ranges of the site that fit the subject, by analyte. `first_treatment_on` is None until the subject is
    treated. `previous` holds the newest number of each fact from an earlier day, with that day. `pga_levels` is the
    scale of the global assessment that the protocol uses.
    """

    consent_on: date
    visit_on: date
    cells_per_kg: int | None = None
    dose_mg_low: int | None = None
    dose_mg_high: int | None = None
    clearance: Mapping[str, Any] = field(default_factory=dict)
    panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges_on: Callable[[date], Mapping[str, KnownRange]] = no_ranges
    first_treatment_on: date | None = None
    here: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, tuple[Decimal, date]] = field(default_factory=dict)
    pga_levels: int = DEFAULT_PGA_LEVELS


NOBODY = FormContext(consent_on=date.min, visit_on=date.min)
"""What is known of no subject in particular, under no protocol."""
