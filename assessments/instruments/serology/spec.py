"""Serology of infections that trials exclude."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.day_checks import days_that_cannot_be
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Severity, Values
from assessments.instruments.serology.model import Serology, SerologyResult
from protocols.catalogue import Fact, FactKind

TESTS = {
    "hbsag": "hbsag_result",
    "anti_hbc": "anti_hbc_result",
    "anti_hcv": "anti_hcv_result",
    "anti_hiv": "anti_hiv_result",
    "syphilis": "syphilis_result",
}
"""Each test by item, with the fact that it publishes: the result as text."""


def check(values: Values, context: FormContext) -> list[Objection]:
    """The sample was not taken after the visit; a positive result is asked about, as it may exclude the subject."""
    found = days_that_cannot_be(values, context, model=Serology, days=("sampled_on",))
    message: Any
    for name in TESTS:
        if values.get(name) == SerologyResult.POSITIVE:
            message = _("%(what)s is positive. Has it been confirmed on the report?") % {
                "what": capfirst(SPEC.label(name))
            }
            found.append(Objection(f"{name}_positive", Severity.SOFT, message, (name,)))
    return found


SPEC = CrfSpec(
    code="serology",
    domain="LB",
    title=_("Infection serology"),
    model=Serology,
    groups=(
        ItemGroup(
            title=_("Sample"),
            items=(Item("sampled_on", cdash="LBDAT", hint=_("The day of blood sampling, not of the report.")),),
        ),
        ItemGroup(
            title=_("Results"),
            items=(
                Item("hbsag"),
                Item("anti_hbc"),
                Item("anti_hcv"),
                Item("anti_hiv"),
                Item("syphilis", required=False, hint=_("If the site tests for it.")),
            ),
        ),
    ),
    check=check,
    collected_on=lambda values: values.get("sampled_on"),
    publishes=tuple(Publication(Fact(fact, FactKind.TEXT), name) for name, fact in TESTS.items()),
)
