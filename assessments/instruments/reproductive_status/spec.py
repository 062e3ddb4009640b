"""Pregnancy and breast-feeding, asked of women."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.day_checks import DayOfState, days_that_cannot_be
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Severity, Values
from assessments.instruments.demographics.model import Sex
from assessments.instruments.reproductive_status.model import (
    DAY_OF_STATE,
    Occurrence,
    PregnancyTest,
    ReproductiveStatus,
)
from protocols.catalogue import Fact, FactKind

RULES = {day: DayOfState(day, state, states) for day, (state, states) in DAY_OF_STATE.items()}
EVER = {Occurrence.PAST.value, Occurrence.CURRENT.value}


def check(values: Values, context: FormContext) -> list[Objection]:
    """Days that can be; a test that agrees with the pregnancy; answers of a woman."""
    return [
        *days_that_cannot_be(values, context, model=ReproductiveStatus, days=RULES),
        *_test(values),
        *_sex(values, context),
    ]


def _test(values: Values) -> list[Objection]:
    pregnancy = values.get("pregnancy")
    is_contradicted = pregnancy is not None and pregnancy != Occurrence.CURRENT
    if values.get("pregnancy_test") != PregnancyTest.POSITIVE or not is_contradicted:
        return []
    message = _("The pregnancy test is positive, but no current pregnancy is recorded.")
    return [Objection("positive_test_without_pregnancy", Severity.SOFT, message, ("pregnancy_test", "pregnancy"))]


def _sex(values: Values, context: FormContext) -> list[Objection]:
    found = {
        "pregnancy": values.get("pregnancy") in EVER,
        "lactation": values.get("lactation") in EVER,
        "pregnancy_test": values.get("pregnancy_test") == PregnancyTest.POSITIVE,
        "plans_pregnancy": values.get("plans_pregnancy") == YesNo.YES,
    }
    items = tuple(name for name, is_so in found.items() if is_so)
    if context.here.get("sex") != Sex.MALE or not items:
        return []
    message = _("The demographics of this visit say that the subject is male.")
    return [Objection("answers_of_a_woman", Severity.SOFT, message, items)]


def _day(name: str, hint: str | Promise = "") -> Item:
    # Criteria count from these days, so an answer that calls for one is not complete without it.
    return Item(name, hint=hint, may_be_missing=False, shown_if=RULES[name].is_due)


LATEST_DAY = _("If the day is not known, enter the latest that it can have been.")

SPEC = CrfSpec(
    code="reproductive_status",
    domain="RP",
    title=_("Pregnancy and breast-feeding"),
    model=ReproductiveStatus,
    groups=(
        ItemGroup(
            title=_("Pregnancy"),
            hint=_("For women only. For a man, mark this form as not done and give “male” as the reason."),
            items=(
                Item("pregnancy"),
                _day("pregnancy_ended_on", LATEST_DAY),
                Item("pregnancy_test"),
                _day("pregnancy_test_on"),
                Item("plans_pregnancy"),
            ),
        ),
        ItemGroup(
            title=_("Breast-feeding"),
            items=(Item("lactation"), _day("lactation_ended_on", LATEST_DAY)),
        ),
    ),
    check=check,
    publishes=(
        Publication(Fact("pregnancy", FactKind.TEXT), "pregnancy"),
        Publication(Fact("pregnancy_ended_on", FactKind.DAY), "pregnancy_ended_on"),
        Publication(Fact("lactation", FactKind.TEXT), "lactation"),
        Publication(Fact("lactation_ended_on", FactKind.DAY), "lactation_ended_on"),
        Publication(Fact("pregnancy_test", FactKind.TEXT), "pregnancy_test"),
        Publication(Fact("pregnancy_test_on", FactKind.DAY), "pregnancy_test_on"),
        Publication(Fact("plans_pregnancy", FactKind.YES_NO), "plans_pregnancy"),
    ),
)
