"""Reading one TOML table with types: a wrong value becomes a problem with file and key, and reading goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from clinical.visit_windows import parse_days
from protocols.problems import Problem

Choice = TypeVar("Choice", bound=StrEnum)

TYPE_WORDS: dict[type, str] = {
    str: "a text in quotes",
    int: "a whole number without quotes",
    bool: "true or false without quotes",
    date: "a date such as 2024-01-31 without quotes",
    list: "a list in square brackets",
    dict: "a table",
}


@dataclass
class Table:
    """One table of a file. Reading a key marks it as known; ``finish`` reports the keys nobody read.

    Every reader returns a harmless value of its type after it has noted a problem, and sets ``is_broken``.
    """

    file: str
    path: str
    values: Mapping[str, Any]
    problems: list[Problem]
    is_broken: bool = False
    _read: set[str] = field(default_factory=set)

    def report(self, key: str, message: str) -> None:
        """Note a problem at a key of this table; an empty key means the table itself."""
        self.is_broken = True
        self.problems.append(Problem(self.file, ".".join(part for part in (self.path, key) if part), message))

    def has(self, key: str) -> bool:
        """Does the file say anything for this key?"""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank."""
        value: str = self._value(key, str, "", default)
        if self.has(key) and isinstance(self.values[key], str) and not value.strip():
            self.report(key, "must not be empty: write a text or remove the key.")
        return value

    def whole(self, key: str, *, at_least: int, at_most: int | None = None) -> int:
        """A whole number within limits that are themselves allowed."""
        value: int = self._value(key, int, at_least, None)
        if value < at_least:
            self.report(key, f"is {value}, but must be {at_least} or more.")
        if at_most is not None and value > at_most:
            self.report(key, f"is {value}, but must be {at_most} or less.")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value: bool = self._value(key, bool, False, default)
        return value

    def day(self, key: str) -> date:
        """A calendar date without a time."""
        value: date = self._value(key, date, date.min, None)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once; it may be empty."""
        values: list[Any] = self._value(key, list, [], None)
        if not all(isinstance(value, str) and value.strip() for value in values):
            self.report(key, "must be a list of texts in quotes.")
            return ()
        for repeated in sorted({value for value in values if values.count(value) > 1}):
            self.report(key, f"names '{repeated}' more than once: keep one.")
        return tuple(values)

    def days(self, key: str, *, may_be_negative: bool) -> int:
        """An ISO 8601 duration in whole days or weeks, as a number of days."""
        text = self.text(key)
        if not text:
            return 0
        try:
            days = parse_days(text)
        except ValueError as error:
            self.report(key, str(error))
            return 0
        if days < 0 and not may_be_negative:
            self.report(key, f"is {text}, but a window is given without a minus sign.")
        return days

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """One of the values of an enumeration."""
        return self.as_choice(key, self._value(key, str, next(iter(choices)), None), choices)

    def as_choice(self, key: str, value: object, choices: type[Choice]) -> Choice:
        """The same for a value already at hand."""
        if isinstance(value, str) and value in list(choices):
            return choices(value)
        self.report(key, f"is {shown(value)}, but must be one of: {', '.join(choices)}.")
        return next(iter(choices))

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A table of free keys; empty when the file does not have it."""
        value: Mapping[str, Any] = self._value(key, dict, {}, {})
        return value

    def tables(self, key: str, *, named_by: str) -> "list[Table]":
        """The tables of a list such as ``[[visit]]``; each reports under its name, or its number where it has none."""
        found = []
        for number, values in enumerate(self._value(key, list, [], None), start=1):
            if isinstance(values, dict):
                name = values.get(named_by, number)
                found.append(Table(self.file, f"{key}[{name}]", values, self.problems))
            else:
                self.report(f"{key}[{number}]", f"must be a table under [[{key}]].")
        return found

    def table(self, key: str, *, required: bool) -> "Table | None":
        """The one table at ``key``; None when there is none, with the problem noted if there must be one."""
        values: Mapping[str, Any] | None = self._value(key, dict, None, None if required else {})
        return None if values is None or not self.has(key) else Table(self.file, key, values, self.problems)

    def inner(self, key: str) -> "list[Table]":
        """The named tables inside the table at ``key``, each reporting under its own name."""
        found = []
        for name, values in self.mapping(key).items():
            if isinstance(values, dict):
                found.append(Table(self.file, f"{self.path}.{key}.{name}", values, self.problems))
            else:
                self.report(f"{key}.{name}", f"must be {TYPE_WORDS[dict]}.")
        return found

    def leave(self, *keys: str) -> None:
        """Take keys as known without reading them, where what is wrong with them is said in other words."""
        self._read.update(keys)

    def default_mark(self) -> dict[str, Any]:
        """Whether what stands here is a default, and the note that then says where it comes from."""
        is_default = self.flag("default", False)
        if is_default and not self.has("note"):
            self.report("note", "is missing: say where the default comes from, or remove default = true.")
        return {"is_default": is_default, "note": self.text("note", "")}

    def finish(self) -> None:
        """Report every key that was not read: a misspelt key must not pass in silence."""
        for key in self.values.keys() - self._read:
            self.report(
                key, f"is not a key known here: remove it, or spell it as one of {', '.join(sorted(self._read))}."
            )

    def _value(self, key: str, kind: type, harmless: Any, default: Any) -> Any:
        self._read.add(key)
        if key not in self.values:
            if default is None:
                self.report(key, f"is missing: add {TYPE_WORDS[kind]}.")
                return harmless
            return default
        value = self.values[key]
        if not _is_exactly(value, kind):
            self.report(key, f"is {shown(value)}, but must be {TYPE_WORDS[kind]}.")
            return harmless
        return value


def shown(value: object) -> str:
    """A value as its author knows it: days and moments as in the file, lists and tables by what they are."""
    if isinstance(value, list | dict):
        return TYPE_WORDS[type(value)]
    return value.isoformat() if isinstance(value, date | time) else repr(value)


def _is_exactly(value: object, kind: type) -> bool:
    # In Python a bool is an int and a datetime is a date; in a protocol neither passes for the other.
    if isinstance(value, bool | datetime):
        return kind is type(value)
    return isinstance(value, kind)
