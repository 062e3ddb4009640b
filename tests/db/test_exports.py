"""The zip of an export, read back and compared with the database."""

import csv
import hashlib
import io
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import InternalError, ProgrammingError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import User
from assessments.form_data import BOOKKEEPING, FormData, RowData
from assessments.form_specs import ROW_KEY, CrfSpec, RowGroup
from assessments.gate.model import InfusionClearance
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, mark_not_done, save_form
from assessments.wording.display import Words
from assessments.wording.model import QuestionnaireData, QuestionnaireWording
from audit.context import acting
from audit.history import event_model
from clinical.laboratory.analytes import ANALYTES
from exports.models import ExportRecord
from exports.services import make_export, one_moment
from exports.table import Table
from exports.tables import all_tables
from patients.models import (
    Allocation,
    ConsentWithdrawal,
    Deviation,
    EligibilityDecision,
    Finding,
    InformedConsent,
    Subject,
    SubjectIdentity,
    Visit,
)
from safety.models import AdverseEvent, ConcomitantMedication, EventTreatment
from safety.services import record_adverse_event
from tests.exported import Row, fields_of, in_order, members_of, of_subject, rows_of, whose, written
from tests.factories import (
    complete_form,
    correct_form,
    entry_for,
    infused_subject,
    make_lot,
    make_medication,
    make_member,
    make_randomised_trial,
    make_site,
    make_subject,
    make_trial_asking_for,
    make_wording,
    take_place,
    write_past_schedule,
)
from trials.models import ProductLot, Trial
from trials.services import recall_lot

