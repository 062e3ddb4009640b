"""The files that explain the data files: data dictionary and README. Always in English, whoever asks for the export."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import override

from exports.columns import Column, Text
from exports.table import Table

HEADER = ("table", "column", "label", "cdash", "type", "unit", "codes", "low", "high", "required", "derived")

_README = """\
Dermis: data of the trial {trial}

Time of extraction (UTC): {made_at}
Made with:                Dermis {version}
Made by:                  {username}
Filters:                  subjects of the sites {sites}

All tables show the data at the same moment. Every row begins with study, site and subject number; lots of the product
belong to no subject, so that product_lots.csv has the study alone and names all lots of the trial. Subjects' initials
and contact details, e-mail addresses and passwords of users are not exported. Texts are given as they were typed.

Subjects who withdrew from further use of their data have their number and status in subjects.csv, with
data_use_withdrawn = Y, and their withdrawals in withdrawals.csv; no other file holds a row of theirs. The same goes for
earlier screening attempts of the same person. allocations.csv holds allocations that were given; the rest of a random
list is not exported.

What a form asks in lines, such as one condition each, stands in a file of its own, form_<form>_<lines>.csv. Subject,
visit and repeat lead from a line to the row of its form; line is its key within the form.

Files
{files}

How values are written
- Files are CSV (RFC 4180 quoting, lines end in LF), in UTF-8 without a byte order mark, with a header line.
- Coded values are given as codes; {dictionary} lists their meanings. Yes and no are Y and N.
- Dates are ISO 8601 days at the site; of an adverse event or a medication they may end with the month or the year.
  Times are hours and minutes at the site. Moments are ISO 8601 with the offset of UTC, +00:00.
- Nothing between two commas means that there is no value. In a form, the column <item>_missing may say why.
- Rows come in a fixed order: site, subject number, then schedule or time.

Checking the files
{manifest} gives the number of rows (without the header line) and the SHA-256 of each file.
"""


def dictionary_rows(tables: Iterable[Table]) -> Iterator[tuple[str, ...]]:
    """One row for each column of each table, in the order of the files."""
    with override("en"):
        for table in tables:
            for column in table.columns:
                yield (table.name, *_described(column))


def dictionary_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows below their header line as CSV in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode()


def readme(
    *,
    trial: str,
    site_codes: Sequence[str],
    username: str,
    made_at: datetime,
    version: str,
    tables: Iterable[Table],
    others: Iterable[tuple[str, str]],
    dictionary: str,
    manifest: str,
) -> bytes:
    """What each file is and how its values are written. `made_at` is in UTC; `others` are (file, what it is)."""
    with override("en"):
        files = [(table.file_name, str(table.title)) for table in tables]
    files += others
    width = max(len(name) for name, _title in files)
    return _README.format(
        trial=trial,
        made_at=made_at.isoformat(timespec="seconds"),
        version=version,
        username=username,
        sites=", ".join(site_codes) or "(none)",
        files="\n".join(f"  {name:<{width}}  {title}" for name, title in files),
        dictionary=dictionary,
        manifest=manifest,
    ).encode()


def _described(column: Column) -> tuple[str, ...]:
    return (
        column.name,
        str(column.label),
        column.cdash,
        column.kind.value,
        str(column.unit),
        "; ".join(f"{code}={meaning}" for code, meaning in _coded(column.codes)),
        "" if column.low is None else str(column.low),
        "" if column.high is None else str(column.high),
        _yes_no(column.required),
        _yes_no(column.derived),
    )


def _coded(codes: Iterable[tuple[Any, Text]]) -> Iterator[tuple[Any, Text]]:
    return ((code, meaning) for code, meaning in codes if code not in (None, ""))


def _yes_no(value: bool) -> str:
    return "Y" if value else "N"
