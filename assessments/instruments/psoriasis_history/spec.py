"""The history of the psoriasis."""

from django.utils.translation import gettext_lazy as _

from assessments.day_checks import days_that_cannot_be
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Values
from assessments.instruments.psoriasis_history.model import PsoriasisHistory, PsoriasisType
from protocols.catalogue import Fact, FactKind


def check(values: Values, context: FormContext) -> list[Objection]:
    """The diagnosis was made within the subject's life and not after the visit."""
    return days_that_cannot_be(values, context, model=PsoriasisHistory, days=("psoriasis_diagnosed_on",))


SPEC = CrfSpec(
    code="psoriasis_history",
    domain="MH",
    title=_("History of psoriasis"),
    model=PsoriasisHistory,
    groups=(
        ItemGroup(
            title=_("Psoriasis"),
            items=(
                Item("psoriasis_type", hint=_("The leading form.")),
                Item("other_type", shown_if=lambda values: values.get("psoriasis_type") == PsoriasisType.OTHER),
                Item(
                    "psoriasis_diagnosed_on",
                    cdash="MHSTDAT",
                    hint=_("If the day is not known, enter the latest that it can have been."),
                ),
                Item("is_face_only"),
                Item(
                    "is_drug_induced",
                    hint=_("Began or became worse under a drug, for example a beta blocker or lithium."),
                ),
            ),
        ),
    ),
    check=check,
    publishes=(
        Publication(Fact("psoriasis_type", FactKind.TEXT), "psoriasis_type"),
        Publication(Fact("psoriasis_diagnosed_on", FactKind.DAY), "psoriasis_diagnosed_on"),
        Publication(Fact("psoriasis_face_only", FactKind.YES_NO), "is_face_only"),
        Publication(Fact("psoriasis_drug_induced", FactKind.YES_NO), "is_drug_induced"),
    ),
)
