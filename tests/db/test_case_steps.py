"""Who may take which step with a case, where it leads, what is kept of it, and who is told."""

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import User
from accounts.roles import ROLES
from clinical.safety.workflow import Step
from notifications.kinds import KINDS, line_of
from notifications.models import Reminder
from patients.models import Subject
from safety.models import CaseStep, SeriousCase
from safety.services import assess, follow_up, submit, take_step
from tests.factories import make_member, make_subject
from tests.factories.cases import digest_now, sign_report, written_case
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

#   state       step        who may                                   leads to
TABLE = """
    draft       submit      investigator                              submitted
    submitted   take_up     safety_monitor                            in_review
    in_review   ask         safety_monitor                            questions
    questions   answer      coordinator+investigator                  in_review
    in_review   assess      safety_monitor                            assessed
    assessed    close       safety_monitor                            closed
    submitted   follow_up   coordinator+investigator+safety_monitor   draft
    in_review   follow_up   coordinator+investigator+safety_monitor   draft
    questions   follow_up   coordinator+investigator+safety_monitor   draft
    assessed    follow_up   coordinator+investigator+safety_monitor   draft
    closed      follow_up   coordinator+investigator+safety_monitor   draft
"""
ROWS = {tuple(line.split()[:2]): line.split()[2:] for line in TABLE.strip().splitlines()}
EVER = {step: {role for (_, each), row in ROWS.items() if each == step for role in row[0].split("+")} for step in Step}
WAY_TO = {
    "draft": (),
    "submitted": (Step.SUBMIT,),
    "in_review": (Step.SUBMIT, Step.TAKE_UP),
    "questions": (Step.SUBMIT, Step.TAKE_UP, Step.ASK),
    "assessed": (Step.SUBMIT, Step.TAKE_UP, Step.ASSESS),
    "closed": (Step.SUBMIT, Step.TAKE_UP, Step.ASSESS, Step.CLOSE),
}
"""How a case comes to each state."""


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def reviewer(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial)


def take(case: SeriousCase, step: Step, by: User, text: str = "Words") -> Any:
    """The step through its service, with everything that it asks for."""
    case = SeriousCase.objects.select_related("subject__site__trial").get(pk=case.pk)
    if step is Step.SUBMIT:
        return submit(case=case, seen=digest_now(case), by=by)
    if step is Step.ASSESS:
        # No SUSAR, so that nothing is due before it is closed.
        judged = {"related_by_sponsor": True, "expectedness": "expected", "is_susar": False}
        return assess(case=case, **judged, seen_version=case.version, by=by, text=text)
    if step is Step.FOLLOW_UP:
        return follow_up(case=case, text=text, by=by)
    return take_step(case=case, step=step, text=text, by=by)


def case_at(state: str, subject: Subject, investigator: User, reviewer: User) -> SeriousCase:
    case = written_case(subject, investigator)
    for step in WAY_TO[state]:
        take(case, step, investigator if step is Step.SUBMIT else reviewer)
    found = SeriousCase.objects.get(pk=case.pk)
    assert found.state == state
    return found


@pytest.mark.parametrize("state", WAY_TO)
def test_every_step_of_every_role_leads_where_the_table_says_or_is_refused(
    state: str, site: Site, subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_at(state, subject, investigator, reviewer)
    people = {code: make_member(code, site) for code in ROLES}
    for step, (role, person) in product(Step, people.items()):
        may, target = ROWS.get((state, step), ("", ""))
        before = CaseStep.objects.count()
        point = transaction.savepoint()
        if role in may.split("+"):
            take(case, step, person)
            newest = CaseStep.objects.latest("pk")
            assert SeriousCase.objects.get(pk=case.pk).state == newest.target == target, (step, role)
            assert (newest.source, newest.step, newest.taken_by) == (state, step, person)
            assert CaseStep.objects.count() == before + 1
        else:
            refusal = NotAllowedNow if role in EVER[step] else PermissionDenied
            with pytest.raises(refusal):
                take(case, step, person)
            assert (SeriousCase.objects.get(pk=case.pk).state, CaseStep.objects.count()) == (state, before), (
                step,
                role,
            )
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "safety_monitor"])
def test_nobody_of_another_site_takes_a_step(
    other_site: Site, subject: Subject, investigator: User, reviewer: User, role: str
) -> None:
    case = case_at("submitted", subject, investigator, reviewer)
    with pytest.raises(PermissionDenied):
        take(case, Step.FOLLOW_UP, make_member(role, other_site))


@pytest.mark.parametrize(
    ("state", "step"), [("in_review", Step.ASK), ("questions", Step.ANSWER), ("closed", Step.FOLLOW_UP)]
)
@pytest.mark.parametrize("text", ["", " \n"])
def test_a_step_that_asks_for_words_is_refused_without(
    subject: Subject, investigator: User, reviewer: User, state: str, step: Step, text: str
) -> None:
    case = case_at(state, subject, investigator, reviewer)
    with pytest.raises(ValidationError) as refusal:
        take(case, step, investigator if step is not Step.ASK else reviewer, text)
    assert set(refusal.value.message_dict) == {"text"}


