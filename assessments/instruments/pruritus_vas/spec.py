"""The pruritus scale: one mark, read in millimetres."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, Publication, Values
from assessments.instruments.pruritus_vas.model import PruritusVas
from clinical.scoring.pruritus import score_cm, severity_of
from protocols.catalogue import Fact, FactKind


def derive(values: Values, _context: FormContext) -> dict[str, Any]:
    """Centimetres, as the scale is reported, and what they mean."""
    mark = values.get("mark_mm")
    if mark is None:
        return {"score_cm": None, "severity": None}
    score = score_cm(mark)
    return {"score_cm": score, "severity": severity_of(score).value}


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
                Item("method", hint=_("A mark on paper is measured; on the screen it is read off by itself.")),
            ),
        ),
    ),
    derived=(Derived("score_cm", unit="cm", is_headline=True), Derived("severity", is_headline=True)),
    derive=derive,
    publishes=(Publication(Fact("pruritus_vas", FactKind.NUMBER, "cm"), "score_cm"),),
    entry_template="assessments/vas_items.html",
)
