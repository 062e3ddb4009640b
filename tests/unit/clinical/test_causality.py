"""Causality: what counts as related, to which cause, and to the treatments of the study."""

from itertools import product

import pytest

from clinical.safety.causality import (
    RELATED,
    STUDY_TREATMENTS,
    Cause,
    Likelihood,
    is_related,
    is_related_to_treatment,
    related_causes,
)
from safety import terms

YES, NO = Likelihood.POSSIBLE, Likelihood.UNLIKELY


def test_the_categories_are_those_of_the_recorded_events_and_count_alike() -> None:
    assert {str(category) for category in Likelihood} == set(terms.Causality.values)
    assert {str(category) for category in RELATED} == {str(category) for category in terms.RELATED}


#   category       counts as related
TABLE = """
    certain        yes
    probable       yes
    possible       yes
    unlikely       no
    conditional    yes
    unassessable   yes
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_only_unlikely_counts_as_not_related(row: str) -> None:
    category, expected = row.split()
    assert is_related(Likelihood(category)) is (expected == "yes")


def test_the_table_names_every_category() -> None:
    assert [row.split()[0] for row in TABLE.strip().splitlines()] == list(Likelihood)


def test_a_cause_that_nobody_has_judged_is_neither_related_nor_not() -> None:
    assert is_related(None) is None


def test_another_choice_of_what_counts_can_be_handed_in() -> None:
    strict = frozenset({Likelihood.CERTAIN})
    assert is_related(Likelihood.PROBABLE, related=strict) is False
    assert related_causes({Cause.DISEASE: Likelihood.CERTAIN, Cause.OTHER: YES}, related=strict) == (Cause.DISEASE,)
    assert is_related_to_treatment({Cause.CELL_PRODUCT: YES}, related=strict) is False


def test_related_causes_are_named_in_their_order_and_unjudged_ones_are_not() -> None:
    judged = {Cause.OTHER: YES, Cause.DISEASE: NO, Cause.PREMEDICATION: None, Cause.CELL_PRODUCT: YES}
    assert related_causes(judged) == (Cause.CELL_PRODUCT, Cause.OTHER)
    assert related_causes({}) == ()


@pytest.mark.parametrize("cause", list(Cause))
def test_one_related_treatment_is_enough_and_disease_and_other_causes_are_none(cause: Cause) -> None:
    judged = {other: YES if other is cause else NO for other in Cause}
    assert is_related_to_treatment(judged) is (cause in STUDY_TREATMENTS)
    assert (cause in STUDY_TREATMENTS) is (cause not in (Cause.DISEASE, Cause.OTHER))


@pytest.mark.parametrize("answers", list(product((YES, NO, None), repeat=3)))
def test_three_treatments_are_joined_as_by_or_with_three_values(answers: tuple[Likelihood | None, ...]) -> None:
    treatments = (Cause.CELL_PRODUCT, Cause.INFUSION_PROCEDURE, Cause.PREMEDICATION)
    expected = True if YES in answers else None if None in answers else False
    assert is_related_to_treatment(dict(zip(treatments, answers, strict=True)) | {Cause.DISEASE: YES}) is expected


def test_without_a_treatment_nothing_is_known() -> None:
    assert is_related_to_treatment({}) is None
    assert is_related_to_treatment({Cause.DISEASE: YES}) is None
