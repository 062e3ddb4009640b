"""Test data written through the ordinary services, so that it is audited and obeys every rule."""

from tests.factories.forms import clear, complete_form, correct_form, entry_for, values_for, write_past_schedule
from tests.factories.laboratory import line_for, results_for
from tests.factories.medication import make_medication
from tests.factories.protocols import amend
from tests.factories.reminders import make_kind, make_reminder
from tests.factories.subjects import (
    PLANNED_VISITS,
    answer_all,
    complete_all,
    eligible_subject,
    enrolled_subject,
    infused_subject,
    make_subject,
    screened_subject,
    take_place,
)
from tests.factories.trials import (
    PASSWORD,
    UserFactory,
    make_lot,
    make_member,
    make_randomised_trial,
    make_range,
    make_sheet,
    make_site,
    make_trial,
    make_trial_asking_for,
    member_of,
    system,
)
from tests.factories.wordings import make_wording, wording_file

__all__ = [
    "PASSWORD",
    "PLANNED_VISITS",
    "UserFactory",
    "amend",
    "answer_all",
    "clear",
    "complete_all",
    "complete_form",
    "correct_form",
    "eligible_subject",
    "enrolled_subject",
    "entry_for",
    "infused_subject",
    "line_for",
    "make_kind",
    "make_lot",
    "make_medication",
    "make_member",
    "make_randomised_trial",
    "make_range",
    "make_reminder",
    "make_sheet",
    "make_site",
    "make_subject",
    "make_trial",
    "make_trial_asking_for",
    "make_wording",
    "member_of",
    "results_for",
    "screened_subject",
    "system",
    "take_place",
    "values_for",
    "wording_file",
    "write_past_schedule",
]
