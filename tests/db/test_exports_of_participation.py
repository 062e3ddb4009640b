"""What an export says of allocations, deviations, visits outside the schedule, and of those who withdrew their data."""

from datetime import date

import pytest

from accounts.models import User
from audit.context import acting
from exports.services import make_export
from exports.tables import all_tables
from patients.models import (
    Allocation,
    AllocationList,
    AllocationPlace,
    ConsentWithdrawal,
    Deviation,
    Subject,
    Visit,
)
from protocols.loader import STUDIES, read_folder
from tests.exported import Row, members_of, of_subject, rows_of
from tests.factories import infused_subject, make_member, make_site, make_subject, make_trial, system
from trials.models import Site, Trial

SEED = "f00dfeed" * 8


@pytest.fixture
def trial(committed_db: None) -> Trial:
    return make_trial()


@pytest.fixture
def site(trial: Trial) -> Site:
    return make_site(trial)


@pytest.fixture
def doctor(site: Site) -> User:
    return make_member("investigator", site)


@pytest.fixture
def manager(trial: Trial) -> User:
    return make_member("data_manager", trial=trial)


def exported(trial: Trial, by: User, name: str) -> list[Row]:
    return rows_of(members_of(make_export(trial=trial, by=by)), name)


def withdraw(subject: Subject, scope: str, by: User) -> ConsentWithdrawal:
    day = subject.site.today()
    with acting(by=by):
        return ConsentWithdrawal.objects.create(
            subject=subject, scope=scope, withdrawn_on=day, reason="Moves away", recorded_by=by
        )


def next_attempt(subject: Subject, by: User) -> Subject:
    again = make_subject(subject.site, by)
    with acting(by=by, reason="Screened again"):
        again.previous_attempt, again.attempt = subject, subject.attempt + 1
        again.save()
    return again


