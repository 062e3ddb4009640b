"""When something may happen to a subject. Each rule raises NotAllowedNow with the step that comes first."""

from patients.policies.consent import (
    consent_may_be_signed_again,
    may_receive_data,
    may_withdraw,
    treatment_may_be_given,
)
from patients.policies.participation import BEFORE_ENROLMENT, ENDED
from patients.policies.stages import (
    a_place_can_be_given,
    arm_may_change,
    eligibility_is_open,
    may_be_screened_again,
    may_enrol,
    other_arms,
    participation_may_end,
    status_may_become,
)
from patients.policies.visits import (
    EARLY_TERMINATION_DAYS,
    day_is_in_order,
    day_is_possible,
    day_of_the_end,
    early_termination_may_take_place,
    no_visit_took_place_after,
    not_in_the_future,
    visit_may_be_opened_again,
    visit_may_take_place,
)

__all__ = [
    "BEFORE_ENROLMENT",
    "EARLY_TERMINATION_DAYS",
    "ENDED",
    "a_place_can_be_given",
    "arm_may_change",
    "consent_may_be_signed_again",
    "day_is_in_order",
    "day_is_possible",
    "day_of_the_end",
    "early_termination_may_take_place",
    "eligibility_is_open",
    "may_be_screened_again",
    "may_enrol",
    "may_receive_data",
    "may_withdraw",
    "no_visit_took_place_after",
    "not_in_the_future",
    "other_arms",
    "participation_may_end",
    "status_may_become",
    "treatment_may_be_given",
    "visit_may_be_opened_again",
    "visit_may_take_place",
]
