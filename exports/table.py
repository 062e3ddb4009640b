"""One data file: which subjects it is about, and the statement that writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import models
from psycopg import sql

from exports.columns import Column, Kind, Text, column_of, names_of, of_field, reference
from patients.models import ConsentWithdrawal, Subject, Visit, WithdrawalScope
from trials.models import Site, Trial

Join = tuple[str, type[models.Model], str, str]
"""Alias, model, and the alias and column that hold its primary key."""


def table_of(model: type[models.Model]) -> sql.Identifier:
    """The database table of a model, quoted."""
    return sql.Identifier(model._meta.db_table)


# The subjects wanted, each with its place in the files: every table is joined to them and sorted by that number, which
# is faster than sorting all its rows by texts. Site codes and subject numbers sort by code point, so that the files of
# two installations can be compared whatever the collation of their databases. Who takes back the use of the data means
# the earlier screening attempts as well; a later attempt stands on a consent of its own.
_SUBJECTS = sql.SQL(
    "WITH RECURSIVE withdrawn (id) AS ("
    "SELECT subject_id FROM {withdrawal} WHERE scope = {data_use}"
    " UNION SELECT later.previous_attempt_id FROM {subject} AS later JOIN withdrawn ON withdrawn.id = later.id"
    " WHERE later.previous_attempt_id IS NOT NULL"
    "), subject AS MATERIALIZED ("
    "SELECT numbered.*, trial.registration AS study, site.code AS site_code,"
    ' row_number() OVER (ORDER BY site.code COLLATE "C", numbered.number COLLATE "C") AS place,'
    " EXISTS (SELECT FROM withdrawn WHERE withdrawn.id = numbered.id) AS is_data_withdrawn"
    " FROM {subject} AS numbered JOIN {site} AS site ON site.id = numbered.site_id"
    " JOIN {trial} AS trial ON trial.id = site.trial_id"
    " WHERE trial.id = {trial_id} AND site.id = ANY({site_ids}::bigint[]))"
).format


@dataclass(frozen=True)
class Table:
    """One data file. `order` names each row once, so that the same data always give the same bytes.

    Subjects who withdrew from the use of their data are left out, unless the table `keeps_withdrawn`. A table of the
    trial itself, which is about no subject, is `about_trial`: its source names the trial. Raises ValueError when two
    columns have one name.
    """

    name: str
    title: Text
    source: sql.Composable
    columns: tuple[Column, ...]
    order: tuple[sql.Composable, ...]
    keeps_withdrawn: bool = False
    about_trial: bool = False

    def __post_init__(self) -> None:
        names = names_of(self.columns)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.name} has two columns named {', '.join(twice)}")

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"

    def query(self, *, trial_id: int, site_ids: Sequence[int]) -> sql.Composed:
        """The rows of the subjects of these sites of the trial, written as the file says them."""
        listed = sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(column.expression, sql.Identifier(column.name)) for column in self.columns
        )
        if self.about_trial:
            return sql.SQL("SELECT {columns} FROM {source} WHERE trial.id = {trial_id} ORDER BY {order}").format(
                columns=listed,
                source=self.source,
                trial_id=sql.Literal(trial_id),
                order=sql.SQL(", ").join(self.order),
            )
        subjects = _SUBJECTS(
            withdrawal=table_of(ConsentWithdrawal),
            data_use=sql.Literal(WithdrawalScope.DATA_USE.value),
            subject=table_of(Subject),
            site=table_of(Site),
            trial=table_of(Trial),
            trial_id=sql.Literal(trial_id),
            site_ids=sql.Literal(list(site_ids)),
        )
        return sql.SQL("{subjects} SELECT {columns} FROM {source}{condition} ORDER BY {order}").format(
            subjects=subjects,
            columns=listed,
            source=self.source,
            condition=sql.SQL("" if self.keeps_withdrawn else " WHERE NOT subject.is_data_withdrawn"),
            order=sql.SQL(", ").join(self.order),
        )

    def copy_statement(self, *, trial_id: int, site_ids: Sequence[int]) -> sql.Composed:
        """COPY of those rows as CSV in UTF-8 with a header line."""
        return sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER, ENCODING 'UTF8')").format(
            self.query(trial_id=trial_id, site_ids=site_ids)
        )


def field_of(model: type[models.Model], name: str) -> models.Field:
    """A field that is no relation to many."""
    return model._meta.get_field(name)  # type: ignore[return-value]


def rows_of(
    alias: str, model: type[models.Model], *joins: Join, subject_in: str, optional: tuple[str, ...] = ()
) -> sql.Composed:
    """The rows of a model with what they point to; `subject_in` is the alias that knows the subject, `optional` are
    the aliases that a row may lack."""
    source = sql.SQL("{} AS {}").format(table_of(model), sql.Identifier(alias))
    for other, joined, holder, column in joins:
        kind = sql.SQL(" LEFT JOIN " if other in optional else " JOIN ")
        source += kind + sql.SQL("{} AS {} ON {} = {}").format(
            table_of(joined),
            sql.Identifier(other),
            reference(other, column_of(joined._meta.pk)),
            reference(holder, column),
        )
    return source + sql.SQL(" JOIN subject ON subject.id = {}").format(reference(subject_in, "subject_id"))


def keys() -> tuple[Column, ...]:
    """What every row begins with: whose it is."""
    return (
        of_field("subject", field_of(Trial, "registration"), name="study", column="study", cdash="STUDYID"),
        of_field("subject", field_of(Site, "code"), name="site", column="site_code", cdash="SITEID"),
        of_field("subject", field_of(Subject, "number"), name="subject", cdash="SUBJID"),
    )


def columns_of(alias: str, model: type[models.Model], *names: str) -> tuple[Column, ...]:
    """The columns of these fields, named as they are."""
    return tuple(of_field(alias, field_of(model, name)) for name in names)


def visit_code(required: bool = True) -> Column:
    """The code of the visit that the row belongs to."""
    return of_field("visit", field_of(Visit, "code"), name="visit", required=required)


def person(holder: str, column: str) -> Join:
    """The account that a column points to, under the alias `person`."""
    return "person", get_user_model(), holder, column


def sign_in_name(model: type[models.Model], field: str, *, name: str = "") -> Column:
    """The sign-in name of the account that a field points to and `person` has joined."""
    username = reference("person", column_of(field_of(get_user_model(), "username")))
    label = field_of(model, field).verbose_name
    return Column(name=name or field, expression=username, label=label, kind=Kind.TEXT, required=True)


def by_subject(*then: sql.Composable) -> tuple[sql.Composable, ...]:
    """Sorted by site and subject number, then further."""
    return (reference("subject", "place"), *then)
