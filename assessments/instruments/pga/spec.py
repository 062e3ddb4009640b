"""The physician's global assessment: one level, and the three signs it sums up."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from assessments.form_specs import (
    Answers,
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
from assessments.instruments.pga.model import LEVELS, Pga
from clinical.scoring.pga import SIX_LEVELS, GlobalSigns, is_on_scale, mean_level
from protocols.catalogue import Fact, FactKind

SIGNS = ("infiltration", "erythema", "scaling")


def answers(name: str, source: FormContext | FormData) -> Answers | None:
    """The levels of the protocol's scale while a form is entered, those of the stored scale when it is read."""
    if name != "static_pga":
        return None
    levels = source.pga_levels if isinstance(source, FormContext) else getattr(source, "scale", None)
    return LEVELS[levels or SIX_LEVELS]


def derive(values: Values, context: FormContext) -> dict[str, Any]:
    """The scale that the level belongs to."""
    return {"scale": None if values.get("static_pga") is None else context.pga_levels}


def check(values: Values, context: FormContext) -> list[Objection]:
    """A level is one of the protocol's scale; on six levels it should be the one that the three signs mean."""
    level, levels = values.get("static_pga"), context.pga_levels
    message: Any
    if level is None:
        return []
    if not is_on_scale(level, levels=levels):
        message = _("The scale of this protocol ends at %(highest)s.") % {"highest": levels - 1}
        return [Objection("level_not_on_scale", Severity.HARD, message, ("static_pga",))]
    signs = {name: values.get(name) for name in SIGNS}
    if levels != SIX_LEVELS or None in signs.values():
        return []
    mean = mean_level(GlobalSigns(**signs))  # type: ignore[arg-type]
    if mean == level:
        return []
    message = _("The mean of the three signs says level %(mean)s, but %(level)s is chosen.")
    words = {"mean": mean, "level": level}
    return [Objection("level_is_not_the_mean", Severity.SOFT, message % words, ("static_pga", *SIGNS))]


SPEC = CrfSpec(
    code="pga",
    domain="RS",
    title=_("Physician's global assessment (sPGA)"),
    model=Pga,
    groups=(
        ItemGroup(
            title=_("Global assessment"),
            items=(
                Item("static_pga", hint=_("Infiltration, redness and scaling of all lesions together, as of today.")),
            ),
        ),
        ItemGroup(
            title=_("The three signs over all lesions"),
            items=tuple(Item(name, required=False) for name in SIGNS),
            hint=_("Optional: with all three, their mean is compared with the level."),
        ),
    ),
    derived=(Derived("scale"),),
    derive=derive,
    check=check,
    answers=answers,
    publishes=(Publication(Fact("spga", FactKind.NUMBER), "static_pga"),),
    entry_template="assessments/pga_items.html",
)
