"""The declaration that the forms of a laboratory report share."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import (
    ROW_KEY,
    CrfSpec,
    Derived,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    RowGroup,
    Values,
    is_empty,
)
from assessments.instruments.laboratory_panel.checks import line_objections, lines_without_limits, sample_objections
from assessments.instruments.laboratory_panel.facts import grade_publications, publications
from assessments.instruments.laboratory_panel.lines import DERIVED, SAMPLED_ON, derive
from assessments.instruments.laboratory_panel.model import LaboratoryReport, LaboratoryResult, ResultFlag
from clinical.laboratory.analytes import ANALYTES
from trials.analytes import ANALYTE_NAMES

LINES = "results"
TEMPLATE = "assessments/laboratory_items.html"
QUIET = {"range_source", "grade_term", "grade_by_limits", "grade_version"}
"""Derived values that the entry page has no room for."""
IN_STANDARD_UNIT = {"standard_value", "standard_low", "standard_high"}


def laboratory_spec(
    *,
    code: str,
    title: Promise,
    model: type[LaboratoryReport],
    results: type[LaboratoryResult],
    analytes: tuple[str, ...],
    published: tuple[str, ...],
    needs_limits: bool,
    sample_items: tuple[Item, ...] = (),
    retired: tuple[str, ...] = (),
) -> CrfSpec:
    """The form of one kind of report, of which a protocol chooses among the `analytes`.

    Of each line the `published` derived values become facts, and the grades of those that are graded. `needs_limits`
    asks about results without any limit.
    """

    def keys(context: FormContext) -> tuple[str, ...]:
        return context.panels.get(code, ())

    def prefill(context: FormContext) -> dict[str, Any]:
        """The unit of each line: that of the site's normal range, else the standard one."""
        ranges = context.ranges_on(context.visit_on)
        known = (key for key in keys(context) if key in ANALYTES)
        units = {key: ranges[key].unit if key in ranges else ANALYTES[key].unit for key in known}
        return {LINES: tuple({ROW_KEY: key, "unit": unit} for key, unit in units.items())}

    group = RowGroup(
        name=LINES,
        title=_("Results"),
        model=results,
        label=_label,
        keys=keys,
        hint=_(
            "As printed on the report. Leave the limits empty: those of the site for the day of the sample are used. "
            "Copy them only where the report prints others."
        ),
        items=_items(),
        derived=tuple(
            Derived(
                name,
                cdash=CDASH.get(name, ""),
                unit_of=_standard_unit if name in IN_STANDARD_UNIT else None,
                in_entry=name not in QUIET,
            )
            for name in DERIVED
        ),
        derive=derive,
        in_table=True,
    )

    def check(values: Values, context: FormContext) -> list[Objection]:
        """The day of the sample, each line, and results without limits."""
        found = [*sample_objections(values, context), *line_objections(group, values, context)]
        return [*found, *lines_without_limits(group, values)] if needs_limits else found

    sampled_on = Item(SAMPLED_ON, cdash="LBDAT", hint=_("The day of blood sampling, not of the report."))
    return CrfSpec(
        code=code,
        domain="LB",
        title=title,
        model=model,
        groups=(ItemGroup(title=_("Sample"), items=(sampled_on, *sample_items)), group),
        check=check,
        prefill=prefill,
        publishes=publications(LINES, analytes, *published) + grade_publications(LINES, analytes),
        needs_ranges=True,
        collected_on=_sampled_on,
        panel=analytes,
        needs_panel=True,
        retired=retired,
        is_wide=True,
        entry_template=TEMPLATE,
    )


CDASH = {
    "standard_value": "LBSTRESN",
    "standard_low": "LBSTNRLO",
    "standard_high": "LBSTNRHI",
    "flag": "LBNRIND",
    "grade": "LBTOXGR",
    "grade_term": "LBTOX",
}


def _items() -> tuple[Item, ...]:
    return (
        Item("qualifier", required=False),
        Item("result", cdash="LBORRES"),
        Item("unit", cdash="LBORRESU", may_be_missing=False, required_if=_has_result, choices_of=_units),
        Item("low", cdash="LBORNRLO", required=False),
        Item("high", cdash="LBORNRHI", required=False),
        Item("significance", cdash="LBCLSIG", shown_if=is_outside),
        Item("investigator_grade", required=False, shown_if=is_outside),
        Item("comment", required=False),
    )


def is_outside(row: Values) -> bool:
    """Whether the result of a line lies outside its limits."""
    return row.get("flag") in (ResultFlag.LOW, ResultFlag.HIGH)


def _has_result(row: Values) -> bool:
    return not is_empty(row.get("result"))


def _label(key: str) -> str | Promise:
    return ANALYTE_NAMES.get(key, key)


def _units(key: str) -> tuple[tuple[str, str], ...]:
    return tuple((unit, unit) for unit in ANALYTES[key].units) if key in ANALYTES else ()


def _standard_unit(key: str) -> str:
    return ANALYTES[key].unit if key in ANALYTES else ""


def _sampled_on(values: Values) -> date | None:
    day: date | None = values.get(SAMPLED_ON)
    return day
