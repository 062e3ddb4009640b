"""Two versions of a form side by side: what is stored now, and what somebody typed on an earlier page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.form_engine import MISSING_PREFIX, Difference, EntryForm
from assessments.form_specs import CrfSpec
from assessments.form_values import Version

CHOOSE_PREFIX = "choose__"
"""An item, by its address, and which of the two versions stays."""
STORED = "stored"
SHOWN_PREFIX = "shown__"
"""An item, by its address, and what its field held when the choice was offered: what is typed after that counts."""


@dataclass(frozen=True)
class Choice:
    """One item with both versions; `keeps_stored` proposes the stored one: only the other person has changed it.

    `shown` is what the field of the item holds on this page.
    """

    difference: Difference
    keeps_stored: bool
    shown: str


def choices(
    spec: CrfSpec, differences: list[Difference], data: Any, *, opened: Version | None, typed: Version
) -> list[Choice]:
    """What is proposed for each difference; `opened` is the version that was typed on, None where nobody knows it, and
    `data` is what the page sent."""
    return [
        Choice(
            one,
            opened is not None and opened.said_at(spec, one.address) == typed.said_at(spec, one.address),
            _held(data, one.address),
        )
        for one in differences
    ]


def _held(data: Any, address: str) -> str:
    return " ".join(f"{data.get(address, '')} {data.get(_missing_field(address), '')}".split())


def chosen(spec: CrfSpec, data: Any, stored: EntryForm) -> Any:
    """What was sent, with the stored value wherever that one was chosen; `stored` is the form as it is stored."""
    names = [name.removeprefix(CHOOSE_PREFIX) for name in data if name.startswith(CHOOSE_PREFIX)]
    kept = [address for address in names if data[CHOOSE_PREFIX + address] == STORED and not _typed_since(data, address)]
    if not kept:
        return data
    data, shown = data.copy(), _shown_fields(stored)
    for address in kept:
        if address not in shown:
            # The line of this item is not stored any more.
            data.pop(address, None)
            continue
        _bring_line_back(spec, data, address)
        for name in (address, _missing_field(address)):
            if name in shown:
                data[name] = shown[name]
    return data


def _typed_since(data: Any, address: str) -> bool:
    return _held(data, address) != data.get(SHOWN_PREFIX + address, _held(data, address))


def _bring_line_back(spec: CrfSpec, data: Any, address: str) -> None:
    """A stored line that the page does not have returns to it."""
    group, _, rest = address.partition("-")
    if not rest or spec.rows(group).keys is not None:
        return
    field, key = f"{group}-keys", rest.rpartition("-")[0]
    keys = [known for known in str(data.get(field, "")).split(",") if known]
    if key not in keys:
        data[field] = ",".join((*keys, key))


def _missing_field(address: str) -> str:
    line, dash, name = address.rpartition("-")
    return f"{line}{dash}{MISSING_PREFIX}{name}"


def _shown_fields(form: EntryForm) -> Mapping[str, str]:
    """The stored values as the fields of the page would show them."""
    forms: list[Any] = [form, *form.row_forms]
    found = {}
    for one in forms:
        for name in one.fields:
            value = one.fields[name].widget.format_value(one[name].value())
            found[one.add_prefix(name)] = "".join(value) if isinstance(value, list) else str(value or "")
    return found
