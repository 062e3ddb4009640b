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
