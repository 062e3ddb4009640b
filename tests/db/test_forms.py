"""Storing forms: drafts, completion, corrections, conflicts, checks, findings, and what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.form_data import FormData
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, FormConflict, mark_not_done, save_form
from audit.context import acting
from audit.history import changes, event_model
from patients.models import Finding, Subject, Visit
from tests.factories import (
    clear,
    enrolled_subject,
    entry_for,
    infused_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    take_place,
)
from tests.worlds import screening_visit
from trials.models import Site
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

WORLDS = {"visit": screening_visit}
TODAY = date(2026, 5, 20)
STATEMENTS_PER_SAVE = 15


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="SCR")


def store(
    code: str,
    visit: Visit,
    by: User,
    *,
    complete: bool = True,
    version: int = 0,
    entry: Entry | None = None,
    reason: str = "",
) -> FormData:
    return save_form(
        spec=INSTRUMENTS[code],
        visit=visit,
        entry=entry or entry_for(code, visit),
        complete=complete,
        by=by,
        expected_version=version,
        reason=reason,
    )


def errors_of(refusal: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(refusal.value.message_dict)


def found(visit: Visit, code: str) -> dict[str, Any]:
    return {f.test_code: f.value for f in Finding.objects.filter(visit=visit, source_form=code)}


def test_a_draft_may_be_empty(visit: Visit, coordinator: User) -> None:
    form = store("pasi", visit, coordinator, complete=False, entry=Entry(values={}, assessed_on=TODAY))
    form.refresh_from_db()
    assert (form.status, form.total, form.row_version) == ("draft", None, 1)
    assert found(visit, "pasi") == {}


def test_a_complete_form_stores_what_is_derived_and_publishes_it(visit: Visit, coordinator: User) -> None:
    form = store("pasi", visit, coordinator)
    form.refresh_from_db()
    assert (form.status, form.total, form.head_score) == ("complete", Decimal("27.0"), Decimal("2.7"))
    assert form.assessed_by == coordinator
    assert found(visit, "pasi") == {
        "pasi_total": Decimal("27.0"),
        "pasi_head_area": 3,
        "pasi_upper_limbs_area": 3,
        "pasi_trunk_area": 3,
        "pasi_lower_limbs_area": 3,
    }


def test_a_draft_changes_without_a_reason_until_it_is_complete(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator, complete=False)
    store(
        "bsa", visit, coordinator, complete=False, version=1, entry=entry_for("bsa", visit, head_palms=Decimal("4.0"))
    )
    assert store("bsa", visit, coordinator, version=2).status == "complete"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_complete_form_does_not_change_without_a_reason(visit: Visit, coordinator: User, reason: str) -> None:
    form = store("bsa", visit, coordinator)
    changed = entry_for("bsa", visit, head_palms=Decimal("4.0"))
    with pytest.raises(ValidationError) as refusal:
        store("bsa", visit, coordinator, version=1, entry=changed, reason=reason)
    assert errors_of(refusal) == {"reason"}
    form.refresh_from_db()
    assert (form.head_palms, form.row_version) == (Decimal("3.5"), 1)


def test_a_correction_keeps_the_old_value_with_person_and_reason(visit: Visit, coordinator: User) -> None:
    form = store("bsa", visit, coordinator)
    changed = entry_for("bsa", visit, head_palms=Decimal("4.5"))
    store("bsa", visit, coordinator, version=1, entry=changed, reason="Typing error")
    last = changes(form, ["head_palms"])[-1]
    assert (last.before, last.after) == (Decimal("3.5"), Decimal("4.5"))
    assert (last.reason, last.by) == ("Typing error", coordinator.full_name)


def test_a_correction_changes_the_finding_and_history_keeps_the_old_one(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    finding = Finding.objects.get(visit=visit, test_code="bsa_percent")
    assert finding.number == Decimal("36.0")
    changed = entry_for("bsa", visit, head_palms=Decimal("4.5"))
    store("bsa", visit, coordinator, version=1, entry=changed, reason="Typing error")
    finding.refresh_from_db()
    assert finding.number == Decimal("37.0")
    assert changes(finding, ["number"])[-1].before == Decimal("36.0")


def test_a_complete_form_stays_complete_when_it_is_saved_as_a_draft(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    assert store("bsa", visit, coordinator, complete=False, version=1, reason="Checked").status == "complete"


def test_a_form_marked_not_done_withdraws_what_it_published(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    form = mark_not_done(
        spec=INSTRUMENTS["bsa"],
        visit=visit,
        reason_not_done="Subject left early",
        by=coordinator,
        expected_version=1,
        reason="Entered for another subject",
    )
    assert (form.status, form.head_palms, form.percent) == ("not_done", None, None)
    assert found(visit, "bsa") == {}
    last = event_model(Finding).objects.filter(test_code="bsa_percent").latest("pgh_id")
    assert (last.pgh_label, last.number) == ("delete", Decimal("36.0"))


@pytest.mark.parametrize("reason_not_done", ["", " "])
def test_not_done_needs_to_say_why(visit: Visit, coordinator: User, reason_not_done: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        mark_not_done(
            spec=INSTRUMENTS["bsa"], visit=visit, reason_not_done=reason_not_done, by=coordinator, expected_version=0
        )
    assert errors_of(refusal) == {"reason_not_done"}


def test_a_complete_form_is_not_marked_not_done_without_a_reason(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    with pytest.raises(ValidationError) as refusal:
        mark_not_done(spec=INSTRUMENTS["bsa"], visit=visit, reason_not_done="Left", by=coordinator, expected_version=1)
    assert errors_of(refusal) == {"reason"}


def test_a_form_lacking_a_value_is_not_complete(visit: Visit, coordinator: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        store(
            "vital_signs", visit, coordinator, entry=entry_for("vital_signs", visit, pulse_per_min=None, weight_kg=None)
        )
    assert errors_of(refusal) == {"pulse_per_min", "weight_kg"}


def test_a_coded_reason_stands_for_a_value(visit: Visit, coordinator: User) -> None:
    entry = replace(entry_for("vital_signs", visit, pulse_per_min=None), missing={"pulse_per_min": "not_done"})
    form = store("vital_signs", visit, coordinator, entry=entry)
    form.refresh_from_db()
    assert (form.status, form.missing) == ("complete", {"pulse_per_min": "not_done"})
    assert "pulse_per_min" not in found(visit, "vital_signs")


def test_no_reason_stands_for_a_score_of_the_pasi(visit: Visit, coordinator: User) -> None:
    entry = replace(entry_for("pasi", visit, trunk_area=None), missing={"trunk_area": "not_done"})
    with pytest.raises(ValidationError) as refusal:
        store("pasi", visit, coordinator, entry=entry)
    assert errors_of(refusal) == {"trunk_area"}


def test_a_contradiction_is_refused_even_in_a_draft(visit: Visit, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="area is 0"):
        store("pasi", visit, coordinator, complete=False, entry=entry_for("pasi", visit, head_area=0))
    with pytest.raises(ValidationError, match="below the systolic"):
        store(
            "vital_signs", visit, coordinator, complete=False, entry=entry_for("vital_signs", visit, diastolic_mmhg=124)
        )


def test_an_odd_value_must_be_explained_to_complete_but_not_to_draft(visit: Visit, coordinator: User) -> None:
    flat = dict.fromkeys(("head_erythema", "head_induration", "head_desquamation"), 0)
    odd = entry_for("pasi", visit, **flat)
    store("pasi", visit, coordinator, complete=False, entry=odd)
    for confirmed in ({}, {"head_area_without_signs": "  "}):
        with pytest.raises(ValidationError, match="adds nothing to the PASI"):
            store("pasi", visit, coordinator, version=1, entry=replace(odd, confirmed=confirmed))
    explained = replace(odd, confirmed={"head_area_without_signs": "Pigment only, seen by Dr Li"})
    form = store("pasi", visit, coordinator, version=1, entry=explained)
    form.refresh_from_db()
    assert form.confirmed_checks == {"head_area_without_signs": "Pigment only, seen by Dr Li"}


def test_bsa_is_compared_with_the_areas_of_the_same_visit(visit: Visit, coordinator: User) -> None:
    store("pasi", visit, coordinator)
    small = dict.fromkeys(("head_palms", "upper_limbs_palms", "trunk_palms", "lower_limbs_palms"), Decimal("0.5"))
    with pytest.raises(ValidationError, match=r"this form gives 2\.0"):
        store("bsa", visit, coordinator, entry=replace(entry_for("bsa", visit, **small), confirmed={}))


def test_the_second_of_two_savers_is_told_and_changes_nothing(
    visit: Visit, coordinator: User, investigator: User
) -> None:
    store("bsa", visit, coordinator, complete=False)
    store(
        "bsa", visit, coordinator, complete=False, version=1, entry=entry_for("bsa", visit, head_palms=Decimal("1.0"))
    )
    with pytest.raises(FormConflict) as conflict:
        store("bsa", visit, investigator, complete=False, version=1)
    assert conflict.value.stored.head_palms == Decimal("1.0")
    assert conflict.value.stored.row_version == 2


def test_a_form_opened_as_new_does_not_overwrite_one_stored_meanwhile(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    with pytest.raises(FormConflict):
        store("bsa", visit, coordinator, version=0)


def test_of_two_first_saves_at_the_same_moment_one_is_told(committed_db: None) -> None:
    site = make_site(make_trial())
    people = [make_member("coordinator", site), make_member("coordinator", site)]
    visit = take_place(make_subject(site, people[0]), "SCR", people[0])
    start = Barrier(2)

    def save(person: User) -> str:
        own = Visit.objects.select_related("subject__site", "subject__protocol_version").get(pk=visit.pk)
        start.wait(10)
        try:
            return store("bsa", own, person).status
        except FormConflict:
            return "conflict"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, people)) == ["complete", "conflict"]
    assert INSTRUMENTS["bsa"].model.objects.get(visit=visit).row_version == 1


def test_a_form_waits_for_its_visit(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    waiting = Visit.objects.select_related("subject__site", "subject__protocol_version").get(
        subject=subject, code="SCR"
    )
    with pytest.raises(NotAllowedNow, match="Record the date of the visit first"):
        store("bsa", waiting, coordinator, complete=False, entry=Entry(values={}, assessed_on=TODAY))


def test_a_form_that_the_protocol_does_not_ask_for_is_refused(visit: Visit, coordinator: User) -> None:
    with pytest.raises(NotAllowedNow, match="asks for no form"):
        store("infusion", visit, coordinator)


def test_nothing_is_treated_before_the_first_infusion_is_complete(investigator: User, enrolled: Subject) -> None:
    visit = take_place(enrolled, "W0", investigator)
    clear(visit, investigator)
    store("infusion", visit, investigator, complete=False)
    enrolled.refresh_from_db()
    assert (enrolled.status, enrolled.first_treatment_on) == ("enrolled", None)
    store("infusion", visit, investigator, version=1)
    enrolled.refresh_from_db()
    assert (enrolled.status, enrolled.first_treatment_on) == ("on_treatment", TODAY)


def test_the_dose_is_worked_out_from_arm_and_weight_and_from_what_was_given(infused: Subject) -> None:
    form = INSTRUMENTS["infusion"].model.objects.get(visit__subject=infused)
    assert (form.cells_per_kg, form.planned_cells, form.given_cells) == (500_000, 35_000_000, 35_000_000)
    assert (form.planned_volume_ml, form.deviation_percent) == (Decimal("70.0"), Decimal("0.0"))


def test_an_infusion_cannot_end_before_it_starts(site: Site, investigator: User) -> None:
    visit = take_place(enrolled_subject(site, investigator), "W0", investigator)
    clear(visit, investigator)
    start = entry_for("infusion", visit).values["started_at"]
    for stop in (start, start - timedelta(minutes=1)):
        with pytest.raises(ValidationError, match="must end after it starts"):
            store("infusion", visit, investigator, entry=entry_for("infusion", visit, stopped_at=stop))


@pytest.mark.parametrize("code", ["demographics", "vital_signs", "pasi", "bsa"])
def test_a_save_takes_a_fixed_small_number_of_statements(visit: Visit, coordinator: User, code: str) -> None:
    entry = entry_for(code, visit)
    with CaptureQueriesContext(connection) as first:
        store(code, visit, coordinator, entry=entry)
    with CaptureQueriesContext(connection) as second:
        store(code, visit, coordinator, entry=entry, version=1, reason="Checked against the source")
    assert max(len(first), len(second)) <= STATEMENTS_PER_SAVE, f"{len(first)} to store, {len(second)} to correct"


def test_correcting_an_infusion_takes_no_more_statements_than_another_form(site: Site, investigator: User) -> None:
    visit = take_place(enrolled_subject(site, investigator), "W0", investigator)
    clear(visit, investigator)
    entry = entry_for("infusion", visit)
    store("infusion", visit, investigator, entry=entry)
    with CaptureQueriesContext(connection) as queries:
        store("infusion", visit, investigator, entry=entry, version=1, reason="Checked against the source")
    assert len(queries) <= STATEMENTS_PER_SAVE


IMPOSSIBLE = {
    "a PASI sign of 5": ("pasi", "head_erythema = 5"),
    "a PASI sign below 0": ("pasi", "head_erythema = -1"),
    "a PASI area of 7": ("pasi", "trunk_area = 7"),
    "a PASI sign without area": ("pasi", "lower_limbs_area = 0"),
    "a PASI total above 72": ("pasi", "total = 72.1"),
    "a percent of a region beside another area score": ("pasi", "trunk_percent = 50"),
    "a percent of a region just below its area score": ("pasi", "head_percent = 29.9"),
    "nothing affected beside an area score": ("pasi", "upper_limbs_percent = 0"),
    "a PASI total on paper above 72": ("pasi", "paper_total = 72.1"),
    "a BSA by an unknown method": ("bsa", "method = 'nines'"),
    "a BSA of palms said to be of regions": ("bsa", "method = 'regions'"),
    "a BSA that is not the sum of its palms": ("bsa", "percent = 35.9"),
    "a BSA without palms": ("bsa", "head_palms = NULL"),
    "more palms than the head has": ("bsa", "head_palms = 10.1, percent = 42.6"),
    "a weight of 19.9 kg": ("vital_signs", "weight_kg = 19.9"),
    "oxygen above 100 %": ("vital_signs", "oxygen_saturation_percent = 101"),
    "an age of 121": ("demographics", "age_years = 121"),
    "not done without saying why": ("bsa", "status = 'not_done'"),
    "a reason not done for a form that was done": ("bsa", "reason_not_done = 'left'"),
}


@pytest.mark.parametrize(("code", "change"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_database_itself_refuses(visit: Visit, coordinator: User, code: str, change: str) -> None:
    form = store(code, visit, coordinator)
    table = form._meta.db_table
    with (
        pytest.raises(IntegrityError, match="check constraint"),
        transaction.atomic(),
        acting(by=coordinator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {change} WHERE id = %s", [form.pk])


@pytest.mark.parametrize("change", ["stopped_at = started_at", "stopped_at = started_at - interval '1 minute'"])
def test_the_database_refuses_an_infusion_that_ends_before_it_starts(
    site: Site, investigator: User, change: str
) -> None:
    subject: Subject = infused_subject(site, investigator)
    with (
        pytest.raises(IntegrityError, match="infusion_stops_after_it_starts"),
        transaction.atomic(),
        acting(by=investigator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE assessments_infusion SET {change} WHERE visit_id IN"
            " (SELECT id FROM patients_visit WHERE subject_id = %s)",
            [subject.pk],
        )


def test_the_database_refuses_a_second_form_of_a_visit(visit: Visit, coordinator: User) -> None:
    form = store("bsa", visit, coordinator)
    form.pk = None
    with pytest.raises(IntegrityError, match="bsa_once_a_visit"), transaction.atomic(), acting(by=coordinator):
        form.save(force_insert=True)


def test_the_database_refuses_a_finding_of_two_kinds_or_of_none(visit: Visit, coordinator: User) -> None:
    store("bsa", visit, coordinator)
    for value in ({"yes_no": True}, {"number": None}):
        with (
            pytest.raises(DatabaseError, match="patients_finding_has_one_value"),
            transaction.atomic(),
            acting(by=coordinator, reason="By hand"),
        ):
            Finding.objects.filter(test_code="bsa_percent").update(**value)
