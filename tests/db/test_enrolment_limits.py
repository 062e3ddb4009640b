"""Stops of enrolment, the target of the trial and the limits of its sites."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from audit.history import changes
from patients.models import Subject
from patients.selectors.enrolment import enrolment_of
from patients.services.enrolment import enrol
from tests.factories import eligible_subject, enrolled_subject, make_randomised_trial, make_site, make_subject
from trials.models import Site, Trial
from trials.policies import NotAllowedNow
from trials.services import lift_hold, place_hold, set_enrolment_cap, set_enrolment_target


def enrolled(subject: Subject, by: User) -> Subject:
    return enrol(subject=subject, arm_code="ADMSC", enrolled_on=subject.site.today(), by=by)


@pytest.mark.parametrize("everywhere", [True, False], ids=["trial", "site"])
def test_while_enrolment_is_stopped_nobody_is_enrolled_and_the_message_says_why_and_who(
    trial: Trial, site: Site, investigator: User, everywhere: bool
) -> None:
    subject = eligible_subject(site, investigator)
    hold = place_hold(trial=trial, site=None if everywhere else site, reason="Two fevers.", by=investigator)
    with pytest.raises(NotAllowedNow, match=r"Two fevers\. Who can change this: Safety monitor, Administrator\."):
        enrolled(subject, investigator)
    lift_hold(hold=hold, reason="The board agreed", by=investigator)
    assert enrolled(subject, investigator).enrolment_number == 1


def test_a_stop_at_one_site_leaves_the_others_open_and_screening_goes_on(
    trial: Trial, site: Site, other_site: Site, investigator: User
) -> None:
    place_hold(trial=trial, site=site, reason="Freezer broken", by=investigator)
    make_subject(site, investigator)
    assert enrolled_subject(other_site, investigator).enrolment_number == 1


def test_enrolment_is_stopped_once_at_a_time(trial: Trial, site: Site, investigator: User) -> None:
    place_hold(trial=trial, site=None, reason="First", by=investigator)
    with pytest.raises(ValidationError, match="stopped there already"):
        place_hold(trial=trial, site=None, reason="Second", by=investigator)
    place_hold(trial=trial, site=site, reason="A stop of the site is another one", by=investigator)


def test_what_has_been_reopened_is_not_reopened_again_but_can_be_stopped_again(
    trial: Trial, investigator: User
) -> None:
    hold = place_hold(trial=trial, site=None, reason="First", by=investigator)
    lift_hold(hold=hold, reason="Over", by=investigator)
    with pytest.raises(NotAllowedNow, match="reopened there already"):
        lift_hold(hold=hold, reason="Over", by=investigator)
    place_hold(trial=trial, site=None, reason="Second", by=investigator)


def test_the_site_of_another_trial_is_not_stopped(trial: Trial, investigator: User) -> None:
    elsewhere = make_site(make_randomised_trial(), "STJ")
    with pytest.raises(ValidationError, match="another trial"):
        place_hold(trial=trial, site=elsewhere, reason="Mistake", by=investigator)


@pytest.mark.parametrize("reason", ["", "  "])
def test_stopping_reopening_target_and_limit_each_need_a_reason(
    trial: Trial, site: Site, investigator: User, reason: str
) -> None:
    hold = place_hold(trial=trial, site=None, reason="First", by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        place_hold(trial=trial, site=site, reason=reason, by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        lift_hold(hold=hold, reason=reason, by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        set_enrolment_target(trial=trial, target=5, reason=reason, by=investigator)
    with pytest.raises(ValidationError, match="Say why"):
        set_enrolment_cap(site=site, cap=5, reason=reason, by=investigator)


def test_the_target_closes_enrolment_and_its_rise_opens_it(trial: Trial, site: Site, investigator: User) -> None:
    enrolled_subject(site, investigator)
    set_enrolment_target(trial=trial, target=1, reason="Pilot", by=investigator)
    waiting = eligible_subject(site, investigator)
    with pytest.raises(NotAllowedNow, match=r"target of 1 subjects\. Who can change this: Administrator\."):
        enrolled(waiting, investigator)
    changed = set_enrolment_target(trial=trial, target=2, reason="Amendment", by=investigator)
    assert enrolled(waiting, investigator).enrolment_number == 2
    assert [change.reason for change in changes(changed, ["enrolment_target"])][-2:] == ["Pilot", "Amendment"]


def test_the_limit_of_a_site_closes_that_site_only(
    trial: Trial, site: Site, other_site: Site, investigator: User
) -> None:
    enrolled_subject(site, investigator)
    set_enrolment_cap(site=site, cap=1, reason="Contract", by=investigator)
    with pytest.raises(NotAllowedNow, match="Guangzhou Hospital has reached its limit of 1 subjects"):
        enrolled_subject(site, investigator)
    assert enrolled_subject(other_site, investigator).enrolment_number == 1
    set_enrolment_cap(site=site, cap=None, reason="New contract", by=investigator)
    assert enrolled_subject(site, investigator).enrolment_number == 2


@pytest.mark.parametrize(("number", "message"), [(1, "2 are enrolled already"), (0, "from 1")])
def test_target_and_limit_are_not_below_what_is_enrolled_nor_below_one(
    trial: Trial, site: Site, investigator: User, number: int, message: str
) -> None:
    for _n in range(2):
        enrolled_subject(site, investigator)
    with pytest.raises(ValidationError, match=message):
        set_enrolment_target(trial=trial, target=number, reason="Less", by=investigator)
    with pytest.raises(ValidationError, match=message):
        set_enrolment_cap(site=site, cap=number, reason="Less", by=investigator)
    assert set_enrolment_target(trial=trial, target=2, reason="Enough", by=investigator).enrolment_target == 2
    assert set_enrolment_cap(site=site, cap=2, reason="Enough", by=investigator).enrolment_cap == 2


def test_without_a_target_of_its_own_the_trial_enrols_as_many_as_the_protocol_plans(
    trial: Trial, site: Site, investigator: User
) -> None:
    set_enrolment_target(trial=trial, target=None, reason="Back to the protocol", by=investigator)
    trial.refresh_from_db()
    figures = enrolment_of(trial)
    assert (figures.target, figures.has_own_target) == (7, False)


def test_the_numbers_of_a_site_and_its_state(trial: Trial, site: Site, other_site: Site, investigator: User) -> None:
    make_subject(site, investigator)
    eligible_subject(site, investigator)
    enrolled_subject(site, investigator)
    set_enrolment_cap(site=site, cap=1, reason="Contract", by=investigator)
    here, there = enrolment_of(trial).sites
    assert (here.registered, here.in_screening, here.to_enrol, here.screen_failures, here.enrolled) == (3, 1, 1, 0, 1)
    assert (here.state, there.state, enrolment_of(trial).state) == ("full", "open", "open")
    hold = place_hold(trial=trial, site=None, reason="Two fevers", by=investigator)
    assert {row.state for row in enrolment_of(trial).sites} == {"stopped"}
    lift_hold(hold=hold, reason="The board agreed", by=investigator)
    (over,) = enrolment_of(trial).holds
    assert (over.reason, over.lift_reason, over.lifted_by) == ("Two fevers", "The board agreed", investigator)
