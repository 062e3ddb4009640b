"""The gate before an infusion: what it reads from the record, who passes it, and what the database refuses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction

from accounts.models import User
from assessments.gate.facts import Bag
from assessments.gate.model import InfusionClearance
from assessments.gate.selectors import clearance_of
from assessments.gate.services import clear_infusion, gate_items
from assessments.gate.words import gate_lines, open_titles
from assessments.instruments.infusion.model import Infusion
from assessments.registry import INSTRUMENTS
from assessments.services import mark_not_done, save_form
from audit.context import acting
from audit.history import changes
from clinical.infusion_gate import GateState
from patients.models import Visit
from tests.factories import (
    complete_form,
    correct_form,
    enrolled_subject,
    entry_for,
    infused_subject,
    make_lot,
    make_member,
    make_site,
    make_subject,
    make_trial,
    member_of,
    system,
    take_place,
    write_past_schedule,
)
from tests.worlds import at_noon
from trials.models import Site, Trial
from trials.policies import NotAllowedNow
from trials.services import lift_hold, place_hold, recall_lot

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)  # in Guangzhou
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PREGNANCY_TEST = {"is_applicable": "Y", "no_test_reason": None, "specimen": "serum", "result": "negative"}


def woman(site: Site, by: User, **changed: dict[str, Any]) -> Visit:
    """The visit of the first infusion, today, of a woman who signed 14 days ago; nothing is filled in yet."""
    given = {"demographics": {"sex": "F"}, **changed}
    subject = enrolled_subject(site, by, signed_on=TODAY - 14 * DAY, **given)
    return take_place(subject, "W0", by)


def woman_to_be_infused() -> Visit:
    site = make_site(make_trial(), "GZ")
    return woman(site, member_of(site, "investigator"))


def woman_ready_to_be_infused() -> None:
    """Everything that the gate wants of the subject is recorded, and the lot UC-2401 may be given."""
    visit = woman_to_be_infused()
    investigator = member_of(visit.subject.site, "investigator")
    complete_form(visit, "vital_signs", investigator)
    complete_form(visit, "laboratory", investigator)
    complete_form(visit, "pregnancy_test", investigator, **PREGNANCY_TEST, tested_on=TODAY)
    make_lot(visit.subject.site.trial, "UC-2401")


WORLDS = {"ready": at_noon(woman_ready_to_be_infused), "visit": at_noon(woman_to_be_infused)}


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="W0")


@pytest.fixture
def ready(visit: Visit) -> Visit:
    return visit


def bag(**values: Any) -> Bag:
    given = {
        "lot_number": "UC-2401",
        "bag_number": "7",
        "thaw_started_at": None,
        "thaw_ended_at": None,
        "starts_at": NOON,
    }
    return Bag(**{**given, **values})


def states(visit: Visit, **values: Any) -> dict[str, str]:
    return {item.code.value: item.state.value for item in gate_items(visit, bag(**values), checkers=("a", "b"))}


def open_now(visit: Visit, **values: Any) -> dict[str, str]:
    fine = (GateState.MET, GateState.NOT_APPLICABLE)
    return {code: state for code, state in states(visit, **values).items() if state not in fine}


def explained(visit: Visit, code: str, by: User, *odd: str, complete: bool = True, **changed: Any) -> None:
    """A form in which something odd is explained."""
    entry = replace(entry_for(code, visit, **changed), confirmed=dict.fromkeys(odd, "Seen by the physician"))
    save_form(spec=INSTRUMENTS[code], visit=visit, entry=entry, complete=complete, by=by, expected_version=0)


def clear(visit: Visit, by: User, second: User, reason: str = "", **values: Any) -> InfusionClearance:
    return clear_infusion(visit=visit, bag=bag(**values), by=by, second_person=second, override_reason=reason)


def test_with_everything_recorded_nothing_is_open(ready: Visit) -> None:
    assert open_now(ready) == {}


def test_of_a_subject_about_whom_nothing_is_recorded_nothing_is_taken_for_granted(
    site: Site, investigator: User
) -> None:
    visit = take_place(make_subject(site, investigator), "SCR", investigator)
    assert open_now(visit) == {
        "laboratory_recent": "unknown",
        "not_pregnant": "unknown",
        "vital_signs_complete": "open",
        "lot_registered": "open",
        "lot_released": "unknown",
        "lot_not_recalled": "unknown",
        "lot_not_expired": "unknown",
        "thaw_in_time": "unknown",
    }


@pytest.mark.parametrize(("days_ago", "state"), [(3, "met"), (4, "open")])
def test_a_visit_outside_its_window_is_open(site: Site, investigator: User, days_ago: int, state: str) -> None:
    subject = infused_subject(site, investigator, days_ago=28 + days_ago, consent_before=14)
    assert states(take_place(subject, "W4", investigator))["inside_window"] == state


def test_a_visit_before_its_window_says_by_how_many_days(site: Site, investigator: User) -> None:
    visit = take_place(infused_subject(site, investigator, days_ago=20, consent_before=14), "W4", investigator)
    (line,) = (line for line in gate_lines(gate_items(visit, bag())) if line.code == "inside_window")
    assert (line.state, line.details) == ("open", ("days outside the window: -5",))


@pytest.mark.parametrize(("age", "state"), [(0, "met"), (7, "met"), (8, "open")])
def test_the_laboratory_is_as_old_as_its_sample_not_as_its_form(
    ready: Visit, investigator: User, age: int, state: str
) -> None:
    correct_form(ready, "laboratory", investigator, sampled_on=TODAY - age * DAY)
    assert states(ready)["laboratory_recent"] == state


def test_a_laboratory_that_is_a_draft_does_not_count(visit: Visit, investigator: User) -> None:
    explained(visit, "laboratory", investigator, complete=False)
    assert states(visit)["laboratory_recent"] == "open"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"tested_on": TODAY}, "met"),
        ({"tested_on": TODAY - 7 * DAY}, "met"),
        ({"tested_on": TODAY - 8 * DAY}, "open"),
        ({"tested_on": TODAY, "result": "positive"}, "open"),
        (
            {
                "is_applicable": "N",
                "no_test_reason": "postmenopausal",
                "specimen": None,
                "tested_on": None,
                "result": None,
            },
            "not_applicable",
        ),
    ],
)
def test_the_test_of_the_visit_rules_out_a_pregnancy_for_seven_days(
    visit: Visit, investigator: User, changed: dict[str, Any], state: str
) -> None:
    odd = ("pregnancy_test_old", "pregnancy_test_positive")
    explained(visit, "pregnancy_test", investigator, *odd, **{**PREGNANCY_TEST, **changed})
    assert states(visit)["not_pregnant"] == state


@pytest.mark.parametrize(("age", "state"), [(7, "met"), (8, "open")])
def test_the_test_of_screening_is_as_old_as_the_test(site: Site, investigator: User, age: int, state: str) -> None:
    subject = enrolled_subject(
        site,
        investigator,
        signed_on=TODAY - 5 * DAY,
        demographics={"sex": "F"},
        reproductive_status={"pregnancy_test_on": TODAY - age * DAY},
    )
    assert states(take_place(subject, "W0", investigator))["not_pregnant"] == state


def test_a_man_needs_no_test_and_of_a_woman_without_one_it_is_not_known(site: Site, investigator: User) -> None:
    man = take_place(enrolled_subject(site, investigator, signed_on=TODAY - 14 * DAY), "W0", investigator)
    untested = woman(site, investigator, reproductive_status={"pregnancy_test": "not_done", "pregnancy_test_on": None})
    assert [states(visit)["not_pregnant"] for visit in (man, untested)] == ["not_applicable", "unknown"]


def test_of_two_tests_on_one_day_the_positive_one_counts(site: Site, investigator: User) -> None:
    day = TODAY - 5 * DAY
    subject = enrolled_subject(
        site, investigator, signed_on=day, demographics={"sex": "F"}, reproductive_status={"pregnancy_test_on": day}
    )
    visit = take_place(subject, "W0", investigator)
    assert states(visit)["not_pregnant"] == "met"
    positive = {**PREGNANCY_TEST, "result": "positive", "tested_on": day}
    explained(visit, "pregnancy_test", investigator, "pregnancy_test_positive", **positive)
    assert states(visit)["not_pregnant"] == "open"


def test_a_form_of_the_visit_filled_in_later_counts_and_one_made_later_does_not(site: Site, investigator: User) -> None:
    visit = woman(site, investigator)
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        complete_form(visit, "pregnancy_test", investigator, **PREGNANCY_TEST, tested_on=TODAY)
        with acting(by=system(), reason="Filled in two days after the visit"):
            visit.findings.filter(source_form="pregnancy_test").update(collected_on=TODAY + 2 * DAY)
        assert states(visit)["not_pregnant"] == "met"
        with acting(by=system(), reason="Made after the visit"):
            visit.findings.filter(test_code="pregnancy_tested_on").update(day=TODAY + DAY)
        assert states(visit)["not_pregnant"] == "open"


def test_vital_signs_that_are_a_draft_do_not_count(ready: Visit, investigator: User) -> None:
    with acting(by=investigator, reason="Opened again"):
        INSTRUMENTS["vital_signs"].model._default_manager.filter(visit=ready).update(status="draft")
    assert open_now(ready) == {"vital_signs_complete": "open"}


def test_a_trial_or_a_site_on_hold_is_open_until_the_hold_is_lifted(ready: Visit) -> None:
    site = ready.subject.site
    for_all = place_hold(trial=site.trial, site=None, reason="Fever", by=system())
    assert open_now(ready) == {"trial_not_on_hold": "open"}
    lift_hold(hold=for_all, reason="Found harmless", by=system())
    place_hold(trial=site.trial, site=site, reason="Freezer", by=system())
    assert open_now(ready) == {"site_not_on_hold": "open"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("uc-2401", {}),
        ("GONE", {"lot_registered": "open", **dict.fromkeys(("lot_released", "lot_not_recalled"), "unknown")}),
        ("QUARANTINE", {"lot_released": "open"}),
        ("RECALLED", {"lot_not_recalled": "open"}),
        ("EXPIRED", {"lot_not_expired": "open"}),
    ],
)
def test_the_lot_is_the_one_in_the_register(ready: Visit, number: str, expected: dict[str, str]) -> None:
    trial = ready.subject.site.trial
    make_lot(trial, "QUARANTINE", released=False)
    make_lot(trial, "EXPIRED", expires_at=NOON - MINUTE)
    recall_lot(lot=make_lot(trial, "RECALLED"), reason="Donor ill", by=system())
    found = open_now(ready, lot_number=number)
    assert expected.items() <= found.items()
    assert set(found) - set(expected) <= ({"lot_not_expired", "thaw_in_time"} if number == "GONE" else set())


def test_a_lot_recalled_after_the_start_was_not_recalled_then(ready: Visit) -> None:
    recall_lot(lot=make_lot(ready.subject.site.trial, "LATER"), reason="Donor ill", by=system())
    assert states(ready, lot_number="LATER", starts_at=NOON - MINUTE)["lot_not_recalled"] == "met"


@pytest.mark.parametrize(
    ("thawed", "state"),
    [(None, "unknown"), (NOON - 90 * MINUTE, "met"), (NOON - 91 * MINUTE, "open"), (NOON + MINUTE, "unknown")],
)
def test_a_lot_with_a_limit_is_given_in_time_after_thawing(ready: Visit, thawed: Any, state: str) -> None:
    make_lot(ready.subject.site.trial, "QUICK", start_within_minutes_of_thaw=90)
    assert states(ready, lot_number="QUICK", thaw_ended_at=thawed)["thaw_in_time"] == state


def test_two_persons_pass_a_clear_gate_without_a_reason(ready: Visit, coordinator: User, investigator: User) -> None:
    clearance = clear(ready, coordinator, investigator, reason=" kept for nothing ")
    assert (clearance.cleared_by, clearance.second_person) == (coordinator, investigator)
    assert (clearance.lot.lot_number, clearance.bag_number, clearance.override_reason) == ("UC-2401", "7", "")
    assert not clearance.is_override
    assert clearance.items["identity_confirmed"] == clearance.items["product_confirmed"] == "met"
    assert clearance_of(ready) == clearance


def test_with_something_open_a_reason_is_needed_and_what_was_open_is_kept(
    ready: Visit, coordinator: User, investigator: User
) -> None:
    for reason in ("", "  "):
        with pytest.raises(ValidationError) as refused:
            clear(ready, coordinator, investigator, reason, lot_number="GONE")
        assert list(refused.value.message_dict) == ["override_reason"]
    clearance = clear(ready, coordinator, investigator, " Register is down ", lot_number="GONE")
    assert (clearance.lot, clearance.override_reason, clearance.is_override) == (None, "Register is down", True)
    assert open_titles(clearance.items)[:2] == ["The lot stands in the register", "The lot is released"]


def test_one_person_cannot_pass_the_gate(ready: Visit, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="must be somebody else"):
        clear(ready, coordinator, coordinator)
    assert clearance_of(ready) is None


@pytest.mark.parametrize("role", ["monitor", "data_manager"])
def test_the_second_person_works_with_subjects_at_the_site(
    ready: Visit, coordinator: User, other_site: Site, role: str
) -> None:
    for second in (make_member(role, ready.subject.site), make_member("coordinator", other_site)):
        with pytest.raises(ValidationError, match="does not work with subjects at this site"):
            clear(ready, coordinator, second)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_at": NOON - DAY}, "starts_at"),
        ({"starts_at": datetime(2026, 5, 20, 16, tzinfo=UTC)}, "starts_at"),  # midnight in Guangzhou
        ({"thaw_ended_at": NOON + MINUTE}, "starts_at"),
        ({"thaw_started_at": NOON + MINUTE}, "starts_at"),
        ({"thaw_started_at": NOON, "thaw_ended_at": NOON - MINUTE}, "thaw_ended_at"),
    ],
)
def test_times_that_cannot_be_are_refused_beside_their_field(
    ready: Visit, coordinator: User, investigator: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        clear(ready, coordinator, investigator, "Not a matter of reasons", **values)
    assert list(refused.value.message_dict) == [field]
    assert clearance_of(ready) is None


def test_the_gate_is_passed_again_for_another_bag_and_the_newest_counts(
    ready: Visit, coordinator: User, investigator: User
) -> None:
    first = clear(ready, coordinator, investigator)
    second = clear(ready, investigator, coordinator, bag_number="8")
    assert (first.pk < second.pk, clearance_of(ready)) == (True, second)
    assert InfusionClearance.objects.filter(visit=ready).count() == 2


def test_a_clearance_has_its_history(ready: Visit, coordinator: User, investigator: User) -> None:
    found = changes(clear(ready, coordinator, investigator))
    assert {(change.action, change.by) for change in found} == {("insert", str(coordinator))}


def run(statement: str, *values: Any) -> None:
    with transaction.atomic(), acting(by=system(), reason="Past every service"), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "assignment",
    ["second_person_id = cleared_by_id", "override_reason = 'Invented later'", "items = '{}'", "bag_number = '9'"],
)
def test_the_database_changes_no_clearance(
    ready: Visit, coordinator: User, investigator: User, assignment: str
) -> None:
    clearance = clear(ready, coordinator, investigator)
    with pytest.raises(Error, match="Cannot update or delete"):
        run(f"UPDATE assessments_infusionclearance SET {assignment} WHERE id = %s", clearance.pk)
    with pytest.raises(Error, match="Cannot update or delete"):
        run("DELETE FROM assessments_infusionclearance WHERE id = %s", clearance.pk)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("second_person_id", "cleared_by_id", "assessments_clearance_by_two_persons"),
        ("bag_number", "''", "assessments_clearance_names_the_bag"),
        ("lot_number", "''", "assessments_clearance_names_the_bag"),
        ("thaw_ended_at", "starts_at + interval '1 second'", "assessments_clearance_thaw_in_order"),
        ("thaw_started_at", "starts_at + interval '1 second'", "assessments_clearance_thaw_in_order"),
        ("override_reason", "'Nothing is open'", "assessments_clearance_says_why"),
        ("items", """'{"lot_released": "open"}'""", "assessments_clearance_says_why"),
        ("items", """'{"lot_released": "unknown"}'""", "assessments_clearance_says_why"),
    ],
)
def test_the_database_takes_no_clearance_that_cannot_be(
    ready: Visit, coordinator: User, investigator: User, column: str, value: str, constraint: str
) -> None:
    clearance = clear(ready, coordinator, investigator)
    names = [field.column for field in InfusionClearance._meta.concrete_fields if field.column != "id"]
    table = "assessments_infusionclearance"
    same = ", ".join(names)
    run(f"INSERT INTO {table} ({same}) SELECT {same} FROM {table} WHERE id = %s", clearance.pk)
    other = ", ".join(value if name == column else name for name in names)
    with pytest.raises(Error, match=constraint):
        run(f"INSERT INTO {table} ({same}) SELECT {other} FROM {table} WHERE id = %s", clearance.pk)


def test_an_infusion_is_not_recorded_without_its_gate(ready: Visit, coordinator: User, investigator: User) -> None:
    arguments: dict[str, Any] = {
        "spec": INSTRUMENTS["infusion"],
        "visit": ready,
        "entry": entry_for("infusion", ready),
        "by": coordinator,
        "expected_version": 0,
    }
    for complete in (False, True):
        with pytest.raises(NotAllowedNow, match="Pass the gate"):
            save_form(**arguments, complete=complete)
    clear(ready, coordinator, investigator)
    with pytest.raises(ValidationError) as refused:
        save_form(**arguments, complete=True)
    assert set(refused.value.message_dict) == {"product_lot", "bag_number"}


def test_an_infusion_recorded_before_there_were_gates_can_be_corrected(ready: Visit, investigator: User) -> None:
    write_past_schedule(ready, "infusion", investigator)
    corrected = correct_form(ready, "infusion", investigator, volume_ml=Decimal("69.0"))
    assert corrected.volume_ml == Decimal("69.0")
    assert clearance_of(ready) is None
    with pytest.raises(NotAllowedNow, match="recorded as complete"):
        clear(ready, investigator, make_member("coordinator", ready.subject.site))


def test_an_infusion_that_was_not_given_needs_no_gate(ready: Visit, investigator: User) -> None:
    mark_not_done(
        spec=INSTRUMENTS["infusion"], visit=ready, reason_not_done="Fever", by=investigator, expected_version=0
    )
    assert Infusion.objects.get(visit=ready).status == "not_done"
    assert clearance_of(ready) is None


def test_an_infusion_that_was_called_off_is_not_recorded_later_without_its_gate(
    ready: Visit, investigator: User
) -> None:
    infusion = INSTRUMENTS["infusion"]
    mark_not_done(spec=infusion, visit=ready, reason_not_done="Fever", by=investigator, expected_version=0)
    with pytest.raises(NotAllowedNow, match="Pass the gate"):
        save_form(
            spec=infusion,
            visit=ready,
            entry=entry_for("infusion", ready),
            complete=True,
            by=investigator,
            expected_version=1,
            reason="Given after all",
        )


def test_nobody_is_cleared_before_enrolment_or_before_the_visit(
    trial: Trial, site: Site, coordinator: User, investigator: User
) -> None:
    subject = enrolled_subject(site, investigator, signed_on=TODAY - 14 * DAY)
    with pytest.raises(NotAllowedNow, match="Record the date of the visit"):
        clear(subject.visits.get(code="W0"), coordinator, investigator, "Early")
    screening = take_place(make_subject(site, investigator), "SCR", investigator)
    with pytest.raises(NotAllowedNow, match="asks for no form"):
        clear(screening, coordinator, investigator, "Early")
