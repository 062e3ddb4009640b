"""The random list, the places it gives, and changes of arm."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from assessments.registry import catalogue
from audit.context import acting
from patients.models import Allocation, AllocationList, AllocationPlace, Subject
from patients.services.allocation import (
    change_arm,
    is_as_its_seed_gives,
    make_allocation_list,
    places_of,
)
from patients.services.enrolment import enrol
from tests.factories import (
    eligible_subject,
    enrolled_subject,
    make_member,
    make_randomised_trial,
    make_site,
    make_subject,
    system,
    take_place,
)
from trials.models import Site, Trial
from trials.policies import NotAllowedNow
from trials.services import load_protocol

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
FOR_ALL_SITES = "\n[allocation]\nstratified_by = []\n"


@pytest.fixture
def trial(db: None) -> Trial:
    """Three arms given at random, a list for each site, not made yet."""
    return make_randomised_trial(target=20)


@pytest.fixture
def statistician(trial: Trial) -> User:
    return make_member("statistician", trial=trial)


@pytest.fixture
def made(trial: Trial, site: Site, other_site: Site, statistician: User) -> AllocationList:
    return make_allocation_list(trial=trial, block_sizes=[3, 6], by=statistician)


def changed(subject: Subject, arm: str, by: User, **values: Any) -> Allocation:
    facts = {"changed_on": TODAY, "seen_sequence": 1, "reason": "As the protocol provides", **values}
    return change_arm(subject=subject, arm_code=arm, by=by, **facts)


def another_arm(subject: Subject) -> str:
    return "HIGH" if subject.arm_code != "HIGH" else "ADMSC"


def test_the_list_holds_target_and_reserve_for_every_site_as_its_seed_gives(made: AllocationList) -> None:
    for stratum in ("GZ", "VIE"):
        stored = list(made.places.filter(stratum=stratum).values_list("position", "block", "arm_code"))
        assert stored == [(p.position, p.block, p.arm) for p in places_of(made, stratum, 20 + 12)]
        assert len(stored) >= 32
    assert is_as_its_seed_gives(made)
    assert made.shares == {"ADMSC": 1, "HIGH": 1, "HIGHEST": 1}


def test_the_list_is_made_once(made: AllocationList, trial: Trial, statistician: User) -> None:
    with pytest.raises(NotAllowedNow, match="once and never again"):
        make_allocation_list(trial=trial, block_sizes=[3, 6], by=statistician)


def test_two_trials_get_two_seeds(made: AllocationList, statistician: User) -> None:
    other = make_randomised_trial(registration="NCT00000004")
    assert make_allocation_list(trial=other, block_sizes=[3, 6], by=statistician).seed != made.seed
    assert len(made.seed) == 64


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([], "at least two"),
        ([3], "at least two"),
        ([3, 3], "at least two"),
        ([3, 4], "multiple of 3"),
        ([0, 3], "multiple of 3"),
        ([3, 27], "at most 24"),
    ],
)
def test_block_lengths_differ_and_hold_the_ratio(
    trial: Trial, statistician: User, sizes: list[int], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        make_allocation_list(trial=trial, block_sizes=sizes, by=statistician)
    assert not AllocationList.objects.exists()


def test_a_protocol_that_does_not_randomise_has_no_list(db: None) -> None:
    chosen = make_randomised_trial(registration="NCT00000004", allocation="")
    with pytest.raises(NotAllowedNow, match="no arm at random"):
        make_allocation_list(trial=chosen, block_sizes=[3, 6], by=system())


def test_nobody_is_enrolled_before_the_list_is_made(site: Site, investigator: User) -> None:
    subject = eligible_subject(site, investigator)
    with pytest.raises(NotAllowedNow, match="statistician must make"):
        enrol(subject=subject, enrolled_on=TODAY, by=investigator)


def test_nobody_chooses_an_arm_that_the_list_gives(made: AllocationList, site: Site, investigator: User) -> None:
    subject = eligible_subject(site, investigator)
    with pytest.raises(ValidationError, match="cannot be chosen"):
        enrol(subject=subject, arm_code="HIGH", enrolled_on=TODAY, by=investigator)
    assert not Allocation.objects.exists()


def test_each_site_follows_its_own_list_in_order(
    made: AllocationList, site: Site, other_site: Site, investigator: User
) -> None:
    order = [enrolled_subject(place, investigator) for place in (site, other_site, site, other_site, site)]
    for stratum, subjects in {"GZ": order[0::2], "VIE": order[1::2]}.items():
        given = [(s.allocations.get().place.stratum, s.allocations.get().place.position, s.arm_code) for s in subjects]
        expected = [(stratum, p.position, p.arm) for p in places_of(made, stratum, 20)]
        assert given == expected[: len(subjects)]
        assert [s.enrolment_number for s in subjects] == list(range(1, len(subjects) + 1))


def test_one_list_for_all_sites_is_followed_across_them(db: None, statistician: User) -> None:
    trial = make_randomised_trial(registration="NCT00000004", allocation=FOR_ALL_SITES)
    sites = [make_site(trial, "GZ"), make_site(trial, "VIE")]
    made = make_allocation_list(trial=trial, block_sizes=[3, 6], by=statistician)
    doctor = make_member("investigator", trial=trial)
    arms = [enrolled_subject(sites[n % 2], doctor).arm_code for n in range(4)]
    assert arms == [place.arm for place in places_of(made, "", 4)][:4]


def test_a_site_that_opens_later_gets_its_places_from_the_same_seed(made: AllocationList, trial: Trial) -> None:
    site = make_site(trial, "STJ")
    doctor = make_member("investigator", site)
    assert enrolled_subject(site, doctor).arm_code == places_of(made, "STJ", 1)[0].arm
    assert is_as_its_seed_gives(made)


def test_when_the_places_are_used_up_the_list_goes_on_from_its_seed(statistician: User, trial: Trial) -> None:
    # The site opens after the list is made, so its places come in reserves of twelve.
    made = make_allocation_list(trial=trial, block_sizes=[3, 6], by=statistician)
    site = make_site(trial, "STJ")
    doctor = make_member("investigator", site)
    first = enrolled_subject(site, doctor)
    stored = made.places.filter(stratum="STJ").count()
    with acting(by=doctor):
        unused = made.places.filter(stratum="STJ", allocation=None)
        Allocation.objects.bulk_create(
            Allocation(
                subject=make_subject(site, doctor),
                arm_code=place.arm_code,
                place=place,
                allocated_on=TODAY,
                allocated_by=doctor,
            )
            for place in unused
        )
    following = enrolled_subject(site, doctor).allocations.get().place
    assert (following.position, first.allocations.get().place.position) == (stored + 1, 1)
    assert is_as_its_seed_gives(made)


def test_a_list_with_an_arm_that_the_amended_protocol_lacks_gives_no_place(
    made: AllocationList, trial: Trial, site: Site, investigator: User
) -> None:
    files = dict(trial.protocol_versions.get().files)
    files["protocol.toml"] = files["protocol.toml"].replace('version = "1.0"', 'version = "1.1"')
    without, rest = files["arms.toml"].split('[[arm]]\ncode = "HIGHEST"')
    files["arms.toml"] = without + rest[rest.index("[allocation]") :]
    with time_machine.travel(datetime(2026, 5, 20, 5, tzinfo=UTC), tick=False):
        load_protocol(files=files, catalogue=catalogue(), by=system())
    subject = eligible_subject(site, investigator)
    with pytest.raises(NotAllowedNow, match=r"version 1\.1 does not have"):
        enrol(subject=subject, enrolled_on=TODAY, by=investigator)


def test_a_list_that_is_not_what_its_seed_gives_is_noticed(made: AllocationList, statistician: User) -> None:
    last = made.places.filter(stratum="GZ").last()
    with acting(by=statistician):
        AllocationPlace.objects.create(
            allocation_list=made, stratum="GZ", position=last.position + 1, block=last.block, arm_code="HIGH"
        )
    assert not is_as_its_seed_gives(made)


def test_where_the_protocol_does_not_randomise_the_arm_is_chosen_and_no_place_is_used(db: None) -> None:
    site = make_site(make_randomised_trial(registration="NCT00000004", allocation=""))
    doctor = make_member("investigator", site)
    subject = enrol(subject=eligible_subject(site, doctor), arm_code="HIGH", enrolled_on=TODAY, by=doctor)
    given = subject.allocations.get()
    assert (subject.arm_code, given.arm_code, given.place, given.sequence) == ("HIGH", "HIGH", None, 1)


def test_a_decision_that_is_to_be_reviewed_holds_enrolment_up(
    made: AllocationList, site: Site, investigator: User
) -> None:
    subject = eligible_subject(site, investigator)
    with acting(by=investigator, reason="PASI corrected"):
        subject.eligibility_decisions.update(stale_since=datetime(2026, 5, 20, tzinfo=UTC), stale_criteria=["IN01"])
    with pytest.raises(NotAllowedNow, match=r"eligibility was decided \(IN01\); an investigator must decide again"):
        enrol(subject=subject, enrolled_on=TODAY, by=investigator)


def test_a_change_of_arm_is_a_second_allocation_and_the_first_one_stays(
    made: AllocationList, site: Site, investigator: User
) -> None:
    subject = enrolled_subject(site, investigator)
    first, new = subject.arm_code, another_arm(subject)
    changed(subject, new, investigator)
    subject.refresh_from_db()
    rows = list(subject.allocations.values_list("sequence", "arm_code", "place__position", "reason"))
    assert rows == [(1, first, 1, ""), (2, new, None, "As the protocol provides")]
    assert subject.arm_code == new


def test_a_change_of_arm_takes_no_place_of_the_list(made: AllocationList, site: Site, investigator: User) -> None:
    subject = enrolled_subject(site, investigator)
    changed(subject, another_arm(subject), investigator)
    assert enrolled_subject(site, investigator).allocations.get().place.position == 2


def test_visits_that_are_over_keep_their_arm_and_the_others_follow_the_new_one(
    made: AllocationList, site: Site, investigator: User
) -> None:
    subject = enrolled_subject(site, investigator)
    first = subject.arm_code
    take_place(subject, "W0", investigator)
    changed(subject, another_arm(subject), investigator)
    arms = dict(subject.visits.values_list("code", "arm_code"))
    assert (arms["SCR"], arms["W0"], arms["W4"]) == ("", first, "")


def test_a_change_of_arm_is_refused_where_it_makes_no_sense(
    made: AllocationList, site: Site, investigator: User
) -> None:
    subject = enrolled_subject(site, investigator)
    with pytest.raises(ValidationError, match="another arm"):
        changed(subject, subject.arm_code, investigator)
    with pytest.raises(ValidationError, match="another arm"):
        changed(subject, "PLACEBO", investigator)
    with pytest.raises(ValidationError, match="Say why"):
        changed(subject, another_arm(subject), investigator, reason=" ")
    with pytest.raises(NotAllowedNow, match="future"):
        changed(subject, another_arm(subject), investigator, changed_on=TODAY + timedelta(days=1))
    with pytest.raises(NotAllowedNow, match="before"):
        changed(subject, another_arm(subject), investigator, changed_on=TODAY - timedelta(days=1))
    with pytest.raises(NotAllowedNow, match="no arm yet"):
        changed(make_subject(site, investigator), "HIGH", investigator)
    assert subject.allocations.count() == 1


def test_the_second_of_two_people_who_change_the_arm_is_told(
    made: AllocationList, site: Site, investigator: User
) -> None:
    subject = enrolled_subject(site, investigator)
    first = subject.arm_code
    changed(subject, another_arm(subject), investigator)
    with pytest.raises(ValidationError, match="Somebody else has changed the arm"):
        changed(subject, first, investigator)
    changed(subject, first, investigator, seen_sequence=2)
    assert list(subject.allocations.values_list("sequence", flat=True)) == [1, 2, 3]


def test_the_arm_of_who_has_left_stays(made: AllocationList, site: Site, investigator: User) -> None:
    from patients.services.enrolment import end_participation

    subject = enrolled_subject(site, investigator)
    end_participation(subject=subject, status="withdrawn", ended_on=TODAY, reason="Own wish", by=investigator)
    with pytest.raises(NotAllowedNow, match="has ended"):
        changed(subject, another_arm(subject), investigator)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patients_allocation SET arm_code = arm_code || 'X'",
        "UPDATE patients_allocation SET reason = 'x'",
        "UPDATE patients_allocation SET place_id = NULL",
        "DELETE FROM patients_allocation",
        "TRUNCATE patients_allocation",
        "UPDATE patients_allocationplace SET arm_code = arm_code || 'X'",
        "UPDATE patients_allocationplace SET position = position + 1000",
        "DELETE FROM patients_allocationplace",
        "UPDATE patients_allocationlist SET seed = 'known'",
        "UPDATE patients_allocationlist SET block_sizes = '[3]'",
        "DELETE FROM patients_allocationlist",
    ],
)
def test_the_database_changes_and_deletes_no_list_place_or_allocation(
    made: AllocationList, site: Site, investigator: User, statement: str
) -> None:
    enrolled_subject(site, investigator)
    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)|permission denied"),
        transaction.atomic(),
        acting(by=investigator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "values",
    [
        {"sequence": 2, "reason": ""},
        {"sequence": 1, "reason": "None is due"},
        {"sequence": 2, "reason": "From the list", "place": "next"},
    ],
    ids=["change without a reason", "first with a reason", "change that takes a place"],
)
def test_the_database_refuses_an_allocation_that_cannot_be(
    made: AllocationList, site: Site, investigator: User, values: dict[str, Any]
) -> None:
    subject = make_subject(site, investigator) if values["sequence"] == 1 else enrolled_subject(site, investigator)
    place = made.places.filter(stratum="GZ", allocation=None).first() if "place" in values else None
    facts = {"subject": subject, "arm_code": "HIGH", "allocated_on": TODAY, "allocated_by": investigator}
    with (
        pytest.raises(DatabaseError, match="patients_allocation_change_has_a_reason"),
        transaction.atomic(),
        acting(by=investigator),
    ):
        Allocation.objects.create(**facts, **{**values, "place": place})


def test_a_place_is_given_to_one_subject_only(made: AllocationList, site: Site, investigator: User) -> None:
    place = enrolled_subject(site, investigator).allocations.get().place
    with pytest.raises(DatabaseError, match="unique"), transaction.atomic(), acting(by=investigator):
        Allocation.objects.create(
            subject=make_subject(site, investigator),
            arm_code=place.arm_code,
            place=place,
            allocated_on=TODAY,
            allocated_by=investigator,
        )
