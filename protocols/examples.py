"""Run a protocol's own example subjects: facts in, eligibility and visit windows out."""

from clinical.eligibility import Standing, overall
from clinical.intervals import for_rules
from clinical.visit_windows import CONSENT, PlannedVisit, plan_visits
from protocols.schema import ExampleSubject, Protocol


def run_examples(protocol: Protocol) -> list[str]:
    """Every difference between what the examples expect and what comes out, one sentence each."""
    return [failure for example in protocol.examples for failure in run_example(protocol, example)]


def run_example(protocol: Protocol, example: ExampleSubject) -> list[str]:
    """The differences for one example."""
    differences = _differences_in_standing(protocol, example) + _differences_in_visits(protocol, example)
    return [f"{example.name}: {difference}" for difference in differences]


def _differences_in_standing(protocol: Protocol, example: ExampleSubject) -> list[str]:
    reference_on = protocol.reference_day(consent_on=example.consent_on, first_treatment_on=example.first_treatment_on)
    facts = for_rules(example.facts, on=reference_on)
    found: dict[str, Standing] = {
        criterion.code: criterion.standing(facts, example.judgement(criterion.code)) for criterion in protocol.criteria
    }
    differences = [
        f"{code} is {found[code]}, expected {expected}."
        for code, expected in example.expected_standings.items()
        if found[code] is not expected
    ]
    eligibility = overall(found.values())
    if eligibility is not example.expected_eligibility:
        differences.append(f"the subject is {eligibility}, expected {example.expected_eligibility}.")
    return differences


def _differences_in_visits(protocol: Protocol, example: ExampleSubject) -> list[str]:
    happened = {CONSENT: example.consent_on}
    if example.first_treatment_on is not None:
        happened[protocol.anchor] = example.first_treatment_on
    planned = plan_visits([visit.timing for visit in protocol.visits], happened)
    return [
        f"{expected.code} is {_in_words(planned.get(expected.code))}, expected {_in_words(expected)}."
        for expected in example.expected_visits
        if planned.get(expected.code) != expected
    ]


def _in_words(visit: PlannedVisit | None) -> str:
    if visit is None:
        return "not planned"
    return f"planned on {visit.planned_on} (window {visit.opens_on} to {visit.closes_on})"