def test_a_subject_screened_again_names_the_earlier_attempt(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    next_attempt(make_subject(site, doctor), doctor)
    rows = exported(trial, manager, "subjects.csv")
    assert [(row["subject"], row["attempt"], row["previous_attempt"]) for row in rows] == [
        ("GZ-001", "1", ""),
        ("GZ-002", "2", "GZ-001"),
    ]


def test_an_enrolled_subject_has_its_enrolment_number(trial: Trial, site: Site, doctor: User, manager: User) -> None:
    make_subject(site, doctor)
    infused_subject(site, doctor)
    rows = exported(trial, manager, "subjects.csv")
    assert [(row["subject"], row["enrolment_number"]) for row in rows] == [("GZ-001", ""), ("GZ-002", "1")]


def test_of_the_random_list_only_the_places_given_are_exported(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    subject = make_subject(site, doctor)
    with acting(by=system()):
        made = AllocationList.objects.create(
            trial=trial, seed=SEED, block_sizes=[987654], shares={"ADMSC": 1}, generated_by=system()
        )
        places = [
            AllocationPlace.objects.create(
                allocation_list=made, stratum="GZ", position=number, block=1, arm_code=f"SECRET-ARM-{number}"
            )
            for number in (71, 72)
        ]
        given = {"subject": subject, "allocated_on": date(2026, 3, 4), "allocated_by": doctor}
        Allocation.objects.create(**given, sequence=1, arm_code="ADMSC", place=places[0])
        Allocation.objects.create(**given, sequence=2, arm_code="OTHER", reason="Wished by the subject")
    members = members_of(make_export(trial=trial, by=manager))
    common = {**of_subject(subject), "allocated_on": "2026-03-04", "allocated_by": doctor.username}
    assert rows_of(members, "allocations.csv") == [
        {**common, "sequence": "1", "arm_code": "ADMSC", "reason": "", "place": "71"},
        {**common, "sequence": "2", "arm_code": "OTHER", "reason": "Wished by the subject", "place": ""},
    ]
    everything = b"".join(members.values())
    for secret in (SEED, "987654", "SECRET-ARM"):
        assert secret.encode() not in everything


def test_no_statement_reads_seed_or_block_lengths() -> None:
    for table in all_tables():
        statement = table.copy_statement(trial_id=1, site_ids=[1]).as_string(None)
        assert AllocationList._meta.db_table not in statement
        assert '"block"' not in statement


def test_a_visit_keeps_the_arm_and_the_protocol_version_it_took_place_under(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    subject = infused_subject(site, doctor, days_ago=30)
    files = read_folder(STUDIES / "NCT03265613" / "1.0")
    with acting(by=system(), reason="Amended"):
        new = trial.protocol_versions.create(version="1.1", content_hash="0" * 64, files=files)
        Visit.objects.filter(subject=subject, code="W0").update(
            protocol_version=subject.protocol_version, arm_code="EARLIER"
        )
        subject.protocol_version = new
        subject.save()
    rows = {row["visit"]: row for row in exported(trial, manager, "visits.csv")}
    assert [(rows[code]["arm_code"], rows[code]["protocol_version"]) for code in ("SCR", "W0", "W4")] == [
        ("", "1.1"),
        ("EARLIER", "1.0"),
        ("ADMSC", "1.1"),
    ]


def test_a_visit_outside_the_schedule_says_why_and_how_it_took_place(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    subject = make_subject(site, doctor)
    with acting(by=doctor):
        Visit.objects.create(
            subject=subject,
            code="UNS-1",
            kind="unscheduled",
            position=90,
            needs_enrolment=False,
            outcome="done",
            occurred_on=subject.site.today(),
            contact_mode="by_phone",
            note="Itching",
        )
    rows = {row["visit"]: row for row in exported(trial, manager, "visits.csv")}
    found = rows["UNS-1"]
    assert (found["kind"], found["contact_mode"], found["note"]) == ("unscheduled", "by_phone", "Itching")
    assert rows["SCR"]["contact_mode"] == ""


def test_a_deviation_is_exported_with_and_without_a_visit(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    subject = make_subject(site, doctor)
    with acting(by=doctor):
        common = {"subject": subject, "occurred_on": date(2026, 3, 4), "category": "visit", "recorded_by": doctor}
        late = Deviation.objects.create(
            **common, number=1, visit=subject.visits.get(code="SCR"), kind="visit_outside_window", days_off=-2
        )
        Deviation.objects.create(**common, number=2, status="void", void_reason="Wrong subject")
    first, second = exported(trial, manager, "deviations.csv")
    assert {**first, "recorded_at": ""} == {
        **of_subject(subject),
        "visit": "SCR",
        "number": "1",
        "kind": late.kind,
        "days_off": "-2",
        "status": "draft",
        "occurred_on": "2026-03-04",
        "category": "visit",
        **dict.fromkeys(("severity", "description", "cause", "action", "void_reason", "recorded_at"), ""),
        "recorded_by": doctor.username,
    }
    assert (second["visit"], second["status"], second["void_reason"]) == ("", "void", "Wrong subject")


def test_of_a_subject_who_withdrew_the_data_only_number_status_and_withdrawal_are_left(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    gone = infused_subject(site, doctor)
    stays = infused_subject(site, doctor)
    with acting(by=doctor):
        for subject in (gone, stays):
            Deviation.objects.create(
                subject=subject, number=9, occurred_on=site.today(), category="visit", recorded_by=doctor
            )
    withdraw(gone, "data_use", doctor)
    members = members_of(make_export(trial=trial, by=manager))
    row, other = rows_of(members, "subjects.csv")
    assert {name: value for name, value in row.items() if value} == {
        **of_subject(gone),
        "status": gone.status,
        "data_use_withdrawn": "Y",
    }
    assert (other["data_use_withdrawn"], other["arm_code"]) == ("N", "ADMSC")
    (withdrawal,) = rows_of(members, "withdrawals.csv")
    assert withdrawal == {
        **of_subject(gone),
        "scope": "data_use",
        "withdrawn_on": site.today().isoformat(),
        "reason": "Moves away",
        "recorded_by": doctor.username,
    }
    for table in all_tables():
        if table.name not in ("subjects", "withdrawals"):
            assert gone.number not in {row["subject"] for row in rows_of(members, table.file_name)}, table.name
    for name in ("consents", "eligibility", "allocations", "visits", "deviations", "findings", "form_pasi"):
        assert stays.number in {row["subject"] for row in rows_of(members, f"{name}.csv")}, name


@pytest.mark.parametrize("scope", ["treatment", "follow_up"])
def test_who_withdraws_from_less_than_the_data_stays_in_every_file(
    trial: Trial, site: Site, doctor: User, manager: User, scope: str
) -> None:
    subject = infused_subject(site, doctor)
    before = members_of(make_export(trial=trial, by=manager))
    withdraw(subject, scope, doctor)
    after = members_of(make_export(trial=trial, by=manager))
    changed = {name for name in after if name.endswith(".csv") and after[name] != before[name]}
    assert changed == {"withdrawals.csv"}


def test_the_data_withdrawn_are_those_of_earlier_attempts_too_but_not_of_later_ones(
    trial: Trial, site: Site, doctor: User, manager: User
) -> None:
    first = make_subject(site, doctor)
    second = next_attempt(first, doctor)
    third = next_attempt(second, doctor)
    withdraw(second, "data_use", doctor)
    members = members_of(make_export(trial=trial, by=manager))
    marks = {row["subject"]: row["data_use_withdrawn"] for row in rows_of(members, "subjects.csv")}
    assert marks == {first.number: "Y", second.number: "Y", third.number: "N"}
    assert {row["subject"] for row in rows_of(members, "consents.csv")} == {third.number}


def test_the_readme_says_who_is_left_out(trial: Trial, manager: User) -> None:
    readme = members_of(make_export(trial=trial, by=manager))["README.txt"].decode()
    assert "Subjects who withdrew from further use of their data" in readme
