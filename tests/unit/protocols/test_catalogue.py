"""Days among the facts of a catalogue: rules read the time since, and nothing but a day counts as one."""

from datetime import UTC, date, datetime

import pytest

from clinical.eligibility import Verdict, compile_rule, evaluate
from clinical.intervals import intervals
from protocols.catalogue import Catalogue, Fact, FactKind

TOPICAL = Fact("topical_last_on", FactKind.DAY)
PASI = Fact("pasi_total", FactKind.NUMBER)
SINCE_TOPICAL = (
    Fact("days_since_topical_last", FactKind.NUMBER, "days"),
    Fact("months_since_topical_last", FactKind.NUMBER, "months"),
)


@pytest.mark.parametrize("value", [date(2024, 2, 29), date.min])
def test_a_day_is_of_the_kind_day_and_of_no_other(value: date) -> None:
    assert [kind for kind in FactKind if kind.admits(value)] == [FactKind.DAY]


@pytest.mark.parametrize(
    "value", [datetime(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29", 20240229, True, None]
)
def test_a_moment_a_text_or_a_number_is_no_day(value: object) -> None:
    assert not FactKind.DAY.admits(value)


def test_there_is_no_sample_of_a_day_because_no_rule_reads_one() -> None:
    with pytest.raises(KeyError):
        _ = FactKind.DAY.sample


def test_a_day_is_read_as_the_days_and_months_since() -> None:
    assert TOPICAL.intervals == SINCE_TOPICAL


@pytest.mark.parametrize("kind", [kind for kind in FactKind if kind is not FactKind.DAY])
def test_no_other_kind_has_intervals(kind: FactKind) -> None:
    assert Fact("topical_last_on", kind).intervals == ()


def test_a_day_with_a_name_of_another_kind_has_no_intervals_to_give() -> None:
    with pytest.raises(ValueError, match="topical_last is a day; its name must end in _on"):
        _ = Fact("topical_last", FactKind.DAY).intervals


def test_a_form_publishes_its_day_together_with_the_intervals() -> None:
    catalogue = Catalogue(forms={"treatments": (TOPICAL, PASI), "pasi": (PASI,)})
    published = catalogue.published_by(["treatments"])
    assert list(published.values()) == [TOPICAL, *SINCE_TOPICAL, PASI]
    assert all(code == fact.code for code, fact in published.items())
    assert catalogue.published_by(["pasi"]) == {"pasi_total": PASI}


def test_all_facts_include_the_intervals_of_every_form() -> None:
    consent = Fact("consent_given", FactKind.YES_NO)
    catalogue = Catalogue(forms={"treatments": (TOPICAL,), "pasi": (PASI,)}, always=(consent,))
    assert set(catalogue.facts.values()) == {TOPICAL, *SINCE_TOPICAL, PASI, consent}


def test_two_forms_may_publish_the_same_day() -> None:
    catalogue = Catalogue(forms={"one": (TOPICAL,), "other": (TOPICAL,)})
    assert len(catalogue.published_by(["one", "other"])) == 3


def test_a_rule_compiled_against_the_catalogue_reads_what_the_calculator_gives() -> None:
    rule = compile_rule("days_since_topical_last >= 14.0 && months_since_topical_last < 1.0")
    assert rule.facts <= Catalogue(forms={"treatments": (TOPICAL,)}).facts.keys()
    read = intervals({TOPICAL.code: date(2024, 2, 16)}, on=date(2024, 3, 1))
    assert evaluate(rule, read) is Verdict.MET
