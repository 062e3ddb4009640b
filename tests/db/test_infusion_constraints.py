"""What the database refuses of an infusion and of the vital signs around it, whoever writes."""

import pytest
from django.db import Error, connection, transaction

from accounts.models import User
from assessments.form_specs import ROW_KEY
from audit.context import acting
from patients.models import Visit
from tests.factories import enrolled_subject, system, take_place, write_past_schedule
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

START = "2026-05-20 09:30+00"


@pytest.fixture
def visit(site: Site, investigator: User) -> Visit:
    visit = take_place(enrolled_subject(site, investigator), "W0", investigator)
    pause = {ROW_KEY: "1", "reason": "Pain", "stopped_at": None, "resumed_at": None}
    write_past_schedule(visit, "infusion", investigator, interruptions=(pause,))
    write_past_schedule(visit, "infusion_vital_signs", investigator)
    return visit


def write(table: str, assignments: str) -> None:
    with transaction.atomic(), acting(by=system(), reason="Past every service"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE assessments_{table} SET {assignments}")
        assert cursor.rowcount >= 1


@pytest.mark.parametrize(
    ("table", "refused", "allowed", "constraint"),
    [
        (
            "infusion",
            f"started_at = '{START}', stopped_at = '{START}'",
            f"started_at = '{START}', stopped_at = '2026-05-20 09:31+00'",
            "infusion_stops_after_it_starts",
        ),
        (
            "infusion",
            "thaw_ended_at = started_at + interval '1 second'",
            "thaw_ended_at = started_at",
            "infusion_starts_after_thawing",
        ),
        (
            "infusion",
            "thaw_ended_at = started_at, thaw_started_at = started_at + interval '1 second'",
            "thaw_ended_at = started_at, thaw_started_at = started_at",
            "infusion_thaw_ends_after_it_begins",
        ),
        ("infusion", "post_thaw_viability_percent = 100.1", "post_thaw_viability_percent = 100", "viability"),
        ("infusion", "minutes_from_thaw = -1", "minutes_from_thaw = 0", "minutes_from_thaw"),
        ("infusion", "given_cells_per_kg = -1", "given_cells_per_kg = 0", "given_cells_per_kg"),
        (
            "interruption",
            f"stopped_at = '{START}', resumed_at = '{START}'",
            f"stopped_at = '{START}', resumed_at = NULL",
            "interruption_ends_after_it_begins",
        ),
        (
            "vitalsignsreading",
            "systolic_mmhg = 80, diastolic_mmhg = 80",
            "systolic_mmhg = 81, diastolic_mmhg = 80",
            "vitalsignsreading_diastolic_below_systolic",
        ),
        (
            "vitalsignsreading",
            "oxygen_saturation_percent = 101",
            "oxygen_saturation_percent = 100",
            "oxygen_saturation_percent",
        ),
        ("vitalsignsreading", "temperature_c = 45.1", "temperature_c = 45", "temperature_c"),
    ],
)
def test_the_database_refuses_what_cannot_be_and_takes_the_limit(
    visit: Visit, table: str, refused: str, allowed: str, constraint: str
) -> None:
    with pytest.raises(Error, match=constraint):
        write(table, refused)
    write(table, allowed)
