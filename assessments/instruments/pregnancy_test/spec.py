"""The pregnancy test of a visit, for subjects who can become pregnant."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.day_checks import days_that_cannot_be
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Severity, Values
from assessments.instruments.demographics.model import Sex
from assessments.instruments.pregnancy_test.model import NoTestReason, PregnancyResult, PregnancyTest
from protocols.catalogue import Fact, FactKind

OLDEST_TEST_DAYS = 7
"""A test further back than this, counted to the visit, is asked about (default)."""


def check(values: Values, context: FormContext) -> list[Objection]:
    """A day that can be and is near the visit; answers that agree with the sex; a positive result is asked about."""
    return [
        *days_that_cannot_be(values, context, model=PregnancyTest, days=("tested_on",)),
        *_age_of_test(values, context),
        *_sex(values, context),
        *_result(values),
    ]


def prefill(context: FormContext) -> dict[str, Any]:
    """A man needs no test."""
    return {"is_applicable": YesNo.NO, "no_test_reason": NoTestReason.MALE} if _sex_of(context) == Sex.MALE else {}


def _sex_of(context: FormContext) -> Any:
    return context.here.get("sex", context.baseline.get("sex"))


def _age_of_test(values: Values, context: FormContext) -> list[Objection]:
    day = values.get("tested_on")
    if day is None or day >= context.visit_on - timedelta(days=OLDEST_TEST_DAYS):
        return []
    message = _("The test is more than %(days)s days older than the visit.") % {"days": OLDEST_TEST_DAYS}
    return [Objection("pregnancy_test_old", Severity.SOFT, message, ("tested_on",))]


def _sex(values: Values, context: FormContext) -> list[Objection]:
    sex, is_man = _sex_of(context), values.get("no_test_reason") == NoTestReason.MALE
    if sex == Sex.MALE and values.get("is_applicable") == YesNo.YES:
        message = _("The demographics say that the subject is male.")
        return [Objection("test_of_a_man", Severity.SOFT, message, ("is_applicable",))]
    if sex == Sex.FEMALE and is_man:
        message = _("The demographics say that the subject is female.")
        return [Objection("no_test_of_a_woman", Severity.SOFT, message, ("no_test_reason",))]
    return []


def _result(values: Values) -> list[Objection]:
    if values.get("result") != PregnancyResult.POSITIVE:
        return []
    message = _("The test is positive. Is treatment withheld, and is the pregnancy reported?")
    return [Objection("pregnancy_test_positive", Severity.SOFT, message, ("result",))]


def _is_applicable(values: Values) -> bool:
    return values.get("is_applicable") == YesNo.YES


SPEC = CrfSpec(
    code="pregnancy_test",
    domain="LB",
    title=_("Pregnancy test"),
    model=PregnancyTest,
    groups=(
        ItemGroup(
            title=_("Need for a test"),
            items=(
                Item("is_applicable", may_be_missing=False),
                Item(
                    "no_test_reason",
                    may_be_missing=False,
                    shown_if=lambda values: values.get("is_applicable") == YesNo.NO,
                ),
            ),
        ),
        ItemGroup(
            title=_("Test"),
            hint=_("Before the treatment of this visit."),
            items=(
                Item("specimen", cdash="LBSPEC", shown_if=_is_applicable),
                Item("tested_on", cdash="LBDAT", shown_if=_is_applicable),
                Item("result", cdash="HCG", shown_if=_is_applicable),
            ),
        ),
    ),
    check=check,
    prefill=prefill,
    publishes=(
        Publication(Fact("pregnancy_test_applies", FactKind.YES_NO), "is_applicable"),
        Publication(Fact("pregnancy_test_result", FactKind.TEXT), "result"),
        Publication(Fact("pregnancy_tested_on", FactKind.DAY), "tested_on"),
    ),
)
