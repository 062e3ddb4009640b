"""What the values of a form mean under its spec: which items are asked, what is missing, what is worked out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import (
    ROW_KEY,
    CrfSpec,
    FormContext,
    Item,
    Objection,
    RowGroup,
    Severity,
    Values,
    is_empty,
)

ASSESSED_ON = "assessed_on"
"""The address of the day of assessment, which every form has."""


def places(spec: CrfSpec, values: Values) -> Iterator[tuple[str, Item, Values, bool]]:
    """(address, item, values of the form or of the line, whether it is asked) of every item and every line."""
    for item in spec.items:
        yield item.name, item, values, item.is_asked(values)
    for group in spec.row_groups:
        group_is_asked = group.is_asked(values)
        for row in values.get(group.name) or ():
            for item in group.items:
                yield group.address(row[ROW_KEY], item.name), item, row, group_is_asked and item.is_asked(row)


def not_asked(spec: CrfSpec, values: Values) -> frozenset[str]:
    """Addresses of the items that a form with these values does not ask for."""
    return frozenset(address for address, _item, _where, is_asked in places(spec, values) if not is_asked)


def kept_unasked(spec: CrfSpec, values: Values) -> list[str]:
    """Addresses of items that have a value although they are not asked: typed before another answer changed."""
    return [
        address
        for address, item, where, is_asked in places(spec, values)
        if not is_asked and not is_empty(where.get(item.name))
    ]


def missing_items(spec: CrfSpec, values: Values, reasons: Mapping[str, str]) -> list[str]:
    """Addresses of required items that have neither a value nor a coded reason why not."""
    return [
        address
        for address, item, where, is_asked in places(spec, values)
        if is_asked
        and item.is_required(where)
        and is_empty(where.get(item.name))
        and not (item.may_be_missing and reasons.get(address))
    ]


def with_worked_lines(spec: CrfSpec, values: Values, context: FormContext) -> dict[str, Any]:
    """The values with what is derived from each line put into it, as `is_asked` of its items wants them."""
    found = dict(values)
    for group in spec.row_groups:
        if group.derived and group.name in values:
            rows = values[group.name] or ()
            found[group.name] = tuple({**row, **group.derive(row, values, context)} for row in rows)
    return found


def worked_on(spec: CrfSpec, values: Values, context: FormContext) -> dict[str, Any]:
    """The values that rules see: what is not asked is empty, and each line has its derived values."""
    values = with_worked_lines(spec, values, context)
    seen = {item.name: values.get(item.name) if item.is_asked(values) else None for item in spec.items}
    for group in spec.row_groups:
        rows = values.get(group.name) or () if group.is_asked(values) else ()
        seen[group.name] = tuple(_worked_row(group, row, seen, context) for row in rows)
    return seen


def _worked_row(group: RowGroup, row: Values, values: Values, context: FormContext) -> dict[str, Any]:
    seen = {item.name: row.get(item.name) if item.is_asked(row) else None for item in group.items}
    seen[ROW_KEY] = row[ROW_KEY]
    return {**seen, **group.derive(seen, values, context)}


def derived_values(spec: CrfSpec, values: Values, context: FormContext) -> dict[str, Any]:
    """Every derived value of the form and of its lines, by address."""
    seen = worked_on(spec, values, context)
    found = dict(spec.derive(seen, context))
    for group in spec.row_groups:
        for row in seen[group.name]:
            found |= {group.address(row[ROW_KEY], derived.name): row[derived.name] for derived in group.derived}
    return found


def objections(spec: CrfSpec, values: Values, context: FormContext) -> list[Objection]:
    """What the edit checks have against the values, and values that are kept though not asked."""
    values = with_worked_lines(spec, values, context)
    return [*spec.check(worked_on(spec, values, context), context), *_objections_to_unasked(spec, values)]


def hard(found: list[Objection]) -> list[Objection]:
    """The objections that refuse."""
    return [objection for objection in found if objection.severity == Severity.HARD]


def unexplained(found: list[Objection], confirmed: Mapping[str, str]) -> list[Objection]:
    """The soft objections that nobody has explained yet."""
    return [o for o in found if o.severity == Severity.SOFT and not confirmed.get(o.code, "").strip()]


def _unasked_objection(code: str, label: str, addresses: tuple[str, ...]) -> Objection:
    message = _("%(item)s: there is an answer, but it is not asked for any more. It is kept, and used for nothing.")
    return Objection(f"{code}_not_asked", Severity.SOFT, message % {"item": capfirst(label)}, addresses)


def _objections_to_unasked(spec: CrfSpec, values: Values) -> Iterator[Objection]:
    """One objection for each kept item; one for all lines of a repeating group that is not asked as a whole."""
    lines: dict[str, list[str]] = {}
    for address in kept_unasked(spec, values):
        group = spec.split(address)[0]
        if group is not None and not group.is_asked(values):
            lines.setdefault(group.name, []).append(address)
        else:
            yield _unasked_objection(address, spec.label(address), (address,))
    for name, addresses in lines.items():
        yield _unasked_objection(name, str(spec.rows(name).title), tuple(addresses))


def stored_values(spec: CrfSpec, form: Any, rows: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored, as the rules of a spec read it; `rows` are the stored lines by repeating group, which know what
    was derived from them."""
    values = {item.name: _none_if_empty(getattr(form, item.name)) for item in spec.items}
    for group in spec.row_groups:
        names = [*(item.name for item in group.items), *(derived.name for derived in group.derived)]
        values[group.name] = tuple(
            {ROW_KEY: row.row_key, **{name: _none_if_empty(getattr(row, name)) for name in names}}
            for row in rows.get(group.name, ())
        )
    return values


@dataclass(frozen=True)
class Version:
    """What one version of a form says: values of items and lines, coded reasons by address, day of assessment."""

    values: Values
    missing: Mapping[str, str]
    assessed_on: date | None

    def said_at(self, spec: CrfSpec, address: str) -> tuple[Any, str]:
        """The value at an address, and where there is none the coded reason why."""
        if address == ASSESSED_ON:
            return self.assessed_on, ""
        value = _none_if_empty(value_at(spec, self.values, address))
        return value, "" if value is not None else self.missing.get(address, "")


def changed_addresses(spec: CrfSpec, before: Version, after: Version) -> list[str]:
    """Every address, lines included and the day of assessment first, at which two versions say different things."""
    everywhere = dict.fromkeys(address for one in (before, after) for address, *_rest in places(spec, one.values))
    return [
        address
        for address in (ASSESSED_ON, *everywhere)
        if before.said_at(spec, address) != after.said_at(spec, address)
    ]


def _none_if_empty(value: Any) -> Any:
    return None if is_empty(value) else value


def value_at(spec: CrfSpec, values: Values, address: str) -> Any:
    """The value at an address; None where there is none."""
    group, key, name = spec.split(address)
    if group is None:
        return values.get(name)
    return next((row.get(name) for row in values.get(group.name) or () if row[ROW_KEY] == key), None)
