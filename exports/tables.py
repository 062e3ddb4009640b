"""The data files of an export: which rows, which columns, in which order. Contact details are in none of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from assessments.form_data import FormData, MissingReason
from assessments.form_specs import CrfSpec, Item
from assessments.registry import INSTRUMENTS
from exports.columns import Column, Kind, Text, column_of, list_of_codes, names_of, of_field, reference
from patients.models import EligibilityDecision, Finding, InformedConsent, Subject, Visit
from safety.models import AdverseEvent
from trials.models import ProtocolVersion, Site, Trial

Join = tuple[str, type[models.Model], str, str]
"""Alias, model, and the alias and column that hold its primary key."""

# The subjects wanted, each with its place in the files: every table is joined to them and sorted by that number, which
# is faster than sorting all its rows by texts. Site codes and subject numbers sort by code point, so that the files of
# two installations can be compared whatever the collation of their databases.
_SUBJECTS = sql.SQL(
    "WITH subject AS MATERIALIZED ("
    "SELECT numbered.*, trial.registration AS study, site.code AS site_code,"
    ' row_number() OVER (ORDER BY site.code COLLATE "C", numbered.number COLLATE "C") AS place'
    " FROM {subject} AS numbered JOIN {site} AS site ON site.id = numbered.site_id"
    " JOIN {trial} AS trial ON trial.id = site.trial_id"
    " WHERE trial.id = {trial_id} AND site.id = ANY({site_ids}::bigint[]))"
)

AE_CDASH = {
    "term": "AETERM",
    "onset_on": "AESTDAT",
    "ended_on": "AEENDAT",
    "grade": "AETOXGR",
    "is_serious": "AESER",
    "results_in_death": "AESDTH",
    "is_life_threatening": "AESLIFE",
    "caused_hospitalisation": "AESHOSP",
    "is_disabling": "AESDISAB",
    "is_congenital_anomaly": "AESCONG",
    "is_medically_important": "AESMIE",
    "relation": "AEREL",
    "action_taken": "AEACN",
    "outcome": "AEOUT",
}
"""CDASHIG 2.3, Adverse Events."""


@dataclass(frozen=True)
class Table:
    """One data file. `order` names each row once, so that the same data always give the same bytes.

    Raises ValueError when two columns have one name.
    """

    name: str
    title: Text
    source: sql.Composable
    columns: tuple[Column, ...]
    order: tuple[sql.Composable, ...]

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
        subjects = _SUBJECTS.format(
            subject=_table(Subject),
            site=_table(Site),
            trial=_table(Trial),
            trial_id=sql.Literal(trial_id),
            site_ids=sql.Literal(list(site_ids)),
        )
        return sql.SQL("{subjects} SELECT {columns} FROM {source} ORDER BY {order}").format(
            subjects=subjects, columns=listed, source=self.source, order=sql.SQL(", ").join(self.order)
        )

    def copy_statement(self, *, trial_id: int, site_ids: Sequence[int]) -> sql.Composed:
        """COPY of those rows as CSV in UTF-8 with a header line."""
        return sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER, ENCODING 'UTF8')").format(
            self.query(trial_id=trial_id, site_ids=site_ids)
        )


def all_tables() -> tuple[Table, ...]:
    """Every data file, in the order of the zip."""
    forms = (_form(spec) for spec in INSTRUMENTS.values())
    return (_subjects(), _consents(), _eligibility(), _visits(), _findings(), _adverse_events(), *forms)


def _field(model: type[models.Model], name: str) -> models.Field:
    return model._meta.get_field(name)  # type: ignore[return-value]


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _from(alias: str, model: type[models.Model], *joins: Join, subject_in: str, optional: str = "") -> sql.Composed:
    """The rows of a model with what they point to; `subject_in` is the alias that knows the subject."""
    source = sql.SQL("{} AS {}").format(_table(model), sql.Identifier(alias))
    for other, joined, holder, column in joins:
        kind = sql.SQL(" LEFT JOIN " if other == optional else " JOIN ")
        source += kind + sql.SQL("{} AS {} ON {} = {}").format(
            _table(joined),
            sql.Identifier(other),
            reference(other, column_of(joined._meta.pk)),
            reference(holder, column),
        )
    return source + sql.SQL(" JOIN subject ON subject.id = {}").format(reference(subject_in, "subject_id"))


def _keys() -> tuple[Column, ...]:
    """What every row begins with: whose it is."""
    return (
        of_field("subject", _field(Trial, "registration"), name="study", column="study", cdash="STUDYID"),
        of_field("subject", _field(Site, "code"), name="site", column="site_code", cdash="SITEID"),
        of_field("subject", _field(Subject, "number"), name="subject", cdash="SUBJID"),
    )


def _columns(alias: str, model: type[models.Model], *names: str) -> tuple[Column, ...]:
    return tuple(of_field(alias, _field(model, name)) for name in names)


def _visit_code(required: bool = True) -> Column:
    return of_field("visit", _field(Visit, "code"), name="visit", required=required)


def _sign_in_name(field: models.Field, *, name: str) -> Column:
    username = reference("person", column_of(_field(get_user_model(), "username")))
    return Column(name=name, expression=username, label=field.verbose_name, kind=Kind.TEXT, required=True)


def _by_subject(*then: sql.Composable) -> tuple[sql.Composable, ...]:
    return (reference("subject", "place"), *then)


def _subjects() -> Table:
    version = of_field("protocol", _field(ProtocolVersion, "version"), name="protocol_version")
    return Table(
        name="subjects",
        title=_("One row per subject: status, arm and the days of participation"),
        source=sql.SQL("subject JOIN {} AS protocol ON protocol.id = subject.protocol_version_id").format(
            _table(ProtocolVersion)
        ),
        columns=(
            *_keys(),
            version,
            *_columns("subject", Subject, "status", "arm_code", "enrolled_on", "first_treatment_on", "ended_on"),
        ),
        order=_by_subject(),
    )


def _consents() -> Table:
    return Table(
        name="consents",
        title=_("One row per informed consent: date and version of the information sheet"),
        source=_from("consent", InformedConsent, subject_in="consent"),
        columns=(*_keys(), *_columns("consent", InformedConsent, "signed_on", "sheet_version")),
        order=_by_subject(reference("consent", "signed_on"), reference("consent", "id")),
    )


def _eligibility() -> Table:
    decision = EligibilityDecision
    return Table(
        name="eligibility",
        title=_("One row per eligibility decision, with the facts as they were"),
        source=_from(
            "decision", decision, ("person", get_user_model(), "decision", "decided_by_id"), subject_in="decision"
        ),
        columns=(
            *_keys(),
            *_columns("decision", decision, "decided_at", "outcome"),
            list_of_codes("decision", _field(decision, "failed_criteria")),
            _sign_in_name(_field(decision, "decided_by"), name="decided_by"),
            *_columns("decision", decision, "facts"),
        ),
        order=_by_subject(reference("decision", "decided_at"), reference("decision", "id")),
    )


def _visits() -> Table:
    planned = ("position", "planned_on", "window_opens_on", "window_closes_on", "outcome")
    return Table(
        name="visits",
        title=_("One row per planned visit: window, outcome, date"),
        source=_from("visit", Visit, subject_in="visit"),
        columns=(
            *_keys(),
            _visit_code(),
            *_columns("visit", Visit, *planned),
            of_field("visit", _field(Visit, "occurred_on"), cdash="VISDAT"),
        ),
        order=_by_subject(reference("visit", "position"), reference("visit", "id")),
    )


def _findings() -> Table:
    names = ("test_code", "number", "yes_no", "text", "day", "unit", "collected_on", "source_form", "repeat_key")
    return Table(
        name="findings",
        title=_("One row per published result of a complete form: test, value, unit, day"),
        source=_from("finding", Finding, ("visit", Visit, "finding", "visit_id"), subject_in="finding"),
        columns=(*_keys(), _visit_code(), *_columns("finding", Finding, *names)),
        order=_by_subject(reference("visit", "position"), reference("finding", "id")),
    )


def _adverse_events() -> Table:
    skipped = {"id", "subject", "visit", "version"}
    fields = [field for field in AdverseEvent._meta.concrete_fields if field.name not in skipped]
    return Table(
        name="adverse_events",
        title=_("One row per adverse event"),
        source=_from(
            "event", AdverseEvent, ("visit", Visit, "event", "visit_id"), subject_in="event", optional="visit"
        ),
        columns=(
            *_keys(),
            _visit_code(required=False),
            *(of_field("event", field, cdash=AE_CDASH.get(field.name, "")) for field in fields),
        ),
        order=_by_subject(reference("event", "number")),
    )


def _form(spec: CrfSpec) -> Table:
    model = spec.model
    return Table(
        name=f"form_{spec.code}",
        title=format_lazy(_("One row per form “{title}”, drafts included"), title=spec.title),
        source=_from(
            "form",
            model,
            ("visit", Visit, "form", "visit_id"),
            ("person", get_user_model(), "form", "assessed_by_id"),
            subject_in="visit",
        ),
        columns=(
            *_keys(),
            _visit_code(),
            of_field("visit", _field(Visit, "occurred_on"), name="visit_date", cdash="VISDAT"),
            of_field("form", _field(model, "repeat_key"), name="repeat"),
            *_columns("form", model, "status", "reason_not_done", "assessed_on"),
            _sign_in_name(_field(FormData, "assessed_by"), name="entered_by"),
            *(_item(model, item) for item in spec.items),
            *(
                of_field("form", _field(model, value.name), cdash=value.cdash, unit=value.unit, derived=True)
                for value in spec.derived
            ),
            *(_why_missing(model, item) for item in spec.items),
        ),
        order=_by_subject(reference("visit", "position"), reference("visit", "id"), reference("form", "repeat_key")),
    )


def _item(model: type[FormData], item: Item) -> Column:
    return of_field(
        "form", _field(model, item.name), cdash=item.cdash, unit=item.unit, required=item.is_always_required
    )


def _why_missing(model: type[FormData], item: Item) -> Column:
    return Column(
        name=f"{item.name}_missing",
        expression=sql.SQL("{} ->> {}").format(reference("form", "missing"), sql.Literal(item.name)),
        label=format_lazy(_("{item}: why there is no value"), item=_field(model, item.name).verbose_name),
        kind=Kind.TEXT,
        codes=tuple(MissingReason.choices),
    )
