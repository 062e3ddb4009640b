"""The pruritus scale: one mark, read in millimetres."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, Publication, Values
from assessments.instruments.pruritus_vas.model import PruritusVas
from protocols.catalogue import Fact, FactKind


def derive(values: Values, _context: FormContext) -> dict[str, Decimal | None]:
    """Centimetres, as the scale is reported."""
    mark = values.get("mark_mm")
    return {"score_cm": None if mark is None else Decimal(mark) / 10}


SPEC = CrfSpec(
    code="pruritus_vas",
    domain="QS",
    title=_("Pruritus (VAS)"),
    model=PruritusVas,
    groups=(
        ItemGroup(
            title=_("Itch"),
            items=(
                Item("mark_mm", unit="mm", hint=_("Measured from the left end of the line, 0 to 100."), line_mm=100),
            ),
        ),
    ),
    derived=(Derived("score_cm", unit="cm", is_headline=True),),
    derive=derive,
    publishes=(Publication(Fact("pruritus_vas", FactKind.NUMBER, "cm"), "score_cm"),),
)
