"""One column of a data file: where its value comes from and what the data dictionary says about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg import sql

Text = str | Promise


class Kind(StrEnum):
    """How a value is written; the data dictionary shows the value of this enumeration."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    TIME = "time"
    YES_NO = "yes/no"
    CODES = "list of codes"
    JSON = "JSON"


YES_NO_CODES: tuple[tuple[str, Text], ...] = (("Y", _("Yes")), ("N", _("No")))
"""CDISC codelist NY (C66742), as far as a stored truth value can be."""

_KINDS: tuple[tuple[type[models.Field], Kind], ...] = (
    (models.BooleanField, Kind.YES_NO),
    (models.DateTimeField, Kind.MOMENT),  # before DateField, of which it is a subclass
    (models.DateField, Kind.DATE),
    (models.TimeField, Kind.TIME),
    (models.DecimalField, Kind.DECIMAL),
    (models.IntegerField, Kind.INTEGER),
    (models.JSONField, Kind.JSON),
    (models.CharField, Kind.TEXT),
    (models.TextField, Kind.TEXT),
)


@dataclass(frozen=True)
class Column:
    """A named SQL expression with its description. `low` and `high` are both allowed values; None: no limit."""

    name: str
    expression: sql.Composable
    label: Text
    kind: Kind
    cdash: str = ""
    unit: Text = ""
    codes: tuple[tuple[Any, Text], ...] = ()
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    required: bool = False
    derived: bool = False


def reference(alias: str, column: str) -> sql.Composable:
    """`alias.column`, quoted."""
    return sql.Identifier(alias, column)


def column_of(field: models.Field) -> str:
    """The database column of a field; raises TypeError for one that has none, such as a many-to-many relation."""
    if field.column is None:
        raise TypeError(f"{field} has no column.")
    return field.column


def of_field(
    alias: str,
    field: models.Field,
    *,
    name: str = "",
    column: str = "",
    cdash: str = "",
    unit: Text = "",
    required: bool | None = None,
    derived: bool = False,
) -> Column:
    """The column of a model field, under the field's name and read from its database column unless others are given.

    Label, code list and limits are those of the field; `required` is whether the field must have a value, unless said
    otherwise. Raises TypeError for a kind of field that no rule says how to write.
    """
    kind = _kind_of(field)
    may_be_empty = field.null or field.blank
    return Column(
        name=name or field.name,
        expression=_written(reference(alias, column or column_of(field)), kind, may_be_empty),
        label=field.verbose_name,
        kind=kind,
        cdash=cdash,
        unit=unit,
        codes=YES_NO_CODES if kind == Kind.YES_NO else tuple(field.flatchoices),
        low=getattr(field, "low", None),
        high=getattr(field, "high", None),
        required=not may_be_empty if required is None else required,
        derived=derived,
    )


def list_of_codes(alias: str, field: models.Field) -> Column:
    """A stored list of codes as one text, in the stored order, with a space between two codes."""
    values = sql.SQL(
        "(SELECT string_agg(code, ' ' ORDER BY place)"
        " FROM jsonb_array_elements_text({}) WITH ORDINALITY AS listed (code, place))"
    ).format(reference(alias, column_of(field)))
    return Column(name=field.name, expression=values, label=field.verbose_name, kind=Kind.CODES)


def names_of(columns: Iterable[Column]) -> list[str]:
    """The header line."""
    return [column.name for column in columns]


def _kind_of(field: models.Field) -> Kind:
    for field_class, kind in _KINDS:
        if isinstance(field, field_class):
            return kind
    raise TypeError(f"{field} is a {type(field).__name__}; exports do not know how to write one.")


def _written(value: sql.Composable, kind: Kind, may_be_empty: bool) -> sql.Composable:
    if kind == Kind.YES_NO:
        return sql.SQL("CASE {} WHEN true THEN 'Y' WHEN false THEN 'N' END").format(value)
    if kind == Kind.MOMENT:
        pattern = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'
        return sql.SQL("to_char({} AT TIME ZONE 'UTC', {})").format(value, sql.Literal(pattern))
    if kind == Kind.TIME:
        return sql.SQL("to_char({}, 'HH24:MI')").format(value)
    if kind == Kind.TEXT and may_be_empty:
        # COPY writes an empty text as "" and NULL as nothing; to a reader of the file both mean: no value.
        return sql.SQL("NULLIF({}, '')").format(value)
    return value
