"""The DLQI form: ten items under six headings."""

from enum import StrEnum
from typing import Any, TypeVar

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
from assessments.instruments.dlqi.model import Dlqi
from clinical.scoring.dlqi import (
    DEGREE_ITEMS,
    SECTION_ITEMS,
    WORK_ITEM,
    Answers,
    Degree,
    KeptFromWork,
    Section,
    dlqi_total,
    effect_of,
    item_scores,
    section_scores,
)
from protocols.catalogue import Fact, FactKind

Code = TypeVar("Code", bound=StrEnum)
TITLES = {
    Section.SYMPTOMS: _("Symptoms and feelings"),
    Section.DAILY: _("Daily activities"),
    Section.LEISURE: _("Leisure"),
    Section.WORK: _("Work and school"),
    Section.RELATIONSHIPS: _("Personal relationships"),
    Section.TREATMENT: _("Treatment"),
}


def answers_of(values: Values) -> Answers:
    """The coded values as answers."""
    return Answers(
        degrees={item: _coded(Degree, values.get(_name(item))) for item in DEGREE_ITEMS},
        kept_from_work=_coded(KeptFromWork, values.get("item_07")),
        trouble_at_work=_coded(Degree, values.get("item_07a")),
    )


def derive(values: Values, _context: FormContext) -> dict[str, Any]:
    """Scores of the complete sections; total and effect with at most one item unanswered."""
    scores = item_scores(answers_of(values))
    total = dlqi_total(scores)
    return {
        **{f"{section}_score": score for section, score in section_scores(scores).items()},
        "total": total,
        "effect": None if total is None else effect_of(total).value,
    }


def check(values: Values, _context: FormContext) -> list[Objection]:
    """Items 7 and 7a that do not go together are asked about: they may stand so on paper, or be a slip."""
    kept, trouble = values.get("item_07"), values.get("item_07a")
    message: Any
    if kept == KeptFromWork.NO and not trouble:
        code, message = "work_trouble_not_answered", _("Item 7 is no, and 7a has no answer; it counts as 0.")
    elif kept == KeptFromWork.NOT_RELEVANT and trouble:
        code, message = "work_not_relevant_but_trouble", _("Item 7 is not relevant, yet 7a is answered; 7a counts.")
    elif not kept and trouble:
        code, message = "work_not_answered", _("7a is answered without item 7; item 7 counts as not answered.")
    else:
        return []
    return [Objection(code, Severity.SOFT, message, ("item_07a", "item_07"))]


def _coded(codes: type[Code], value: Any) -> Code | None:
    return codes(value) if value else None


def _name(item: int) -> str:
    return f"item_{item:02d}"


def _items(section: Section) -> tuple[Item, ...]:
    items = tuple(Item(_name(item), cdash=f"DLQI1{item:02d}") for item in SECTION_ITEMS[section])
    if WORK_ITEM not in SECTION_ITEMS[section]:
        return items
    branch = Item(
        "item_07a",
        cdash="DLQI107A",
        hint=_("Only where item 7 is no."),
        required=False,
        shown_if=lambda values: bool(values.get("item_07") != KeptFromWork.YES),
    )
    return (*items, branch)


SPEC = CrfSpec(
    code="dlqi",
    domain="QS",
    title=_("Dermatology Life Quality Index (DLQI)"),
    model=Dlqi,
    groups=(
        *(ItemGroup(TITLES[section], _items(section)) for section in Section),
        ItemGroup(
            title=_("Paper form"),
            items=(
                Item(
                    "has_unclear_marks",
                    hint=_("Of several boxes ticked the highest counts, of a mark between two boxes the lower."),
                    required=False,
                ),
            ),
        ),
    ),
    derived=(
        *(Derived(f"{section}_score") for section in Section),
        Derived("total", cdash="DLQI111", is_headline=True),
        Derived("effect", is_headline=True),
    ),
    derive=derive,
    check=check,
    publishes=(Publication(Fact("dlqi_total", FactKind.NUMBER), "total"),),
)
