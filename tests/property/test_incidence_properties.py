"""What holds of every exact interval and every table of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.safety.incidence import CountedEvent, clopper_pearson, incidence_table

counts = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
TREATED = {"cells": ["A1", "A2", "A3"], "methotrexate": ["A1", "B1"]}
events = st.lists(
    st.builds(
        CountedEvent,
        subject=st.sampled_from(["A1", "A2", "A3", "B1", "C1"]),
        arm=st.sampled_from([*TREATED, "placebo"]),
        term=st.sampled_from(["Fever", "Chills", "Headache"]),
        grade=st.integers(1, 5),
        is_related=st.booleans(),
        is_serious=st.booleans(),
        is_special_interest=st.booleans(),
    ),
    max_size=12,
)


@given(counts)
def test_the_interval_holds_the_observed_share(count: tuple[int, int]) -> None:
    found = clopper_pearson(*count)
    assert found is not None
    assert 0 <= found.low <= count[0] / count[1] <= found.high <= 1
    assert found.low < found.high


@given(counts)
def test_the_interval_of_those_without_an_event_is_the_mirror_image(count: tuple[int, int]) -> None:
    subjects, of = count
    found, mirrored = clopper_pearson(subjects, of), clopper_pearson(of - subjects, of)
    assert found is not None
    assert mirrored is not None
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-10)


@given(counts)
def test_more_subjects_with_an_event_never_lower_a_limit(count: tuple[int, int]) -> None:
    subjects, of = count
    one_more = clopper_pearson(min(subjects + 1, of), of)
    found = clopper_pearson(subjects, of)
    assert found is not None
    assert one_more is not None
    assert found.low <= one_more.low
    assert found.high <= one_more.high


@given(counts, st.floats(0.5, 0.99))
def test_more_confidence_is_never_a_narrower_interval(count: tuple[int, int], confidence: float) -> None:
    wide, narrow = clopper_pearson(*count, confidence=0.995), clopper_pearson(*count, confidence=confidence)
    assert wide is not None
    assert narrow is not None
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(events)
def test_every_event_is_counted_or_named_as_not_counted(given_events: list[CountedEvent]) -> None:
    found = incidence_table(given_events, treated=TREATED)
    everything = found.categories[0].in_all
    assert everything.events + len(found.not_counted) == len(given_events)
    assert sum(line.in_all.events for line in found.terms) == everything.events


@given(events)
def test_no_cell_has_more_subjects_than_treated_or_events_and_grades_add_up(given_events: list[CountedEvent]) -> None:
    found = incidence_table(given_events, treated=TREATED)
    for line in (*found.categories, *found.terms):
        for count in (*line.by_arm.values(), line.in_all):
            assert sum(count.by_grade) == count.subjects <= min(count.treated, count.events)
        in_arms = [count.subjects for count in line.by_arm.values()]
        assert max(in_arms) <= line.in_all.subjects <= sum(in_arms)


@given(events)
def test_no_line_has_more_subjects_than_the_line_of_all_events(given_events: list[CountedEvent]) -> None:
    found = incidence_table(given_events, treated=TREATED)
    everything = found.categories[0].in_all.subjects
    assert all(line.in_all.subjects <= everything for line in (*found.categories, *found.terms))
    order = [(-line.in_all.subjects, line.name) for line in found.terms]
    assert order == sorted(order)
