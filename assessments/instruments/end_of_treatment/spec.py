"""The end of the trial treatment, as planned or early."""

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Severity, Values
from assessments.instruments.disposition.spec import days_of_end, end_items
from assessments.instruments.end_of_treatment.model import EndOfTreatment


def check(values: Values, context: FormContext) -> list[Objection]:
    """Days between first treatment and visit; the treatment does not end before its last dose; no dose of nobody."""
    found = days_of_end(values, context, model=EndOfTreatment, days=("ended_on", "last_dose_on"))
    end, last = values.get("ended_on"), values.get("last_dose_on")
    if end is not None and last is not None and end < last:
        message = _("The treatment ends before its last infusion or dose.")
        found.append(Objection("treatment_ends_before_last_dose", Severity.HARD, message, ("ended_on", "last_dose_on")))
    if last is not None and context.first_treatment_on is None:
        message = _("No treatment of this subject is recorded.")
        found.append(Objection("dose_without_treatment", Severity.SOFT, message, ("last_dose_on",)))
    return found


SPEC = CrfSpec(
    code="end_of_treatment",
    domain="DS",
    title=_("End of treatment"),
    model=EndOfTreatment,
    groups=(
        ItemGroup(
            title=_("End of treatment"),
            items=(
                *end_items(_("The day on which the treatment was over, or on which it was decided to stop it.")),
                Item("last_dose_on", required=False, hint=_("Leave it empty if the subject was never treated.")),
            ),
        ),
    ),
    check=check,
)
