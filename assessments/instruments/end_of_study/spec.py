"""The end of a subject's participation, as planned or early."""

from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Severity, Values
from assessments.instruments.disposition.model import StopReason
from assessments.instruments.disposition.spec import days_of_end, end_items
from assessments.instruments.end_of_study.model import EndOfStudy, Survival

DAYS = ("ended_on", "last_contact_on", "died_on")


def check(values: Values, context: FormContext) -> list[Objection]:
    """Days between first treatment and visit, in their order; a death that agrees with the reason."""
    return [*days_of_end(values, context, model=EndOfStudy, days=DAYS), *_order(values), *_death(values)]


def _order(values: Values) -> list[Objection]:
    contact, death = values.get("last_contact_on"), values.get("died_on")
    if contact is None or death is None or contact <= death:
        return []
    message = _("The last contact with the subject is after the day of death.")
    return [Objection("contact_after_death", Severity.HARD, message, ("last_contact_on", "died_on"))]


def _death(values: Values) -> list[Objection]:
    survival = values.get("survival")
    if values.get("stop_reason") == StopReason.DEATH and survival in (Survival.ALIVE, Survival.UNKNOWN):
        message = _("The main reason is death, but the survival status is another one.")
        return [Objection("death_without_status", Severity.SOFT, message, ("survival", "stop_reason"))]
    if values.get("is_completed") == YesNo.YES and survival == Survival.DEAD:
        message = _("The study is completed as planned, but the subject is dead.")
        return [Objection("completed_by_the_dead", Severity.SOFT, message, ("survival", "is_completed"))]
    return []


SPEC = CrfSpec(
    code="end_of_study",
    domain="DS",
    title=_("End of study"),
    model=EndOfStudy,
    groups=(
        ItemGroup(
            title=_("End of study"),
            items=end_items(_("The day on which participation ended.")),
        ),
        ItemGroup(
            title=_("Last contact"),
            items=(
                Item(
                    "last_contact_on",
                    hint=_("With the subject, or with somebody who knows how the subject is."),
                    may_be_missing=False,
                ),
                Item("survival", may_be_missing=False),
                Item("died_on", shown_if=lambda values: values.get("survival") == Survival.DEAD),
            ),
        ),
    ),
    check=check,
)
