"""An example that does not come out is told apart from one that does, with what was found and what was expected."""

import pytest

from protocols.examples import run_examples
from protocols.loader import parse


def test_examples_that_come_out_give_no_failure(files, catalogue):
    assert run_examples(parse(files, catalogue)) == []


@pytest.mark.parametrize(
    ("old", "new", "failures"),
    [
        ("pasi_total = 12,", "pasi_total = 9,", [
            "Eligible: IN01 is failed, expected satisfied.",
            "Eligible: the subject is not_eligible, expected eligible.",
        ]),
        ('expected_eligibility = "unknown"', 'expected_eligibility = "eligible"', [
            "Not asked yet: the subject is unknown, expected eligible.",
        ]),
        ("planned_on = 2024-02-29", "planned_on = 2024-03-01", [
            "Eligible: W4 is planned on 2024-02-29 (window 2024-02-26 to 2024-03-03), "
            "expected planned on 2024-03-01 (window 2024-02-26 to 2024-03-03).",
        ]),
        ("first_treatment_on = 2024-02-01\n", "", [
            "Eligible: W4 is not planned, expected planned on 2024-02-29 (window 2024-02-26 to 2024-03-03).",
        ]),
    ],
)  # fmt: skip
def test_an_example_that_does_not_come_out_is_reported(files, catalogue, old, new, failures):
    assert files["examples.toml"].count(old) == 1
    broken = files["examples.toml"].replace(old, new)
    assert run_examples(parse({**files, "examples.toml": broken}, catalogue)) == failures


def test_other_judgements_answer_every_question_not_named(files, catalogue):
    answered = files["examples.toml"].replace("judgements = { EX01 = false }", "other_judgements = true")
    assert run_examples(parse({**files, "examples.toml": answered}, catalogue)) == [
        "Eligible: EX01 is failed, expected satisfied.",
        "Eligible: the subject is not_eligible, expected eligible.",
    ]


@pytest.mark.parametrize(
    ("last_on", "treated_on", "expected"),
    [
        ("2024-01-04", "first_treatment_on = 2024-02-01", "eligible"),
        ("2024-01-05", "first_treatment_on = 2024-02-01", "not_eligible"),
        # Not treated yet: 14 days after consent on 1 January the first treatment is planned.
        ("2023-12-18", "", "eligible"),
        ("2023-12-19", "", "not_eligible"),
    ],
)
def test_a_day_is_read_as_the_time_until_the_first_treatment(files, catalogue, last_on, treated_on, expected):
    files["criteria.toml"] = files["criteria.toml"].replace("pasi_total > 10.0", "days_since_tablet_last >= 28.0")
    files["examples.toml"] = f"""
[[example]]
name = "Tablets before"
consent_on = 2024-01-01
{treated_on}
facts = {{ tablet_last_on = {last_on}, consent_given = true }}
other_judgements = false
expected_eligibility = "{expected}"
"""
    assert run_examples(parse(files, catalogue)) == []
