"""Writing the lines of repeating groups."""

from collections.abc import Mapping
from typing import Any

from assessments.form_data import FormData, RowData
from assessments.form_specs import ROW_KEY, CrfSpec, RowGroup


def store_rows(
    spec: CrfSpec,
    form: FormData,
    stored: Mapping[str, list[RowData]],
    values: Mapping[str, Any],
    derived: Mapping[str, Any],
) -> None:
    """Make the lines of the form, of which these are stored, exactly those of `values`; at most three statements a
    group, whatever the number of lines.

    The caller holds the transaction and signs for the writes.
    """
    for group in spec.row_groups:
        _store_group(group, form, stored[group.name], values.get(group.name) or (), derived)


def _store_group(group: RowGroup, form: FormData, stored: list[RowData], rows: Any, derived: Mapping[str, Any]) -> None:
    model: Any = group.model
    left = {row.row_key: row for row in stored}
    new, changed = [], []
    for position, values in enumerate(rows):
        key = values[ROW_KEY]
        facts = {"position": position, **_facts(group, key, values, derived)}
        row = left.pop(key, None)
        if row is None:
            new.append(model(form=form, row_key=key, **facts))
        elif any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            changed.append(row)
    names = ["position", *(item.name for item in group.items), *(value.name for value in group.derived)]
    if left:
        model._default_manager.filter(pk__in=[row.pk for row in left.values()]).delete()
    if changed:
        model._default_manager.bulk_update(changed, names)
    if new:
        model._default_manager.bulk_create(new)


def _facts(group: RowGroup, key: str, values: Mapping[str, Any], derived: Mapping[str, Any]) -> dict[str, Any]:
    typed = {item.name: values.get(item.name) for item in group.items}
    worked_out = {value.name: derived.get(group.address(key, value.name)) for value in group.derived}
    return {name: storable(group.column(name), value) for name, value in {**typed, **worked_out}.items()}


def storable(column: Any, value: Any) -> Any:
    """None becomes the empty text in columns that hold text."""
    return "" if value is None and not column.null else value
