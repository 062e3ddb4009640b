"""Making an export: all tables at one moment, streamed by COPY into a zip."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from audit.context import acting
from exports.archive import MANIFEST, Archive, checksum, new_archive
from exports.dictionary import dictionary_csv, dictionary_rows, readme
from exports.models import ExportRecord
from exports.table import Table
from exports.tables import all_tables
from trials.models import Site, Trial
from trials.selectors import sites_for

README = "README.txt"
DICTIONARY = "data_dictionary.csv"
IN_MEMORY_BYTES = 8 * 1024 * 1024
"""A larger zip is kept on disk while it is written and sent."""

_OTHER_FILES = (
    (DICTIONARY, "Every column of every table: label, CDASH name, type, unit, meaning of codes, limits"),
    (README, "This page"),
    (MANIFEST, "Rows and SHA-256 of every other file"),
)


@dataclass(frozen=True)
class Export:
    """A finished zip, open at its beginning; whoever takes it closes it."""

    file: IO[bytes]
    file_name: str
    record: ExportRecord


def make_export(*, trial: Trial, by: User) -> Export:
    """The data of all sites of the trial at which the user may download them, and the record that they were handed out.

    Reads in one read-only transaction of its own, so it must not be called inside another (RuntimeError). The record is
    written after the zip is complete: without a record nothing is handed out.
    """
    made_at = timezone.now().astimezone(UTC)
    with ExitStack() as on_failure:
        file: IO[bytes] = on_failure.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY_BYTES))
        with one_moment() as cursor, new_archive(file) as archive:
            sites = list(sites_for(by, Permission.EXPORT_DATA).filter(trial=trial).order_by("code"))
            site_codes = [site.code for site in sites]
            tables = all_tables()
            for table in tables:
                _add_table(archive, cursor, table, trial=trial, sites=sites)
            data_files = archive.listing()
            _explain(archive, tables, trial=trial, site_codes=site_codes, by=by, made_at=made_at)
        record = ExportRecord(trial=trial, site_codes=site_codes, made_by=by, made_at=made_at, tables=data_files)
        record.sha256 = checksum(file)
        _store(record, by=by)
        on_failure.pop_all()
    return Export(file, f"{trial.registration}_{made_at:%Y%m%dT%H%M%SZ}.zip", record)


@contextmanager
def one_moment() -> Iterator[CursorWrapper]:
    """Everything read inside the block is read as of the same moment, and nothing can be written."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Dates come as the server's settings say; the files are ISO 8601 on every server.
        cursor.execute("SELECT set_config('DateStyle', 'ISO, YMD', true)")
        yield cursor


def _add_table(archive: Archive, cursor: CursorWrapper, table: Table, *, trial: Trial, sites: Sequence[Site]) -> None:
    statement = table.copy_statement(trial_id=trial.pk, site_ids=[site.pk for site in sites])
    with cursor.copy(statement.as_string(cursor.connection)) as rows:
        archive.add(table.file_name, rows, rows=lambda: cursor.rowcount)


def _explain(
    archive: Archive, tables: Sequence[Table], *, trial: Trial, site_codes: Sequence[str], by: User, made_at: datetime
) -> None:
    """Add the files that explain the data files."""
    dictionary = list(dictionary_rows(tables))
    archive.add(DICTIONARY, [dictionary_csv(dictionary)], rows=lambda: len(dictionary))
    about = readme(
        trial=trial.registration,
        site_codes=site_codes,
        username=by.username,
        made_at=made_at,
        version=settings.DERMIS_VERSION,
        tables=tables,
        others=_OTHER_FILES,
        dictionary=DICTIONARY,
        manifest=MANIFEST,
    )
    archive.add(README, [about])
    archive.add_manifest()


@transaction.atomic
def _store(record: ExportRecord, *, by: User) -> None:
    with acting(by=by):
        record.save(force_insert=True)
