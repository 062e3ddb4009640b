"""Moving a subject to an amended protocol: what changes, what stays, what is refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from assessments.selectors import casebook
from audit.history import changes
from patients.models import Subject
from patients.services.allocation import change_arm
from patients.services.amendment import Move, move_to_version, what_changes
from patients.services.consent import record_consent, withdraw_consent
from patients.services.eligibility import decide_eligibility, newest_decision
from patients.services.enrolment import enrol
from patients.services.extra_visits import add_unscheduled_visit
from patients.visit_content import arm_code_at, forms_of, protocol_at
from protocols.loader import STUDIES, read_folder
from tests.factories import (
    PLANNED_VISITS,
    amend,
    infused_subject,
    make_sheet,
    make_subject,
    take_place,
)
from trials.models import ProtocolVersion, Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def signed(subject: Subject, version: ProtocolVersion, by: User) -> Subject:
    """The subject has signed a sheet that belongs to the version."""
    make_sheet(version.trial, f"for {version.version}", valid_from=TODAY, protocol_version=version)
    sheet = f"for {version.version}"
    record_consent(subject=subject, signed_on=TODAY, sheet_version=sheet, language="zh", by=by)
    return subject


def move(subject: Subject, version: ProtocolVersion, by: User, reason: str = "Amendment 1") -> Move:
    return move_to_version(subject=subject, version=version, reason=reason, by=by)


def criteria_toml() -> str:
    return read_folder(STUDIES / "NCT03265613" / "1.0")["criteria.toml"]


def visits_toml() -> str:
    return read_folder(STUDIES / "NCT03265613" / "1.0")["visits.toml"]


def test_a_moved_subject_gets_the_new_visit_and_keeps_done_visits_under_the_old_version(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    take_place(subject, "W4", investigator)
    old, new = subject.protocol_version, amend(trial)
    signed(subject, new, investigator)
    made = move(subject, new, investigator)
    subject = Subject.objects.select_related("protocol_version", "site").get(pk=subject.pk)
    assert subject.protocol_version == new
    assert [visit.content.code for visit in made.added] == ["W10"]
    assert made.kept == 5
    codes = list(subject.visits.order_by("position").values_list("code", flat=True))
    assert codes == ["SCR", "W0", "W4", "W8", "W10", "W12", "W16", "W20", "W24"]
    added = subject.visits.get(code="W10")
    assert (added.planned_on, added.needs_enrolment) == (subject.first_treatment_on + 70 * DAY, True)
    pinned = dict(subject.visits.values_list("code", "protocol_version"))
    assert {code for code, version in pinned.items() if version == old.pk} == {"SCR", "W0", "W4"}
    assert {code for code, version in pinned.items() if version is None} == {"W8", "W10", "W12", "W16", "W20", "W24"}
    w4 = subject.visits.get(code="W4")
    assert protocol_at(w4).version == "1.0"
    assert "infusion" in forms_of(w4)
    assert [row.entry.visit.code for row in casebook(subject)] == codes
    last = changes(subject, ["protocol_version"])[-1]
    assert (last.before, last.after) == (old.pk, new.pk)
    assert last.reason == "Moved from protocol version 1.0 to 1.1: Amendment 1"


def test_the_preview_changes_nothing_and_says_what_the_move_does(
    trial: Trial, investigator: User, infused: Subject
) -> None:
    wider = visits_toml().replace('target = "P56D"', 'target = "P63D"')
    new = amend(trial, visits=wider)
    preview = what_changes(infused, new, TODAY)
    assert [(each.visit.code, each.after.planned_on) for each in preview.moved] == [("W8", TODAY + 63 * DAY)]
    assert infused.visits.get(code="W8").planned_on == TODAY + 56 * DAY
    signed(infused, new, investigator)
    move(infused, new, investigator)
    assert infused.visits.get(code="W8").planned_on == TODAY + 63 * DAY


def test_a_visit_that_the_new_version_lacks_is_cancelled_and_still_has_a_name(
    trial: Trial, investigator: User, infused: Subject
) -> None:
    new = amend(trial)
    signed(infused, new, investigator)
    move(infused, new, investigator)
    back = amend(trial, "1.2", visits=visits_toml())
    signed(infused, back, investigator)
    move(infused, back, investigator)
    visit = infused.visits.get(code="W10")
    assert (visit.outcome, visit.protocol_version) == ("cancelled", new)
    assert "Amendment 1" in changes(visit, ["outcome"])[-1].reason
    assert len(casebook(Subject.objects.get(pk=infused.pk))) == len(PLANNED_VISITS) + 1


def test_a_visit_whose_window_is_over_is_not_asked_for(trial: Trial, site: Site, investigator: User) -> None:
    last_day, too_late = (infused_subject(site, investigator, days_ago=days) for days in (73, 74))
    new = amend(trial)
    for subject in (last_day, too_late):
        signed_sheet = trial.information_sheets.filter(protocol_version=new).exists()
        if signed_sheet:
            record_consent(subject=subject, signed_on=TODAY, sheet_version="for 1.1", language="zh", by=investigator)
        else:
            signed(subject, new, investigator)
    assert [visit.content.code for visit in move(last_day, new, investigator).added] == ["W10"]
    made = move(too_late, new, investigator)
    assert ([v.content.code for v in made.added], [v.content.code for v in made.too_late]) == ([], ["W10"])
    assert not too_late.visits.filter(code="W10").exists()


def test_a_subject_in_screening_moves_too(trial: Trial, site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    new = amend(trial)
    signed(subject, new, investigator)
    move(subject, new, investigator)
    assert subject.visits.get(code="W10").planned_on is None


def test_nobody_moves_before_signing_a_sheet_of_the_version(trial: Trial, site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    new = amend(trial)
    with pytest.raises(NotAllowedNow, match=r"No information sheet belongs to protocol version 1.1"):
        move(subject, new, investigator)
    make_sheet(trial, "2.0", valid_from=TODAY, protocol_version=new)
    with pytest.raises(NotAllowedNow, match=r"must first sign an information sheet that belongs to version 1.1: 2.0"):
        move(subject, new, investigator)


def test_nobody_moves_backwards_to_the_same_or_without_a_reason(trial: Trial, site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    old, new = subject.protocol_version, amend(trial)
    signed(subject, new, investigator)
    with pytest.raises(ValidationError, match="Say why"):
        move(subject, new, investigator, reason=" ")
    move(subject, new, investigator)
    for version in (old, new):
        with pytest.raises(NotAllowedNow, match="not later"):
            move(subject, version, investigator)


def test_nobody_moves_after_the_end(trial: Trial, site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    new = amend(trial)
    signed(subject, new, investigator)
    withdraw_consent(subject=subject, scope="follow_up", withdrawn_on=TODAY, by=investigator)
    with pytest.raises(NotAllowedNow, match="has ended"):
        move(subject, new, investigator)


def test_nobody_moves_to_a_version_without_the_own_arm(trial: Trial, investigator: User, enrolled: Subject) -> None:
    arms = read_folder(STUDIES / "NCT03265613" / "1.0")["arms.toml"].replace('"ADMSC"', '"OTHER"')
    new = amend(trial, arms=arms)
    signed(enrolled, new, investigator)
    with pytest.raises(NotAllowedNow, match="no arm ADMSC"):
        move(enrolled, new, investigator)
    enrolled.refresh_from_db()
    assert enrolled.protocol_version.version == "1.0"


def test_an_arm_that_came_with_the_amendment_leaves_the_visits_before_it_readable(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator)
    arms = read_folder(STUDIES / "NCT03265613" / "1.0")["arms.toml"]
    new = amend(trial, arms=arms + arms.replace('"ADMSC"', '"HIGHER"'))
    signed(subject, new, investigator)
    move(subject, new, investigator)
    change_arm(
        subject=subject, arm_code="HIGHER", changed_on=TODAY, seen_sequence=1, reason="No effect", by=investigator
    )
    subject = Subject.objects.select_related("site", "protocol_version").get(pk=subject.pk)
    assert arm_code_at(subject.visits.get(code="SCR")) == ""
    assert [cell.spec.code for cell in casebook(subject)[0].cells][:2] == ["demographics", "psoriasis_history"]


def test_visits_outside_the_schedule_keep_their_place_behind_the_same_visit(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator, days_ago=88)
    take_place(subject, "W12", investigator, on=TODAY - DAY)
    extra = add_unscheduled_visit(subject=subject, occurred_on=TODAY, why="Itch", by=investigator)
    new = amend(trial)
    signed(subject, new, investigator)
    move(subject, new, investigator)
    positions = dict(subject.visits.values_list("code", "position"))
    assert positions[extra.code] == positions["W12"]


def test_a_decision_taken_under_other_criteria_is_to_be_reviewed_after_the_move(
    trial: Trial, investigator: User, eligible: Subject
) -> None:
    stricter = criteria_toml().replace("pasi_total > 10.0", "pasi_total > 9.0")
    new = amend(trial, criteria=stricter)
    signed(eligible, new, investigator)
    move(eligible, new, investigator)
    assert newest_decision(eligible).stale_criteria == ["IN01"]
    eligible.refresh_from_db()
    with pytest.raises(NotAllowedNow, match=r"an investigator must decide again"):
        enrol(subject=eligible, enrolled_on=TODAY, arm_code="ADMSC", by=investigator)
    again = decide_eligibility(subject=eligible, outcome="eligible", by=investigator)
    assert again.protocol_version == new
    assert enrol(subject=eligible, enrolled_on=TODAY, arm_code="ADMSC", by=investigator).status == "enrolled"


def test_a_decision_holds_when_the_amendment_leaves_the_criteria_alone(
    trial: Trial, investigator: User, eligible: Subject
) -> None:
    new = amend(trial)
    signed(eligible, new, investigator)
    move(eligible, new, investigator)
    assert newest_decision(eligible).stale_since is None


def test_a_decision_on_an_enrolled_subject_stands_on_the_criteria_of_its_time(
    trial: Trial, investigator: User, enrolled: Subject
) -> None:
    new = amend(trial, criteria=criteria_toml().replace("pasi_total > 10.0", "pasi_total > 60.0"))
    signed(enrolled, new, investigator)
    move(enrolled, new, investigator)
    assert newest_decision(enrolled).stale_since is None
