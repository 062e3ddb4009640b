"""The data files of adverse events, of the changes of their grades, and of what was given against them."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from exports.columns import YES_NO_CODES, Column, Kind, of_field, reference
from exports.table import Table, by_subject, columns_of, field_of, keys, rows_of, visit_code
from patients.models import Visit
from safety.models import AdverseEvent, ConcomitantMedication, EventTreatment, GradeChange
from safety.terms import ONGOING

CDASH = {
    "term": "AETERM",
    "onset": "AESTDAT",
    "onset_time": "AESTTIM",
    "ended": "AEENDAT",
    "grade": "AETOXGR",
    "is_serious": "AESER",
    "results_in_death": "AESDTH",
    "is_life_threatening": "AESLIFE",
    "caused_hospitalisation": "AESHOSP",
    "is_disabling": "AESDISAB",
    "is_congenital_anomaly": "AESCONG",
    "is_medically_important": "AESMIE",
    "is_special_interest": "AESI",
    "relation": "AEREL",
    "action_taken": "AEACN",
    "outcome": "AEOUT",
}
"""CDASHIG 2.3, Adverse Events."""
WORKED_OUT = frozenset({"onset_on", "ended_on"})


def tables() -> tuple[Table, ...]:
    """Events, then what each has several of."""
    return _events(), _grade_changes(), _treatments()


def _events() -> Table:
    skipped = {"id", "subject", "visit", "version"}
    fields = [field for field in AdverseEvent._meta.concrete_fields if field.name not in skipped]
    return Table(
        name="adverse_events",
        title=_("One row per adverse event"),
        source=rows_of(
            "event", AdverseEvent, ("visit", Visit, "event", "visit_id"), subject_in="event", optional=("visit",)
        ),
        columns=(
            *keys(),
            visit_code(required=False),
            *(
                of_field("event", field, cdash=CDASH.get(field.name, ""), derived=field.name in WORKED_OUT)
                for field in fields
            ),
            _is_ongoing(),
        ),
        order=by_subject(reference("event", "number")),
    )


def _is_ongoing() -> Column:
    """Whether the event goes on by its outcome; empty where that is not known."""
    outcome = reference("event", "outcome")
    codes = sql.SQL(", ").join(sql.Literal(code.value) for code in sorted(ONGOING))
    value = sql.SQL("CASE WHEN {outcome} IN ({codes}) THEN 'Y' WHEN {outcome} <> 'unknown' THEN 'N' END").format(
        outcome=outcome, codes=codes
    )
    return Column(
        name="is_ongoing",
        expression=value,
        label=_("ongoing"),
        kind=Kind.YES_NO,
        cdash="AEONGO",
        codes=YES_NO_CODES,
        derived=True,
    )


def _number() -> Column:
    return replace(of_field("event", field_of(AdverseEvent, "number"), name="event"), label=_("number of the event"))


def _grade_changes() -> Table:
    return Table(
        name="adverse_event_grades",
        title=_("One row per change of the grade of an adverse event"),
        source=rows_of("change", GradeChange, ("event", AdverseEvent, "change", "event_id"), subject_in="event"),
        columns=(*keys(), _number(), *columns_of("change", GradeChange, "changed_on", "grade")),
        order=by_subject(reference("event", "number"), reference("change", "changed_on")),
    )


def _treatments() -> Table:
    medication = of_field("medication", field_of(ConcomitantMedication, "number"), name="medication")
    return Table(
        name="adverse_event_treatments",
        title=_("One row per medication given against an adverse event"),
        source=rows_of(
            "treatment",
            EventTreatment,
            ("event", AdverseEvent, "treatment", "event_id"),
            ("medication", ConcomitantMedication, "treatment", "medication_id"),
            subject_in="event",
        ),
        columns=(*keys(), _number(), replace(medication, label=_("number of the medication"))),
        order=by_subject(reference("event", "number"), reference("medication", "number")),
    )
