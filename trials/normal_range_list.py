"""Reading the list of normal ranges that a laboratory hands out, as it is pasted from a table."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import TypedDict

from django.utils.translation import gettext as _

from clinical.laboratory.analytes import ANALYTES
from clinical.laboratory.units import unit_meant
from trials.analytes import analyte_code

COLUMNS = ("analyte", "unit", "low", "high", "sex", "age_from", "age_to")
"""The columns in their order; a first line with these names may give another one."""
MOST_LINES = 500

_SEXES = {"": "", "f": "F", "female": "F", "women": "F", "女": "F", "m": "M", "male": "M", "men": "M", "男": "M"}
_NUMBER = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,4})?")
_AGE = re.compile(r"[0-9]{1,3}")


class RangeRow(TypedDict):
    """One range, by the names of the model."""

    analyte: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    sex: str
    age_from_years: int | None
    age_to_years: int | None


@dataclass(frozen=True)
class ReadLine:
    """One line, counted from 1: the range it gives, or what is wrong with it."""

    number: int
    row: RangeRow | None
    problems: tuple[str, ...] = ()


def read_list(text: str) -> list[ReadLine]:
    """Every line of the list that is not empty, without the line of column names.

    Cells are divided by tabs, semicolons or commas; with the first two a number may have a decimal comma. An analyte is
    its code or its name, a unit may be written as in "umol/L"; sex is M, F or empty.
    """
    lines = [(number, cells) for number, cells in _cells(text) if any(cells)]
    columns: tuple[str, ...] = COLUMNS
    if lines and set(named := tuple(cell.casefold() for cell in lines[0][1])) >= {"analyte", "unit"}:
        columns, lines = named, lines[1:]
    return [
        _read(number, dict(zip(columns, cells, strict=False)), len(cells) - len(columns)) for number, cells in lines
    ]


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    divider = next((sign for sign in "\t;" if sign in text), ",")
    # Each line is read alone: a stray quotation mark must not swallow the lines after it.
    for number, line in enumerate(text.splitlines(), start=1):
        for cells in csv.reader(StringIO(line), delimiter=divider):
            yield number, [cell.strip() for cell in cells]


def _read(number: int, cells: dict[str, str], surplus: int) -> ReadLine:
    problems: list[str] = []
    if surplus > 0:
        problems.append(_("There are more cells than columns."))
    code = analyte_code(cells.get("analyte", ""))
    written = cells.get("unit", "")
    unit = unit_meant(ANALYTES[code], written) if code else None
    if code is None:
        problems.append(_("“%(cell)s” is no analyte of the list.") % {"cell": cells.get("analyte", "")})
    elif unit is None:
        units = ", ".join(ANALYTES[code].units)
        problems.append(_("“%(cell)s” is no unit of it; choose from %(units)s.") % {"cell": written, "units": units})
    low, high = (_number(cells.get(name, ""), problems) for name in ("low", "high"))
    sex = _SEXES.get(cells.get("sex", "").casefold())
    if sex is None:
        problems.append(_("“%(cell)s” is no sex; write M, F or nothing.") % {"cell": cells["sex"]})
    ages = [_age(cells.get(name, ""), problems) for name in ("age_from", "age_to")]
    if problems or code is None or unit is None or sex is None:
        return ReadLine(number, None, tuple(problems))
    row = RangeRow(analyte=code, unit=unit, low=low, high=high, sex=sex, age_from_years=ages[0], age_to_years=ages[1])
    return ReadLine(number, row)


def _number(cell: str, problems: list[str]) -> Decimal | None:
    if not cell:
        return None
    if not _NUMBER.fullmatch(cell):
        problems.append(_("“%(cell)s” is no limit; write a number with at most four decimals.") % {"cell": cell})
        return None
    return Decimal(cell.replace(",", "."))


def _age(cell: str, problems: list[str]) -> int | None:
    if not cell:
        return None
    if not _AGE.fullmatch(cell):
        problems.append(_("“%(cell)s” is no age; write whole years.") % {"cell": cell})
        return None
    return int(cell)
