"""The medical history form: one line a condition."""

from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.day_checks import days_of_line
from assessments.form_specs import (
    CrfSpec,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    RowGroup,
    Severity,
    Values,
)
from assessments.instruments.medical_history.model import MedicalCondition, MedicalHistory
from assessments.row_labels import numbered

LINES = "conditions"
ENDS_BEFORE_START = _("The condition ends before it starts.")


def check(values: Values, context: FormContext) -> list[Objection]:
    """A history that has conditions names one; no condition starts after the visit or ends before it starts."""
    found: list[Objection] = []
    rows = values[LINES]
    if values.get("has_conditions") == YesNo.YES and not rows:
        message = _("Name at least one condition, or answer that there is none.")
        found.append(Objection("no_condition", Severity.SOFT, message, ("has_conditions",)))
    for row in rows:
        found += days_of_line(
            row, context, group=CONDITIONS, out_of_order=ENDS_BEFORE_START, start="started_on", end="ended_on"
        )
    return found


CONDITIONS = RowGroup(
    name=LINES,
    title=_("Conditions"),
    model=MedicalCondition,
    label=numbered(_("Condition")),
    add_label=_("Add a condition"),
    hint=_("One line each, in the words of the source. Days may be known to the month (2019-05) or the year (2019)."),
    items=(
        Item("term", cdash="MHTERM", may_be_missing=False),
        Item("started_on", cdash="MHSTDAT"),
        Item("is_ongoing", cdash="MHONGO"),
        Item("ended_on", cdash="MHENDAT", shown_if=lambda row: row.get("is_ongoing") == YesNo.NO),
        Item("is_treated", required=False, shown_if=lambda row: row.get("is_ongoing") == YesNo.YES),
    ),
    shown_if=lambda values: values.get("has_conditions") == YesNo.YES,
)

SPEC = CrfSpec(
    code="medical_history",
    domain="MH",
    title=_("Medical history"),
    model=MedicalHistory,
    groups=(
        ItemGroup(
            title=_("Other conditions"),
            items=(Item("has_conditions", cdash="MHYN", hint=_("Besides the psoriasis, which has its own form.")),),
        ),
        CONDITIONS,
    ),
    check=check,
)