def test_what_is_asked_and_answered_is_kept_as_it_was_written(
    subject: Subject, investigator: User, reviewer: User, coordinator: User
) -> None:
    case = case_at("in_review", subject, investigator, reviewer)
    take(case, Step.ASK, reviewer, " Which dose?\nAnd when? ")
    take(case, Step.ANSWER, coordinator, "一百万")
    said = [(step.step, step.text, step.taken_by) for step in case.steps.filter(step__in=["ask", "answer"])]
    assert said == [("ask", "Which dose?\nAnd when?", reviewer), ("answer", "一百万", coordinator)]


@pytest.mark.parametrize("step", [Step.SUBMIT, Step.ASSESS, Step.FOLLOW_UP])
def test_a_step_that_does_more_cannot_be_taken_without_it(
    subject: Subject, investigator: User, reviewer: User, step: Step
) -> None:
    case = written_case(subject, investigator)
    with pytest.raises(TypeError):
        take_step(case=case, step=step, text="x", by=investigator)


# --- who is told ------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(site: Site, other_site: Site, trial: Trial, coordinator: User, investigator: User, reviewer: User) -> Any:
    """Two reviewers, two people of the site, and others who have nothing to do with it."""
    make_member("coordinator", other_site)
    make_member("investigator", other_site)
    make_member("monitor", site)
    make_member("administrator", trial=trial)
    make_member("safety_monitor", other_site)
    return {
        "nurse": coordinator,
        "doctor": investigator,
        "reviewer": reviewer,
        "second": make_member("safety_monitor", trial=trial),
    }


def told_by(action: Any, people: dict[str, User]) -> dict[str, str]:
    """Who is told which stage by the action; every reminder of somebody else is an error."""
    before = set(Reminder.objects.values_list("pk", flat=True))
    action()
    names = {person.pk: name for name, person in people.items()}
    return {names[each.recipient_id]: each.stage for each in Reminder.objects.exclude(pk__in=before)}


def test_each_step_tells_those_who_have_to_act_and_not_the_one_who_took_it(
    subject: Subject, people: dict[str, User]
) -> None:
    nurse, doctor, reviewer = people["nurse"], people["doctor"], people["reviewer"]
    case = written_case(subject, nurse)
    steps = [
        (Step.SUBMIT, doctor, {"reviewer": "submitted", "second": "submitted"}),
        (Step.TAKE_UP, reviewer, {}),
        (Step.ASK, reviewer, {"nurse": "questions", "doctor": "questions"}),
        (Step.ANSWER, nurse, {"reviewer": "answered", "second": "answered"}),
        (Step.ASK, reviewer, {"nurse": "questions", "doctor": "questions"}),
        (Step.ANSWER, doctor, {"reviewer": "answered", "second": "answered"}),
        (Step.ASSESS, reviewer, {"doctor": "assessed"}),
        (Step.CLOSE, reviewer, {}),
        (
            Step.FOLLOW_UP,
            nurse,
            {"doctor": "follow_up_begun", "reviewer": "follow_up_begun", "second": "follow_up_begun"},
        ),
        (Step.SUBMIT, doctor, {"reviewer": "follow_up", "second": "follow_up"}),
        (
            Step.FOLLOW_UP,
            reviewer,
            {"nurse": "follow_up_begun", "doctor": "follow_up_begun", "second": "follow_up_begun"},
        ),
    ]
    for step, person, expected in steps:
        assert told_by(lambda step=step, person=person: take(case, step, person), people) == expected, step


def test_what_was_told_leaves_the_inbox_when_the_next_step_is_taken_but_closing_hides_no_assessment(
    subject: Subject, people: dict[str, User]
) -> None:
    nurse, doctor, reviewer = people["nurse"], people["doctor"], people["reviewer"]
    other = written_case(subject, nurse)
    take(other, Step.SUBMIT, doctor)
    case = written_case(subject, nurse)
    steps = [
        (Step.SUBMIT, doctor, {"submitted"}),
        (Step.TAKE_UP, reviewer, set()),
        (Step.ASK, reviewer, {"questions"}),
        (Step.ANSWER, nurse, {"answered"}),
        (Step.ASSESS, reviewer, {"assessed"}),
        (Step.CLOSE, reviewer, {"assessed"}),
        (Step.FOLLOW_UP, nurse, {"follow_up_begun"}),
        (Step.SUBMIT, doctor, {"follow_up"}),
    ]
    for step, person, standing in steps:
        take(case, step, person)
        told = Reminder.objects.filter(withdrawn_at=None)
        assert set(told.filter(topic=f"case:{case.pk}").values_list("stage", flat=True)) == standing, step
        assert told.filter(topic=f"case:{other.pk}").exists()


def test_recording_a_serious_event_tells_nobody_before_it_is_reported(
    subject: Subject, people: dict[str, User]
) -> None:
    assert told_by(lambda: written_case(subject, people["nurse"]), people) == {}


def test_what_people_are_told_names_number_and_case_and_nothing_else(subject: Subject, people: dict[str, User]) -> None:
    sign_report(written_case(subject, people["nurse"], term="Secret diagnosis"), people["doctor"])
    told = Reminder.objects.filter(recipient=people["reviewer"]).get()
    line = line_of(told)
    assert line.text == "SAE-0001, GZ-001: a serious event is reported"
    assert line.url.endswith("/subjects/GZ-001/adverse-events/1/case/")
    assert set(told.facts) == {"registration", "number", "event", "case", "version"}
    assert "Secret" not in f"{line} {told.facts}"


def test_such_news_is_mailed_at_once_and_nobody_can_do_without_it() -> None:
    assert KINDS["safety_case"].is_urgent
    assert KINDS["safety_case"].is_safety
