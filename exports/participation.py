"""The data files about a subject's way through the trial: consent, eligibility, allocation."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from exports.columns import YES_NO_CODES, Column, Kind, list_of_codes, of_field, reference
from exports.table import Table, by_subject, columns_of, field_of, keys, person, rows_of, sign_in_name, table_of
from patients.models import (
    Allocation,
    AllocationPlace,
    ConsentWithdrawal,
    EligibilityDecision,
    InformedConsent,
    Subject,
)
from trials.models import ProtocolVersion


def subjects() -> Table:
    """Everybody who was registered; of those who withdrew their data, number and status only."""
    version = of_field("protocol", field_of(ProtocolVersion, "version"), name="protocol_version")
    previous = of_field("earlier", field_of(Subject, "number"), name="previous_attempt", required=False)
    is_withdrawn = Column(
        name="data_use_withdrawn",
        expression=sql.SQL("CASE WHEN subject.is_data_withdrawn THEN 'Y' ELSE 'N' END"),
        label=_("withdrew from further use of the data"),
        kind=Kind.YES_NO,
        codes=YES_NO_CODES,
        required=True,
        derived=True,
    )
    participation = (
        version,
        *columns_of("subject", Subject, "enrolment_number", "attempt"),
        replace(previous, label=field_of(Subject, "previous_attempt").verbose_name),
        *columns_of("subject", Subject, "arm_code", "enrolled_on", "first_treatment_on", "ended_on"),
    )
    return Table(
        name="subjects",
        title=_("One row per subject: status, arm and the days of participation"),
        source=sql.SQL(
            "subject JOIN {version} AS protocol ON protocol.id = subject.protocol_version_id"
            " LEFT JOIN subject AS earlier ON earlier.id = subject.previous_attempt_id"
        ).format(version=table_of(ProtocolVersion)),
        columns=(
            *keys(),
            *columns_of("subject", Subject, "status"),
            is_withdrawn,
            *(_unless_withdrawn(column) for column in participation),
        ),
        order=by_subject(),
        keeps_withdrawn=True,
    )


def consents() -> Table:
    """Every signature under an information sheet."""
    return Table(
        name="consents",
        title=_("One row per informed consent: date, version and language of the information sheet"),
        source=rows_of("consent", InformedConsent, person("consent", "obtained_by_id"), subject_in="consent"),
        columns=(
            *keys(),
            *columns_of("consent", InformedConsent, "signed_on", "sheet_version", "language"),
            sign_in_name(InformedConsent, "obtained_by"),
        ),
        order=by_subject(reference("consent", "signed_on"), reference("consent", "id")),
    )


def withdrawals() -> Table:
    """Every withdrawal of consent, also that of the use of the data."""
    model = ConsentWithdrawal
    return Table(
        name="withdrawals",
        title=_("One row per withdrawal of consent: from what, when"),
        source=rows_of("withdrawal", model, person("withdrawal", "recorded_by_id"), subject_in="withdrawal"),
        columns=(
            *keys(),
            *columns_of("withdrawal", model, "scope", "withdrawn_on", "reason"),
            sign_in_name(model, "recorded_by"),
        ),
        order=by_subject(reference("withdrawal", "withdrawn_on"), reference("withdrawal", "id")),
        keeps_withdrawn=True,
    )


def eligibility() -> Table:
    """Every decision of an investigator."""
    model = EligibilityDecision
    version = of_field("protocol", field_of(ProtocolVersion, "version"), name="protocol_version", required=False)
    return Table(
        name="eligibility",
        title=_("One row per eligibility decision, with the facts as they were"),
        source=rows_of(
            "decision",
            model,
            person("decision", "decided_by_id"),
            ("protocol", ProtocolVersion, "decision", "protocol_version_id"),
            subject_in="decision",
            optional=("protocol",),
        ),
        columns=(
            *keys(),
            *columns_of("decision", model, "decided_at", "outcome"),
            list_of_codes("decision", field_of(model, "failed_criteria")),
            sign_in_name(model, "decided_by"),
            version,
            *columns_of("decision", model, "stale_since"),
            list_of_codes("decision", field_of(model, "stale_criteria")),
            *columns_of("decision", model, "facts"),
        ),
        order=by_subject(reference("decision", "decided_at"), reference("decision", "id")),
    )


def allocations() -> Table:
    """Allocations that were given. Of the list, only the place an allocation came from: unused places, seed and block
    lengths would tell what comes next."""
    place = of_field("place", field_of(AllocationPlace, "position"), name="place", required=False)
    return Table(
        name="allocations",
        title=_("One row per allocation that was given; a later one of a subject is a change of arm"),
        source=rows_of(
            "allocation",
            Allocation,
            person("allocation", "allocated_by_id"),
            ("place", AllocationPlace, "allocation", "place_id"),
            subject_in="allocation",
            optional=("place",),
        ),
        columns=(
            *keys(),
            *columns_of("allocation", Allocation, "sequence", "arm_code", "allocated_on"),
            sign_in_name(Allocation, "allocated_by"),
            *columns_of("allocation", Allocation, "reason"),
            replace(place, label=field_of(Allocation, "place").verbose_name),
        ),
        order=by_subject(reference("allocation", "sequence")),
    )


def _unless_withdrawn(column: Column) -> Column:
    """Empty for a subject who withdrew from the use of the data."""
    value = sql.SQL("CASE WHEN NOT subject.is_data_withdrawn THEN {} END").format(column.expression)
    return replace(column, expression=value, required=False)
