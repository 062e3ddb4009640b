"""The demographics form."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import (
    CrfSpec,
    Derived,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    Publication,
    Severity,
    Values,
)
from assessments.instruments.demographics.model import Demographics, Race
from clinical.ages import age_on
from protocols.catalogue import Fact, FactKind

OLDEST_YEARS = 120


def derive(values: Values, context: FormContext) -> dict[str, Any]:
    """Age in completed years on the day of consent."""
    birth_date = values.get("birth_date")
    if birth_date is None or check(values, context):
        return {"age_years": None}
    return {"age_years": age_on(birth_date=birth_date, on=context.consent_on)}


def check(values: Values, context: FormContext) -> list[Objection]:
    """A birth after consent, or more than 120 years before it, is impossible (default limit)."""
    birth_date = values.get("birth_date")
    if birth_date is None:
        return []
    if birth_date > context.consent_on:
        message = _("The date of birth is after the consent of %(day)s.") % {"day": context.consent_on}
    elif age_on(birth_date=birth_date, on=context.consent_on) > OLDEST_YEARS:
        message = _("The date of birth makes the subject older than %(years)s years.") % {"years": OLDEST_YEARS}
    else:
        return []
    return [Objection("birth_date_impossible", Severity.HARD, message, ("birth_date",))]


SPEC = CrfSpec(
    code="demographics",
    domain="DM",
    title=_("Demographics"),
    model=Demographics,
    groups=(
        ItemGroup(
            title=_("Person"),
            items=(
                Item("birth_date", cdash="BRTHDAT", hint=_("As on the identity document, for example 1979-04-30.")),
                Item("sex", cdash="SEX"),
                Item("race", cdash="RACE"),
                Item("other_race", required=False, shown_if=lambda values: values.get("race") == Race.OTHER),
            ),
        ),
    ),
    derived=(Derived("age_years", cdash="AGE", unit=_("years"), is_headline=True),),
    derive=derive,
    check=check,
    publishes=(
        Publication(Fact("age_years", FactKind.NUMBER, "years"), "age_years"),
        Publication(Fact("sex", FactKind.TEXT), "sex"),
    ),
)
