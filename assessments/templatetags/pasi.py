"""What the PASI page shows besides its fields: rows of the grid, and the figure of the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.functional import Promise

from assessments.form_engine import EntryForm
from assessments.form_specs import ItemGroup
from assessments.instruments.pasi.model import AreaScore
from assessments.instruments.pasi.regions import COLUMNS, REGION_HINTS, REGION_TITLES, areas_of
from clinical.body_regions import BodyRegion

register = template.Library()


@dataclass(frozen=True)
class GridRow:
    """One region of the grid with the fields of its signs and its area, in the order of the columns."""

    region: str
    title: str | Promise
    hint: str | Promise
    fields: tuple[Any, ...]


@register.filter
def pasi_rows(form: EntryForm) -> list[GridRow]:
    """The rows of the grid."""
    return [
        GridRow(
            region.value,
            REGION_TITLES[region],
            REGION_HINTS[region],
            tuple(form[f"{region}_{column}"] for column in COLUMNS),
        )
        for region in BodyRegion
    ]


@register.filter
def items_besides_grid(form: EntryForm) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    """(group, [(item, field)]) of what a PASI may have besides its scores; nothing of it is required."""
    groups = [group for group in form.spec.groups if isinstance(group, ItemGroup) and not group.in_grid]
    return [(group, [(item, form[item.name]) for item in group.items]) for group in groups]


@register.filter
def has_any(groups: list[tuple[Any, list[tuple[Any, Any]]]]) -> bool:
    """Whether any field of these groups has a value or an error, so that it must not be folded away."""
    return any(field.value() not in (None, "") or field.errors for _group, fields in groups for _item, field in fields)


@dataclass(frozen=True)
class Shown:
    """One region in the figure. `score` is the area score, None while there is none; `part` is what the region adds to
    the PASI, `target` the id of its first answer."""

    region: str
    title: str | Promise
    score: int | None
    area: str
    part: Decimal | None
    target: str

    @property
    def shade(self) -> str:
        """The step of the shade: the score, or "none" while there is none."""
        return "none" if self.score is None else str(self.score)


@register.filter
def body_map(form: EntryForm) -> dict[str, Shown]:
    """The regions of the figure by their names, as they are typed, or stored while nothing is."""
    stored = {item.name: getattr(form.instance, item.name) for item in form.spec.items}
    values = form.values() if form.is_bound else stored
    areas, parts = areas_of(values), form.spec.derive(values, form.context)
    return {region.value: _shown(region, areas, parts) for region in BodyRegion}


def _shown(region: BodyRegion, areas: Mapping[BodyRegion, int], parts: Mapping[str, Any]) -> Shown:
    score = areas.get(region)
    return Shown(
        region.value,
        REGION_TITLES[region],
        score,
        "" if score is None else str(AreaScore(score).label),
        parts[f"{region}_score"],
        f"id_{region}_{COLUMNS[0]}_0",
    )
