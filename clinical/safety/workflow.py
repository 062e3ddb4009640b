"""The way of a report of a serious event, from draft to closed, as data.

What is reported changes in a draft only; whatever is learnt after submission opens the next draft, a follow-up version.
Who may do what, and what needs a signature or a reason, are defaults.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ReportState(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    QUESTIONS = "questions"
    ASSESSED = "assessed"
    CLOSED = "closed"


class ReportRole(StrEnum):
    """Who acts on a report."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    MEDICAL_MONITOR = "medical_monitor"


class RoleGroup(StrEnum):
    """Those who may take a step; an investigator belongs to two of them."""

    AUTHOR = "author"
    INVESTIGATOR = "investigator"
    MEDICAL_MONITOR = "medical_monitor"


MEMBERS: Final = {
    RoleGroup.AUTHOR: frozenset({ReportRole.COORDINATOR, ReportRole.INVESTIGATOR}),
    RoleGroup.INVESTIGATOR: frozenset({ReportRole.INVESTIGATOR}),
    RoleGroup.MEDICAL_MONITOR: frozenset({ReportRole.MEDICAL_MONITOR}),
}


class Step(StrEnum):
    """What can be done with a report.

    An answer leaves the report as it was signed; an answer that changes it is a follow-up.
    """

    SUBMIT = "submit"
    TAKE_UP = "take_up"
    ASK = "ask"
    ANSWER = "answer"
    ASSESS = "assess"
    CLOSE = "close"
    FOLLOW_UP = "follow_up"


class Need(StrEnum):
    """What a step asks of the person who takes it. A reason is what is asked, answered or new."""

    SIGNATURE = "signature"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step that leads from one state to another.

    `groups` may take it; `needs` is what it asks for; `starts_version` says that the next version of the report begins.
    """

    step: Step
    source: ReportState
    target: ReportState
    groups: frozenset[RoleGroup]
    needs: frozenset[Need] = frozenset()
    starts_version: bool = False

    def may_be_taken_by(self, role: ReportRole) -> bool:
        """Whether somebody in this role may take the step."""
        return any(role in MEMBERS[group] for group in self.groups)


_AUTHOR = frozenset({RoleGroup.AUTHOR})
_INVESTIGATOR = frozenset({RoleGroup.INVESTIGATOR})
_MEDICAL_MONITOR = frozenset({RoleGroup.MEDICAL_MONITOR})
_SIGNATURE = frozenset({Need.SIGNATURE})
_REASON = frozenset({Need.REASON})

TRANSITIONS: Final = (
    Transition(Step.SUBMIT, ReportState.DRAFT, ReportState.SUBMITTED, _INVESTIGATOR, _SIGNATURE),
    Transition(Step.TAKE_UP, ReportState.SUBMITTED, ReportState.IN_REVIEW, _MEDICAL_MONITOR),
    Transition(Step.ASK, ReportState.IN_REVIEW, ReportState.QUESTIONS, _MEDICAL_MONITOR, _REASON),
    Transition(Step.ANSWER, ReportState.QUESTIONS, ReportState.IN_REVIEW, _AUTHOR, _REASON),
    Transition(Step.ASSESS, ReportState.IN_REVIEW, ReportState.ASSESSED, _MEDICAL_MONITOR, _SIGNATURE),
    Transition(Step.CLOSE, ReportState.ASSESSED, ReportState.CLOSED, _MEDICAL_MONITOR),
    *(
        Transition(Step.FOLLOW_UP, source, ReportState.DRAFT, _AUTHOR | _MEDICAL_MONITOR, _REASON, starts_version=True)
        for source in ReportState
        if source is not ReportState.DRAFT
    ),
)
"""Every transition there is. Submitting and assessing are signed; new information opens a report in any state but the
draft, because it must not wait for the end of a review."""


def steps_from(state: ReportState, role: ReportRole) -> tuple[Transition, ...]:
    """What somebody in this role may do with a report in this state, in the order of `TRANSITIONS`."""
    return tuple(found for found in TRANSITIONS if found.source is state and found.may_be_taken_by(role))


def transition(state: ReportState, step: Step, role: ReportRole) -> Transition:
    """The transition that this step is; raises ValueError where the state has no such step or the role may not."""
    for found in steps_from(state, role):
        if found.step is step:
            return found
    raise ValueError(f"{role} cannot {step} a report that is {state}")


def missing_for(found: Transition, *, is_signed: bool, reason: str) -> frozenset[Need]:
    """What the step still asks for; a reason of blanks is none."""
    given = {need for need, is_given in ((Need.SIGNATURE, is_signed), (Need.REASON, bool(reason.strip()))) if is_given}
    return found.needs - given
