"""The data file of concomitant medication."""

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from exports.columns import YES_NO_CODES, Column, Kind, of_field, reference
from exports.table import Table, by_subject, field_of, keys, rows_of, table_of
from safety.models import AdverseEvent, ConcomitantMedication, EventTreatment

CM_CDASH = {
    "name": "CMTRT",
    "indication": "CMINDC",
    "dose": "CMDSTXT",
    "route": "CMROUTE",
    "frequency": "CMDOSFRQ",
    "started": "CMSTDAT",
    "ended": "CMENDAT",
}
"""CDASHIG 2.3, Prior and Concomitant Medications. Doses are texts with their unit, hence CMDSTXT."""

_ENTERED = ("number", "name", "indication", "treatment_kind", "dose", "route", "frequency", "started", "ended")


def concomitant_medication() -> Table:
    """Every medication of the log, with the numbers of the events it was given against."""
    model = ConcomitantMedication
    return Table(
        name="concomitant_medication",
        title=_("One row per concomitant medication"),
        source=rows_of("medication", model, subject_in="medication"),
        columns=(
            *keys(),
            *(_entered(name) for name in _ENTERED),
            _is_ongoing(),
            of_field("medication", field_of(model, "started_on"), derived=True),
            of_field("medication", field_of(model, "ended_on"), derived=True),
            _events(),
        ),
        order=by_subject(reference("medication", "number")),
    )


def _entered(name: str) -> Column:
    required = True if name == "started" else None
    field = field_of(ConcomitantMedication, name)
    return of_field("medication", field, cdash=CM_CDASH.get(name, ""), required=required)


def _is_ongoing() -> Column:
    return Column(
        name="is_ongoing",
        expression=sql.SQL("CASE {} WHEN '' THEN 'Y' ELSE 'N' END").format(reference("medication", "ended")),
        label=_("ongoing"),
        kind=Kind.YES_NO,
        cdash="CMONGO",
        codes=YES_NO_CODES,
        required=True,
        derived=True,
    )


def _events() -> Column:
    numbers = sql.SQL(
        "(SELECT string_agg(event.number::text, ' ' ORDER BY event.number) FROM {link} AS link"
        " JOIN {event} AS event ON event.id = link.event_id WHERE link.medication_id = medication.id)"
    ).format(link=table_of(EventTreatment), event=table_of(AdverseEvent))
    return Column(
        name="events",
        expression=numbers,
        label=_("adverse events it was given against, by number"),
        kind=Kind.CODES,
        cdash="CMAENO",
    )