FURTHER_FORMS = tuple(
    code
    for code, spec in INSTRUMENTS.items()
    if code not in ("demographics", "vital_signs", "pasi", "bsa") and not spec.is_treatment
)
"""Forms that the protocol does not ask for by itself: they must be in the export too."""
AWKWARD = 'He said "no", then,\r\nleft; 批号：甲，乙\n\\.\n=1+1'
FEVER: dict[str, Any] = {
    "term": "Fever, 39 °C",
    "grade": 1,
    "is_serious": False,
    "relation": "possible",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Callable[[], None] | None:
    return full_trial if "full" in request.fixturenames else None


@pytest.fixture
def trial(committed_db: None) -> Trial:
    return Trial.objects.first() or make_trial_asking_for(*FURTHER_FORMS)


@pytest.fixture
def manager(trial: Trial) -> User:
    return make_member("data_manager", trial=trial)


@pytest.fixture
def full(trial: Trial) -> Trial:
    """What `full_trial` has written."""
    return trial


def full_trial() -> None:
    """Two sites; complete, draft and refused forms; adverse events with and without a visit; a questionnaire asked by
    topics before treatment and in licensed words afterwards."""
    trial = make_trial_asking_for(*FURTHER_FORMS)
    licensed = make_wording(trial, language="zh-hans", version="2.0")
    for code in ("VIE", "GZ"):
        site = make_site(trial, code)
        doctor = make_member("investigator", site)
        subject = infused_subject(site, doctor, days_ago=40)
        _infuse_with_lines(subject, doctor)
        visit = take_place(subject, "W4", doctor)
        draft = Entry(
            values={"weight_kg": Decimal("71.5")}, assessed_on=visit.occurred_on, missing={"pulse_per_min": "refused"}
        )
        save_form(
            spec=INSTRUMENTS["vital_signs"], visit=visit, entry=draft, complete=False, by=doctor, expected_version=0
        )
        ask_dlqi_in(licensed, visit, doctor)
        for code in FURTHER_FORMS:
            if code != "dlqi":
                complete_form(visit, code, doctor)
        mark_not_done(spec=INSTRUMENTS["bsa"], visit=visit, reason_not_done=AWKWARD[:40], by=doctor, expected_version=0)
        onset = visit.occurred_on
        record_adverse_event(subject=subject, fields={**FEVER, "onset": onset.isoformat()}, by=doctor)
        course = {"onset_time": time(0, 0), "grade_changes": [(onset, 1)]}
        of_visit = {**FEVER, "onset": onset.isoformat(), "visit": visit, "narrative": AWKWARD, **course}
        record_adverse_event(subject=subject, fields=of_visit, by=doctor)
        _medication(subject, doctor)
        with acting(by=doctor):
            ConsentWithdrawal.objects.create(
                subject=make_subject(site, doctor), scope="follow_up", withdrawn_on=onset, recorded_by=doctor
            )
            for number, at in enumerate((visit, None), start=11):
                Deviation.objects.create(
                    subject=subject, visit=at, number=number, occurred_on=onset, category="visit", recorded_by=doctor
                )
    # This trial does not use every form; its visits hold them all the same, so that every file has a row.
    for code, spec in INSTRUMENTS.items():
        if not spec.model._default_manager.exists():
            write_past_schedule(visit, code, doctor)


def _infuse_with_lines(subject: Subject, by: User) -> None:
    """The first infusion with a premedication and an interruption."""
    visit = Visit.objects.get(subject=subject, code="W0")
    start = entry_for("infusion", visit).values["started_at"]
    pause = {"stopped_at": start + timedelta(minutes=5), "resumed_at": start + timedelta(minutes=9)}
    correct_form(
        visit,
        "infusion",
        by,
        had_premedication="Y",
        premedication=(
            {
                ROW_KEY: "1",
                "medicine": "Dexamethasone",
                "dose": Decimal("5.000"),
                "dose_unit": "mg",
                "route": "INTRAVENOUS",
                "given_at": start - timedelta(minutes=30),
            },
        ),
        is_interrupted="Y",
        interruptions=({ROW_KEY: "1", "reason": "Alarm of the pump", **pause},),
    )


def _medication(subject: Subject, by: User) -> None:
    """One that goes on, and one that is over and was given against both events."""
    make_medication(subject, by, name=AWKWARD, started="2019")
    month = subject.site.today().strftime("%Y-%m")
    tablet = make_medication(subject, by, dose="", route="", frequency="", started=month, ended=month)
    with acting(by=by):
        for event in AdverseEvent.objects.filter(subject=subject).order_by("-number"):
            EventTreatment.objects.create(event=event, medication=tablet)


def ask_dlqi_in(wording: QuestionnaireWording, visit: Visit, by: User) -> None:
    entry = replace(entry_for("dlqi", visit), words=Words(wording))
    save_form(spec=INSTRUMENTS["dlqi"], visit=visit, entry=entry, complete=True, by=by, expected_version=0)


def words_of(form: QuestionnaireData) -> str:
    return f"{form.wording.language} {form.wording.version}" if form.wording else ""


def expected_form(spec: CrfSpec, form: FormData) -> Row:
    head = {
        **of_subject(form.visit.subject),
        "visit": form.visit.code,
        "visit_date": written(form.visit.occurred_on),
        "repeat": form.repeat_key,
        **fields_of(form, "status", "reason_not_done", "assessed_on"),
        **({"wording": words_of(form)} if isinstance(form, QuestionnaireData) else {}),
        "entered_by": form.assessed_by.username,
    }
    values = fields_of(form, *(value.name for value in (*spec.items, *spec.derived)))
    missing = {f"{item.name}_missing": form.missing.get(item.name, "") for item in spec.items}
    return head | values | missing


def test_every_value_of_every_form_is_in_its_file(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    for spec in INSTRUMENTS.values():
        forms = spec.model._default_manager.all()
        stored = in_order(forms, lambda form: (*whose(form.visit.subject), form.visit.position))
        assert stored, f"no {spec.code} to compare"
        assert rows_of(members, f"form_{spec.code}.csv") == [expected_form(spec, form) for form in stored]


def expected_line(form: FormData, group: RowGroup, line: RowData) -> Row:
    reasons = {item.name: form.missing.get(group.address(line.row_key, item.name), "") for item in group.items}
    names = [value.name for value in (*group.items, *group.derived)]
    return {
        **of_subject(form.visit.subject),
        "visit": form.visit.code,
        "repeat": form.repeat_key,
        "line": line.row_key,
        **fields_of(line, "position", *names),
        **({"standard_unit": ANALYTES[line.row_key].unit} if "standard_value" in names else {}),
        **{f"{name}_missing": reason for name, reason in reasons.items()},
    }


def test_every_line_of_every_form_is_in_the_file_of_its_group(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    for spec in INSTRUMENTS.values():
        stored = in_order(
            spec.model._default_manager.all(), lambda form: (*whose(form.visit.subject), form.visit.position)
        )
        for group in spec.row_groups:
            lines: Any = group.model._default_manager
            expected = [
                expected_line(form, group, line)
                for form in stored
                for line in lines.filter(form=form).order_by("position")
            ]
            assert expected, f"no lines of {group.name} to compare"
            assert rows_of(members, f"form_{spec.code}_{group.name}.csv") == expected


def test_a_line_says_why_its_values_are_missing(trial: Trial, manager: User) -> None:
    site = make_site(trial)
    doctor = make_member("investigator", site)
    visit = take_place(infused_subject(site, doctor, days_ago=40), "W4", doctor)
    lines = tuple({ROW_KEY: key, "term": f"Condition {key}", "is_ongoing": "Y"} for key in ("1", "2"))
    entry = Entry(
        values={"has_conditions": "Y", "conditions": lines},
        assessed_on=visit.occurred_on,
        missing={"conditions-2-started_on": "unknown"},
    )
    save_form(
        spec=INSTRUMENTS["medical_history"], visit=visit, entry=entry, complete=False, by=doctor, expected_version=0
    )
    file = rows_of(members_of(make_export(trial=trial, by=manager)), "form_medical_history_conditions.csv")
    found = [(row["line"], row["started_on_missing"]) for row in file if row["visit"] == "W4"]
    assert found[-2:] == [("1", ""), ("2", "unknown")]


def test_subjects_who_withdrew_their_data_have_no_lines(full: Trial, manager: User) -> None:
    form: Any = INSTRUMENTS["medical_history"].model._default_manager
    subject = form.order_by("pk").first().visit.subject
    with acting(by=manager):
        ConsentWithdrawal.objects.create(
            subject=subject, scope="data_use", withdrawn_on=subject.site.today(), recorded_by=manager
        )
    file = rows_of(members_of(make_export(trial=full, by=manager)), "form_medical_history_conditions.csv")
    assert file
    assert subject.number not in {row["subject"] for row in file}


@pytest.mark.parametrize("spec", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_every_item_and_derived_value_of_every_line_has_one_column(spec: CrfSpec) -> None:
    columns = {table.name: Counter(column.name for column in table.columns) for table in all_tables()}
    for group in spec.row_groups:
        found = columns[f"form_{spec.code}_{group.name}"]
        names = [value.name for value in (*group.items, *group.derived)]
        reasons = [f"{item.name}_missing" for item in group.items]
        assert {name: found[name] for name in (*names, *reasons)} == dict.fromkeys((*names, *reasons), 1)


def test_a_questionnaire_says_in_which_words_it_was_asked(full: Trial, manager: User) -> None:
    rows = rows_of(members_of(make_export(trial=full, by=manager)), "form_dlqi.csv")
    assert {(row["visit"], row["wording"]) for row in rows} == {("SCR", ""), ("W0", ""), ("W4", "zh-hans 2.0")}


def test_drafts_and_refused_forms_say_why_values_are_missing(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    draft = next(row for row in rows_of(members, "form_vital_signs.csv") if row["status"] == "draft")
    assert (draft["weight_kg"], draft["pulse_per_min"], draft["pulse_per_min_missing"]) == ("71.5", "", "refused")
    refused = next(row for row in rows_of(members, "form_bsa.csv") if row["status"] == "not_done")
    assert refused["reason_not_done"] == AWKWARD[:40]


def test_every_subject_is_in_the_file_of_subjects(full: Trial, manager: User) -> None:
    names = ("enrolment_number", "attempt", "arm_code", "enrolled_on", "first_treatment_on", "ended_on")
    expected = [
        {
            **of_subject(subject),
            "status": subject.status,
            "data_use_withdrawn": "N",
            "protocol_version": subject.protocol_version.version,
            "previous_attempt": "",
            **fields_of(subject, *names),
        }
        for subject in in_order(Subject.objects.all(), whose)
    ]
    assert len(expected) == 4
    assert rows_of(members_of(make_export(trial=full, by=manager)), "subjects.csv") == expected


def test_every_visit_is_in_the_file_of_visits(full: Trial, manager: User) -> None:
    names = ("kind", "position", "planned_on", "window_opens_on", "window_closes_on", "outcome", "occurred_on", "note")
    stored = in_order(Visit.objects.all(), lambda visit: (*whose(visit.subject), visit.position))
    expected = [
        {
            **of_subject(visit.subject),
            "visit": visit.code,
            **fields_of(visit, *names),
            "contact_mode": visit.contact_mode if visit.outcome == "done" else "",
            "arm_code": visit.subject.arm_code if visit.needs_enrolment else "",
            "protocol_version": "1.0",
        }
        for visit in stored
    ]
    assert {row["arm_code"] for row in expected} == {"", "ADMSC"}
    assert rows_of(members_of(make_export(trial=full, by=manager)), "visits.csv") == expected


def test_every_finding_is_in_the_file_of_findings(full: Trial, manager: User) -> None:
    names = ("test_code", "number", "yes_no", "text", "day", "unit", "collected_on", "source_form", "repeat_key")
    stored = in_order(Finding.objects.all(), lambda row: (*whose(row.subject), row.visit.position, row.pk))
    expected = [{**of_subject(row.subject), "visit": row.visit.code, **fields_of(row, *names)} for row in stored]
    assert rows_of(members_of(make_export(trial=full, by=manager)), "findings.csv") == expected


def test_every_adverse_event_is_in_its_file(full: Trial, manager: User) -> None:
    names = [
        field.name for field in AdverseEvent._meta.fields if field.name not in ("id", "subject", "visit", "version")
    ]
    stored = in_order(AdverseEvent.objects.all(), lambda event: (*whose(event.subject), event.number))
    expected = [
        {
            **of_subject(event.subject),
            "visit": event.visit.code if event.visit else "",
            **fields_of(event, *names),
            "is_ongoing": "Y",
        }
        for event in stored
    ]
    assert [row["visit"] for row in expected] == ["", "W4", "", "W4"]
    assert rows_of(members_of(make_export(trial=full, by=manager)), "adverse_events.csv") == expected


def test_every_medication_is_in_its_file_with_the_events_it_was_given_against(full: Trial, manager: User) -> None:
    entered = ("number", "name", "indication", "treatment_kind", "dose", "route", "frequency", "started", "ended")
    stored = in_order(ConcomitantMedication.objects.all(), lambda row: (*whose(row.subject), row.number))
    expected = [
        {
            **of_subject(row.subject),
            **fields_of(row, *entered),
            "is_ongoing": "N" if row.ended else "Y",
            **fields_of(row, "started_on", "ended_on"),
            "events": " ".join(str(number) for number in sorted(row.treated_events.values_list("number", flat=True))),
        }
        for row in stored
    ]
    assert [(row["is_ongoing"], row["events"]) for row in expected] == [("Y", ""), ("N", "1 2")] * 2
    assert rows_of(members_of(make_export(trial=full, by=manager)), "concomitant_medication.csv") == expected


def test_the_dictionary_names_medication_as_cdash_does(trial: Trial, manager: User) -> None:
    described = rows_of(members_of(make_export(trial=trial, by=manager)), "data_dictionary.csv")
    found = {row["cdash"]: row["column"] for row in described if row["table"] == "concomitant_medication"}
    assert (
        found.items()
        >= {
            "CMTRT": "name",
            "CMINDC": "indication",
            "CMDSTXT": "dose",
            "CMROUTE": "route",
            "CMDOSFRQ": "frequency",
            "CMSTDAT": "started",
            "CMENDAT": "ended",
            "CMONGO": "is_ongoing",
            "CMAENO": "events",
        }.items()
    )


def test_changes_of_grade_and_treatments_of_events_have_files_of_their_own(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    events = in_order(AdverseEvent.objects.filter(number=2), lambda event: whose(event.subject))
    assert len(events) == 2
    assert rows_of(members, "adverse_event_grades.csv") == [
        {**of_subject(event.subject), "event": "2", "changed_on": event.onset, "grade": "1"} for event in events
    ]
    assert rows_of(members, "adverse_event_treatments.csv") == [
        {**of_subject(event.subject), "event": number, "medication": "2"} for event in events for number in ("1", "2")
    ]
    times = [row["onset_time"] for row in rows_of(members, "adverse_events.csv")]
    assert times == ["", "00:00", "", "00:00"]


@pytest.mark.parametrize(
    ("outcome", "ended", "ongoing"),
    [("recovering", "", "Y"), ("unknown", "", ""), ("recovered", "2026-05", "N")],
)
def test_an_event_is_ongoing_by_its_outcome(
    trial: Trial, manager: User, outcome: str, ended: str, ongoing: str
) -> None:
    site = make_site(trial, "GZ")
    by = make_member("investigator", site)
    with time_machine.travel("2026-05-20"):
        fields = {**FEVER, "onset": "2026-05-20", "outcome": outcome, "ended": ended}
        record_adverse_event(subject=make_subject(site, by), fields=fields, by=by)
    (row,) = rows_of(members_of(make_export(trial=trial, by=manager)), "adverse_events.csv")
    assert (row["is_ongoing"], row["ended"], row["onset_on"]) == (ongoing, ended, "2026-05-20")


def test_every_lot_is_in_its_file_whoever_received_it(full: Trial, manager: User) -> None:
    make_lot(full, "UC-2")
    recall_lot(lot=make_lot(full, "UC-10", medium=AWKWARD), reason="Donor ill", by=manager)
    make_lot(make_randomised_trial(), "FOREIGN")
    names = [field.name for field in ProductLot._meta.fields if field.name not in ("id", "trial", "row_version")]
    stored = sorted(full.product_lots.all(), key=lambda lot: lot.lot_number)
    expected = [{"study": "NCT03265613", **fields_of(lot, *names)} for lot in stored]
    assert [row["lot_number"] for row in expected] == ["UC-10", "UC-2"]
    assert rows_of(members_of(make_export(trial=full, by=manager)), "product_lots.csv") == expected


def test_every_clearance_is_in_its_file_with_both_persons(full: Trial, manager: User) -> None:
    stored = in_order(
        InfusionClearance.objects.all(), lambda one: (*whose(one.visit.subject), one.visit.position, one.pk)
    )
    assert len(stored) >= 2
    names = ("lot_number", "bag_number", "thaw_started_at", "thaw_ended_at", "starts_at")
    file = rows_of(members_of(make_export(trial=full, by=manager)), "infusion_clearances.csv")
    assert [json.loads(row.pop("items")) for row in file] == [one.items for one in stored]
    assert file == [
        {
            **of_subject(one.visit.subject),
            "visit": one.visit.code,
            **fields_of(one, *names),
            "override_reason": one.override_reason,
            "cleared_by": one.cleared_by.username,
            "second_person": one.second_person.username,
            "cleared_at": written(one.cleared_at),
        }
        for one in stored
    ]


def test_subjects_who_withdrew_their_data_have_no_clearances(full: Trial, manager: User) -> None:
    subject = InfusionClearance.objects.earliest("pk").visit.subject
    with acting(by=manager):
        ConsentWithdrawal.objects.create(
            subject=subject, scope="data_use", withdrawn_on=subject.site.today(), recorded_by=manager
        )
    file = rows_of(members_of(make_export(trial=full, by=manager)), "infusion_clearances.csv")
    assert file
    assert subject.number not in {row["subject"] for row in file}


def test_consents_give_day_version_language_and_who_obtained_them(full: Trial, manager: User) -> None:
    stored = in_order(InformedConsent.objects.all(), lambda consent: whose(consent.subject))
    expected = [
        {
            **of_subject(row.subject),
            **fields_of(row, "signed_on", "sheet_version", "language"),
            "obtained_by": row.obtained_by.username,
        }
        for row in stored
    ]
    assert rows_of(members_of(make_export(trial=full, by=manager)), "consents.csv") == expected


def test_eligibility_decisions_give_criteria_and_facts(full: Trial, manager: User) -> None:
    first = EligibilityDecision.objects.order_by("pk").first()
    with acting(by=manager, reason="A second decision, with two criteria each way"):
        EligibilityDecision.objects.create(
            subject=first.subject,
            protocol_version=first.protocol_version,
            outcome="found_not_eligible",
            failed_criteria=["IN02", "EX01"],
            facts={},
            decided_by=manager,
            stale_since=first.decided_at,
            stale_criteria=["EX02", "IN01"],
        )
    stored = in_order(EligibilityDecision.objects.all(), lambda row: (*whose(row.subject), row.decided_at))
    file = rows_of(members_of(make_export(trial=full, by=manager)), "eligibility.csv")
    assert [json.loads(row.pop("facts")) for row in file] == [decision.facts for decision in stored]
    assert file == [
        {
            **of_subject(decision.subject),
            **fields_of(decision, "decided_at", "outcome"),
            "failed_criteria": " ".join(decision.failed_criteria),
            "decided_by": decision.decided_by.username,
            "protocol_version": decision.protocol_version.version if decision.protocol_version else "",
            "stale_since": written(decision.stale_since),
            "stale_criteria": " ".join(decision.stale_criteria),
        }
        for decision in stored
    ]


def test_quotes_commas_newlines_and_chinese_survive(trial: Trial, manager: User) -> None:
    site = make_site(trial)
    doctor = make_member("investigator", site)
    visit = infused_subject(site, doctor, days_ago=30).visits.get(code="W4")
    visit = take_place(visit.subject, "W4", doctor)
    complete_form(visit, "infusion", doctor, equipment=AWKWARD)
    file = rows_of(members_of(make_export(trial=trial, by=manager)), "form_infusion.csv")
    assert [row["equipment"] for row in file] == ["", AWKWARD]


def test_rows_of_a_site_without_the_permission_are_absent(full: Trial) -> None:
    reader = make_member("data_manager", full.sites.get(code="GZ"))
    export = make_export(trial=full, by=reader)
    members = members_of(export)
    for table in all_tables():
        if not table.about_trial:
            assert {row["site"] for row in rows_of(members, table.file_name)} == {"GZ"}, table.name
    assert export.record.site_codes == ["GZ"]
    assert b"subjects of the sites GZ\n" in members["README.txt"]


def test_a_trial_without_subjects_gives_every_file_with_its_header_line(trial: Trial, manager: User) -> None:
    members = members_of(make_export(trial=trial, by=manager))
    for table in all_tables():
        header = ",".join(column.name for column in table.columns)
        assert members[table.file_name].decode() == f"{header}\n"


def test_the_manifest_gives_rows_and_checksums_of_every_other_file(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    manifest = json.loads(members.pop("manifest.json"))["files"]
    assert set(manifest) == set(members)
    for name, content in members.items():
        rows = len(rows_of(members, name)) if name.endswith(".csv") else None
        assert manifest[name] == {"rows": rows, "sha256": hashlib.sha256(content).hexdigest()}, name


def test_the_record_names_who_what_and_the_checksum_of_the_zip(full: Trial, manager: User) -> None:
    export = make_export(trial=full, by=manager)
    record = ExportRecord.objects.get()
    assert record.sha256 == hashlib.sha256(export.file.read()).hexdigest()
    export.file.seek(0)
    members = members_of(export)
    assert (record.trial, record.made_by, record.site_codes) == (full, manager, ["GZ", "VIE"])
    assert set(record.tables) == {table.file_name for table in all_tables()}
    assert record.rows == sum(len(rows_of(members, name)) for name in record.tables)
    assert export.file_name == f"NCT03265613_{record.made_at:%Y%m%dT%H%M%SZ}.zip"
    (event,) = event_model(ExportRecord)._default_manager.all()
    assert (event.pgh_label, event.pgh_context["user"]) == ("insert", manager.pk)


def test_a_record_cannot_be_changed_or_removed(trial: Trial, manager: User) -> None:
    record = make_export(trial=trial, by=manager).record
    with acting(by=manager, reason="Hide it"):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"):
            ExportRecord.objects.update(sha256="0" * 64)
        with pytest.raises(ProgrammingError, match="Cannot update or delete"):
            record.delete()


def test_the_same_data_give_the_same_bytes(full: Trial, manager: User) -> None:
    first, second = (members_of(make_export(trial=full, by=manager)) for _ in range(2))
    for table in all_tables():
        assert first[table.file_name] == second[table.file_name]


def test_nothing_that_identifies_a_subject_or_a_user_is_in_the_zip(trial: Trial) -> None:
    site = make_site(trial)
    doctor = make_member("investigator", site, email="doctor.who@example.invalid")
    secrets = {
        "initials": "QXJZ7",
        "phone": "+86 139 0013 7777",
        "email": "patient.zero@example.invalid",
        "contact_note": "via the neighbour in house 7b",
    }
    make_subject(site, doctor, **secrets)
    manager = make_member("data_manager", trial=trial, email="manager.me@example.invalid")
    everything = b"".join(members_of(make_export(trial=trial, by=manager)).values())
    for secret in (*secrets.values(), doctor.email, doctor.password, manager.email, manager.password):
        assert secret.encode() not in everything


def test_no_table_reads_contact_details() -> None:
    typed = {field.name for field in SubjectIdentity._meta.fields} - {"subject"}
    for table in all_tables():
        assert not typed & {column.name for column in table.columns}
        statement = table.copy_statement(trial_id=1, site_ids=[1]).as_string(None)
        assert SubjectIdentity._meta.db_table not in statement
        assert not any(f'"{column}"' in statement for column in ("email", "password", "full_name", *typed))


LEFT_OUT = {
    Subject: {"id", "number"},  # the number is the column "subject"
    Visit: {"id", "code", "needs_enrolment"},  # the code is the column "visit"; the rest is the protocol's
    Finding: {"id"},
    AdverseEvent: {"id", "version"},
    ConcomitantMedication: {"id", "version"},
    InformedConsent: {"id", "row_version"},
    EligibilityDecision: {"id"},
    Allocation: {"id", "allocated_at"},
    ConsentWithdrawal: {"id"},
    Deviation: {"id", "row_version"},
    ProductLot: {"id", "trial", "row_version"},
    InfusionClearance: {"id", "lot"},  # the lot is found by its number
}
"""Fields without a column of their name."""


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Subject, "subjects"),
        (Visit, "visits"),
        (Finding, "findings"),
        (AdverseEvent, "adverse_events"),
        (ConcomitantMedication, "concomitant_medication"),
        (InformedConsent, "consents"),
        (EligibilityDecision, "eligibility"),
        (Allocation, "allocations"),
        (ConsentWithdrawal, "withdrawals"),
        (Deviation, "deviations"),
        (ProductLot, "product_lots"),
        (InfusionClearance, "infusion_clearances"),
    ],
)
def test_every_field_has_a_column_or_is_left_out_on_purpose(model: type[models.Model], name: str) -> None:
    (table,) = (table for table in all_tables() if table.name == name)
    fields = {field.name for field in model._meta.fields}
    assert fields - {column.name for column in table.columns} == LEFT_OUT[model]


@pytest.mark.parametrize("spec", INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_every_field_of_a_form_has_a_column(spec: CrfSpec) -> None:
    (table,) = (table for table in all_tables() if table.name == f"form_{spec.code}")
    fields = {field.name for field in spec.model._meta.fields} - BOOKKEEPING - set(spec.retired)
    assert fields <= {column.name for column in table.columns}


def test_two_columns_of_one_name_are_refused() -> None:
    table = all_tables()[0]
    with pytest.raises(ValueError, match="two columns named study"):
        Table(
            name="twice",
            title="Twice",
            source=table.source,
            columns=(*table.columns, table.columns[0]),
            order=table.order,
        )


def test_the_dictionary_describes_every_column_in_order(full: Trial, manager: User) -> None:
    members = members_of(make_export(trial=full, by=manager))
    described = rows_of(members, "data_dictionary.csv")
    for table in all_tables():
        header = next(csv.reader(io.StringIO(members[table.file_name].decode(), newline="")))
        assert [row["column"] for row in described if row["table"] == table.name] == header


def test_the_dictionary_is_in_english_whoever_asks(trial: Trial, manager: User) -> None:
    with override("zh-hans"):
        described = rows_of(members_of(make_export(trial=trial, by=manager)), "data_dictionary.csv")
    found = {(row["table"], row["column"]): row for row in described}
    assert found["form_pasi", "total"] == {
        "table": "form_pasi",
        "column": "total",
        "label": "PASI total",
        "cdash": "PASI0229",
        "type": "decimal",
        "unit": "",
        "codes": "",
        "low": "0",
        "high": "72",
        "required": "N",
        "derived": "Y",
    }
    assert found["form_demographics", "sex"]["codes"] == "M=Male; F=Female"
    assert found["form_demographics", "sex"]["required"] == "Y"
    assert found["form_previous_treatment", "topical_use"]["required"] == "Y"
    assert found["form_previous_treatment", "topical_last_on"]["required"] == "N"
    assert found["form_vital_signs", "weight_kg"]["unit"] == "kg"
    assert found["adverse_events", "is_serious"]["codes"] == "Y=Yes; N=No"
    assert found["form_infusion", "started_at"]["type"] == "moment"
    assert "HGB=haemoglobin; " in found["form_laboratory_results", "line"]["codes"]


def test_the_statements_do_not_grow_with_the_data(full: Trial, manager: User) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            make_export(trial=full, by=manager).file.close()
        return len(queries)

    before = statements()
    site = full.sites.get(code="GZ")
    doctor = make_member("investigator", site)
    for _ in range(3):
        infused_subject(site, doctor)
    assert statements() == before
    copies = len(all_tables())
    assert before <= copies + 10


def test_all_tables_are_read_at_one_moment_and_nothing_is_written(trial: Trial) -> None:
    site = make_site(trial)
    doctor = make_member("investigator", site)

    def register() -> None:
        make_subject(site, doctor)
        connection.close()

    with one_moment():
        assert Subject.objects.count() == 0
        thread = threading.Thread(target=register)
        thread.start()
        thread.join()
        assert Subject.objects.count() == 0
        with pytest.raises(InternalError, match="read-only"), acting(by=doctor, reason="Try"), transaction.atomic():
            Subject.objects.update(number="X")
    assert Subject.objects.count() == 1


def test_an_export_is_refused_inside_another_transaction(trial: Trial, manager: User) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        make_export(trial=trial, by=manager)
    assert not ExportRecord.objects.exists()
