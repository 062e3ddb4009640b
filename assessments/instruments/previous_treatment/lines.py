"""The lines of the form: each previous therapy of the psoriasis and each other medicine before enrolment."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.day_checks import days_of_line
from assessments.form_specs import ROW_KEY, FormContext, Item, Objection, RowGroup, Severity, Values, is_empty
from assessments.instruments.previous_treatment.model import DAY_OF_USE, Kind, PreviousMedication, Use
from assessments.row_labels import numbered
from clinical.partial_days import earliest

LINES = "treatments"
ENDS_BEFORE_START = _("The treatment ends before it starts.")
USES = {use.removesuffix("_use"): (use, day) for day, use in DAY_OF_USE.items() if use.endswith("_use")}
"""The question about each kind of treatment, and its day of last use."""


def check_lines(values: Values, context: FormContext) -> list[Objection]:
    """Days of a line that can be; lines that agree with what the form says of their kind."""
    found: list[Objection] = []
    for row in values[LINES]:
        found += days_of_line(
            row, context, group=TREATMENTS, out_of_order=ENDS_BEFORE_START, start="started_on", end="ended_on"
        )
        found += _against_its_kind(row, values)
    return [*found, *_other_medicines(values)]


def _against_its_kind(row: Values, values: Values) -> list[Objection]:
    kind = row.get("kind")
    if kind not in USES:
        return []
    use, last_on = (values.get(name) for name in USES[kind])
    message: Any
    here = TREATMENTS.address(row[ROW_KEY], "kind")
    if use == Use.NEVER:
        message = _("The form says that this kind of treatment was never used.")
        return [Objection(f"{here}_never_used", Severity.SOFT, message, (here,))]
    if use == Use.PAST and row.get("is_ongoing") == YesNo.YES:
        here = TREATMENTS.address(row[ROW_KEY], "is_ongoing")
        message = _("The form says that this kind of treatment is in the past.")
        return [Objection(f"{here}_but_past", Severity.SOFT, message, (here,))]
    end = row.get("ended_on")
    if use == Use.PAST and end and last_on is not None and earliest(end) > last_on:
        here = TREATMENTS.address(row[ROW_KEY], "ended_on")
        message = _("The form says that the last use of this kind of treatment was on %(day)s.") % {"day": last_on}
        return [Objection(f"{here}_after_last_use", Severity.SOFT, message, (here,))]
    return []


def _other_medicines(values: Values) -> list[Objection]:
    answer = values.get("has_other_medicines")
    is_listed = any(row.get("kind") == Kind.OTHER for row in values[LINES])
    if answer == YesNo.YES and not is_listed:
        message = _("List at least one other medicine below, or answer that there is none.")
        return [Objection("other_medicine_not_listed", Severity.SOFT, message, ("has_other_medicines",))]
    if answer == YesNo.NO and is_listed:
        message = _("Another medicine is listed below, but the answer is that there is none.")
        return [Objection("other_medicine_listed", Severity.SOFT, message, ("has_other_medicines",))]
    return []


def _has_ended(row: Values) -> bool:
    return row.get("is_ongoing") == YesNo.NO


TREATMENTS = RowGroup(
    name=LINES,
    title=_("Therapies and other medicines"),
    model=PreviousMedication,
    label=numbered(_("Treatment")),
    add_label=_("Add a treatment"),
    hint=_(
        "One line for each therapy of the psoriasis so far, and for each other medicine before enrolment. Days may be "
        "known to the month (2019-05) or the year (2019)."
    ),
    items=(
        Item("term", cdash="CMTRT", may_be_missing=False, hint=_("In the words of the source.")),
        Item("kind", may_be_missing=False),
        Item("dose", cdash="CMDOSE", required=False, hint=_("A single dose.")),
        Item(
            "unit",
            cdash="CMDOSU",
            hint=_("For example mg, mL or J/cm²."),
            shown_if=lambda row: not is_empty(row.get("dose")),
        ),
        Item("frequency", cdash="CMDOSFRQ", required=False),
        Item("route", cdash="CMROUTE", required=False),
        Item("started_on", cdash="CMSTDAT"),
        Item("is_ongoing", cdash="CMONGO"),
        Item("ended_on", cdash="CMENDAT", shown_if=_has_ended),
        Item("end_reason", required=False, shown_if=_has_ended),
    ),
)
