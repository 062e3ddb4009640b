"""The data files of repeating groups: one row a line of a form."""

from dataclasses import replace

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from assessments.form_data import MissingReason, RowData
from assessments.form_specs import NOBODY, CrfSpec, Item, RowGroup
from exports.columns import Column, Kind, of_field, reference
from exports.table import Table, by_subject, columns_of, field_of, keys, rows_of, visit_code
from patients.models import Visit


def lines_of(spec: CrfSpec, group: RowGroup) -> Table:
    """Every line of the group; visit and repeat lead to the row of its form."""
    return Table(
        name=f"form_{spec.code}_{group.name}",
        title=format_lazy(
            _("One row per line of “{group}” in form “{title}”, drafts included"), group=group.title, title=spec.title
        ),
        source=rows_of(
            "line",
            group.model,
            ("form", spec.model, "line", "form_id"),
            ("visit", Visit, "form", "visit_id"),
            subject_in="visit",
        ),
        columns=(
            *keys(),
            visit_code(),
            of_field("form", field_of(spec.model, "repeat_key"), name="repeat"),
            _line(spec, group),
            *columns_of("line", group.model, "position"),
            *(_item(group, item) for item in group.items),
            *(
                of_field("line", group.column(value.name), cdash=value.cdash, unit=value.unit, derived=True)
                for value in group.derived
            ),
            *_unit(spec, group),
            *(_why_missing(group, item) for item in group.items),
        ),
        order=by_subject(
            reference("visit", "position"),
            reference("visit", "id"),
            reference("form", "repeat_key"),
            reference("line", "position"),
            reference("line", "row_key"),
        ),
    )


def _keys(spec: CrfSpec, group: RowGroup) -> tuple[str, ...]:
    """All the lines that the form may bring along, whatever a protocol chooses."""
    return group.keys_brought(replace(NOBODY, panels={spec.code: spec.panel}))


def _line(spec: CrfSpec, group: RowGroup) -> Column:
    """The key of the line; the dictionary says what all the lines are called that the form may bring along."""
    return Column(
        name="line",
        expression=reference("line", "row_key"),
        label=field_of(RowData, "row_key").verbose_name,
        kind=Kind.TEXT,
        codes=tuple((key, group.label(key)) for key in _keys(spec, group)),
        required=True,
    )


def _unit(spec: CrfSpec, group: RowGroup) -> tuple[Column, ...]:
    """The unit of worked-out values, where it differs from line to line."""
    unit_of = next((value.unit_of for value in group.derived if value.unit_of is not None), None)
    if unit_of is None:
        return ()
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(key), sql.Literal(str(unit_of(key))))
        for key in _keys(spec, group)
    ]
    return (
        Column(
            name="standard_unit",
            expression=sql.SQL("CASE {} {} ELSE '' END").format(reference("line", "row_key"), sql.SQL(" ").join(cases)),
            label=_("standard unit, that of the worked-out values"),
            kind=Kind.TEXT,
            cdash="LBSTRESU",
            derived=True,
        ),
    )


def _item(group: RowGroup, item: Item) -> Column:
    return of_field("line", group.column(item.name), cdash=item.cdash, unit=item.unit, required=item.is_always_required)


def _why_missing(group: RowGroup, item: Item) -> Column:
    # Reasons stand in the form, by the address of the item in its line.
    address = sql.SQL("{} || {} || {}").format(
        sql.Literal(f"{group.name}-"), reference("line", "row_key"), sql.Literal(f"-{item.name}")
    )
    return Column(
        name=f"{item.name}_missing",
        expression=sql.SQL("{} ->> ({})").format(reference("form", "missing"), address),
        label=format_lazy(_("{item}: why there is no value"), item=group.column(item.name).verbose_name),
        kind=Kind.TEXT,
        codes=tuple(MissingReason.choices),
    )
