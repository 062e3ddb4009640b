"""An export as tests read it: the files of the zip, and stored values as README.txt says they are written."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

from exports.services import Export
from patients.models import Subject

Row = dict[str, str]


def members_of(export: Export) -> dict[str, bytes]:
    with export.file, zipfile.ZipFile(export.file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(members: dict[str, bytes], name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(members[name].decode(), newline="")))


def written(value: Any) -> str:
    """The rules of README.txt, said again in Python."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def of_subject(subject: Subject) -> Row:
    return {"study": subject.site.trial.registration, "site": subject.site.code, "subject": subject.number}


def fields_of(row: models.Model, *names: str) -> Row:
    return {name: written(getattr(row, name)) for name in names}


def in_order(found: models.QuerySet[Any], place: Callable[[Any], tuple[Any, ...]]) -> list[Any]:
    return sorted(found, key=place)


def whose(subject: Subject) -> tuple[str, str]:
    return subject.site.code, subject.number
