"""The data files about the cell product: lots, and what two persons confirmed before each infusion."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from assessments.gate.model import InfusionClearance
from exports.columns import of_field, reference
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
from patients.models import Visit
from trials.models import ProductLot, Trial


def lots() -> Table:
    """Every lot of the trial, also those that nobody received."""
    skipped = {"id", "trial", "row_version"}
    return Table(
        name="product_lots",
        title=_("One row per lot of the cell product: origin, release tests, status; lots belong to no subject"),
        source=sql.SQL("{} AS lot JOIN {} AS trial ON trial.id = lot.trial_id").format(
            table_of(ProductLot), table_of(Trial)
        ),
        columns=(
            of_field("trial", field_of(Trial, "registration"), name="study", cdash="STUDYID"),
            *(of_field("lot", field) for field in ProductLot._meta.concrete_fields if field.name not in skipped),
        ),
        order=(sql.SQL('{} COLLATE "C"').format(reference("lot", "lot_number")), reference("lot", "id")),
        about_trial=True,
    )


def clearances() -> Table:
    """Every passing of the gate before an infusion; the last one of a visit counts."""
    model = InfusionClearance
    second = sign_in_name(model, "second_person")
    return Table(
        name="infusion_clearances",
        title=_("One row per passing of the gate before an infusion; of several at a visit the last one counts"),
        source=rows_of(
            "clearance",
            model,
            ("visit", Visit, "clearance", "visit_id"),
            person("clearance", "cleared_by_id"),
            ("second", person("clearance", "second_person_id")[1], "clearance", "second_person_id"),
            subject_in="visit",
        ),
        columns=(
            *keys(),
            visit_code(),
            *columns_of("clearance", model, "lot_number", "bag_number", "thaw_started_at", "thaw_ended_at"),
            *columns_of("clearance", model, "starts_at", "items", "override_reason"),
            sign_in_name(model, "cleared_by"),
            replace(second, expression=reference("second", "username")),
            *columns_of("clearance", model, "cleared_at"),
        ),
        order=by_subject(reference("visit", "position"), reference("visit", "id"), reference("clearance", "id")),
    )
