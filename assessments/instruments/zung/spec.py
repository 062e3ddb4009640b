"""The declaration that both self-rating scales share."""

from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Derived, FormContext, Item, ItemGroup, Publication, Values
from assessments.instruments.zung.model import ZungAnswers
from clinical.scoring.zung import ITEMS, ZungScale, index_score, level, raw_score
from protocols.catalogue import Fact, FactKind

GROUP_SIZE = 5


def zung_spec(*, code: str, title: Promise, model: type[ZungAnswers], scale: ZungScale, test_code: str) -> CrfSpec:
    """The form of one scale; `test_code` begins the sponsor-defined names of its items (CDISC has none for Zung)."""

    def derive(values: Values, _context: FormContext) -> dict[str, Any]:
        """Raw score, index and severity once all twenty answers are there."""
        raw = raw_score(scale, {item: values.get(_name(item)) for item in ITEMS})
        if raw is None:
            return {"raw_score": None, "index_score": None, "level": None}
        index = index_score(raw)
        return {"raw_score": raw, "index_score": index, "level": level(scale, index).value}

    return CrfSpec(
        code=code,
        domain="QS",
        title=title,
        model=model,
        groups=tuple(_group(first, test_code) for first in ITEMS[::GROUP_SIZE]),
        derived=(
            Derived("raw_score"),
            Derived("index_score", is_headline=True),
            Derived("level", is_headline=True),
        ),
        derive=derive,
        publishes=(Publication(Fact(f"{code}_index", FactKind.NUMBER), "index_score"),),
    )


def _name(item: int) -> str:
    return f"item_{item:02d}"


def _group(first: int, test_code: str) -> ItemGroup:
    last = first + GROUP_SIZE - 1
    hint = _(
        "Enter how often, as the subject ticked it: 1 for the rarest, 4 for the most frequent. Where the paper prints "
        "the points as 4 3 2 1, still enter how often; the score turns these items round by itself."
    )
    return ItemGroup(
        title=format_lazy(_("Items {first} to {last}"), first=first, last=last),
        items=tuple(Item(_name(item), cdash=f"{test_code}{item:02d}") for item in range(first, last + 1)),
        hint=hint if first == ITEMS[0] else "",
        in_rows=True,
    )
