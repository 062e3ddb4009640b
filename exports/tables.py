"""The data files of an export: which rows, which columns, in which order. Contact details are in none of them."""

from dataclasses import replace

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from assessments.form_data import FormData, MissingReason
from assessments.form_specs import CrfSpec, Item
from assessments.registry import INSTRUMENTS
from assessments.wording.model import QuestionnaireData, QuestionnaireWording
from exports import adverse_events, participation, products
from exports.columns import Column, Kind, of_field, reference
from exports.lines import lines_of
from exports.medication import concomitant_medication
from exports.table import (
    Table,
    by_subject,
    columns_of,
    field_of,
    keys,
    person,
    rows_of,
    sign_in_name,
    table_of,
    visit_code,
)
from patients.models import Deviation, Finding, Visit, VisitOutcome
from trials.models import ProtocolVersion


def all_tables() -> tuple[Table, ...]:
    """Every data file, in the order of the zip."""
    return (
        participation.subjects(),
        participation.consents(),
        participation.withdrawals(),
        participation.eligibility(),
        participation.allocations(),
        _visits(),
        _deviations(),
        _findings(),
        *adverse_events.tables(),
        concomitant_medication(),
        products.lots(),
        products.clearances(),
        *(table for spec in INSTRUMENTS.values() for table in _forms(spec)),
    )


def _visits() -> Table:
    planned = ("position", "planned_on", "window_opens_on", "window_closes_on", "outcome")
    return Table(
        name="visits",
        title=_("One row per visit, planned or not: window, outcome, date"),
        source=rows_of("visit", Visit, subject_in="visit")
        + sql.SQL(
            " JOIN {} AS protocol ON protocol.id = COALESCE(visit.protocol_version_id, subject.protocol_version_id)"
        ).format(table_of(ProtocolVersion)),
        columns=(
            *keys(),
            visit_code(),
            *columns_of("visit", Visit, "kind", *planned),
            of_field("visit", field_of(Visit, "occurred_on"), cdash="VISDAT"),
            _contact_mode(),
            *columns_of("visit", Visit, "note"),
            _arm_at_visit(),
            of_field("protocol", field_of(ProtocolVersion, "version"), name="protocol_version"),
        ),
        order=by_subject(reference("visit", "position"), reference("visit", "id")),
    )


def _contact_mode() -> Column:
    """How subject and site met, of a visit that took place; the others have met in no way."""
    column = of_field("visit", field_of(Visit, "contact_mode"), cdash="SVCNTMOD", required=False)
    value = sql.SQL("CASE visit.outcome WHEN {} THEN {} END").format(
        sql.Literal(VisitOutcome.DONE.value), column.expression
    )
    return replace(column, expression=value)


def _arm_at_visit() -> Column:
    """The arm at the visit, empty at the visits before enrolment."""
    column = of_field("visit", field_of(Visit, "arm_code"))
    value = sql.SQL("CASE WHEN visit.needs_enrolment THEN COALESCE({}, NULLIF(subject.arm_code, '')) END").format(
        column.expression
    )
    return replace(column, expression=value)


def _deviations() -> Table:
    what = ("number", "kind", "days_off", "status", "occurred_on", "category", "severity", "description", "cause")
    return Table(
        name="deviations",
        title=_("One row per protocol deviation, drafts and those found to be none included"),
        source=rows_of(
            "deviation",
            Deviation,
            person("deviation", "recorded_by_id"),
            ("visit", Visit, "deviation", "visit_id"),
            subject_in="deviation",
            optional=("visit",),
        ),
        columns=(
            *keys(),
            visit_code(required=False),
            *columns_of("deviation", Deviation, *what, "action", "void_reason", "recorded_at"),
            sign_in_name(Deviation, "recorded_by"),
        ),
        order=by_subject(reference("deviation", "number")),
    )


def _findings() -> Table:
    names = ("test_code", "number", "yes_no", "text", "day", "unit", "collected_on", "source_form", "repeat_key")
    return Table(
        name="findings",
        title=_("One row per published result of a complete form: test, value, unit, day"),
        source=rows_of("finding", Finding, ("visit", Visit, "finding", "visit_id"), subject_in="finding"),
        columns=(*keys(), visit_code(), *columns_of("finding", Finding, *names)),
        order=by_subject(reference("visit", "position"), reference("finding", "id")),
    )


def _forms(spec: CrfSpec) -> tuple[Table, ...]:
    """The file of a form, then those of its lines."""
    return _form(spec), *(lines_of(spec, group) for group in spec.row_groups)


def _form(spec: CrfSpec) -> Table:
    model = spec.model
    return Table(
        name=f"form_{spec.code}",
        title=format_lazy(_("One row per form “{title}”, drafts included"), title=spec.title),
        source=rows_of(
            "form",
            model,
            ("visit", Visit, "form", "visit_id"),
            person("form", "assessed_by_id"),
            subject_in="visit",
        ),
        columns=(
            *keys(),
            visit_code(),
            of_field("visit", field_of(Visit, "occurred_on"), name="visit_date", cdash="VISDAT"),
            of_field("form", field_of(model, "repeat_key"), name="repeat"),
            *columns_of("form", model, "status", "reason_not_done", "assessed_on"),
            *_wording(spec),
            sign_in_name(FormData, "assessed_by", name="entered_by"),
            *(_item(model, item) for item in spec.items),
            *(
                of_field("form", field_of(model, value.name), cdash=value.cdash, unit=value.unit, derived=True)
                for value in spec.derived
            ),
            *(_why_missing(model, item) for item in spec.items),
        ),
        order=by_subject(reference("visit", "position"), reference("visit", "id"), reference("form", "repeat_key")),
    )


def _wording(spec: CrfSpec) -> tuple[Column, ...]:
    """Of a questionnaire, language and version of the words it was asked in; empty for our neutral topics."""
    if not issubclass(spec.model, QuestionnaireData):
        return ()
    field = field_of(spec.model, "wording")
    shown = sql.SQL("(SELECT shown.language || ' ' || shown.version FROM {} AS shown WHERE shown.id = {})").format(
        sql.Identifier(QuestionnaireWording._meta.db_table), reference("form", "wording_id")
    )
    return (Column(name="wording", expression=shown, label=field.verbose_name, kind=Kind.TEXT),)


def _item(model: type[FormData], item: Item) -> Column:
    return of_field(
        "form", field_of(model, item.name), cdash=item.cdash, unit=item.unit, required=item.is_always_required
    )


def _why_missing(model: type[FormData], item: Item) -> Column:
    return Column(
        name=f"{item.name}_missing",
        expression=sql.SQL("{} ->> {}").format(reference("form", "missing"), sql.Literal(item.name)),
        label=format_lazy(_("{item}: why there is no value"), item=field_of(model, item.name).verbose_name),
        kind=Kind.TEXT,
        codes=tuple(MissingReason.choices),
    )
