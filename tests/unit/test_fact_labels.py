"""What facts are called beside a criterion."""

import pytest
from django.utils.translation import override

from assessments.registry import INSTRUMENTS
from assessments.templatetags.casebook import fact_label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("consent_given", "Consent signed"),
        ("weight_kg", "Weight"),
        ("topical_last_on", "Topical treatment, last use"),
        ("days_since_topical_last", "Topical treatment, last use: days since"),
        ("months_since_topical_last", "Topical treatment, last use: completed months since"),
        ("months_since_psoriasis_diagnosed", "Diagnosis of psoriasis: completed months since"),
        ("days_since_never_published", "days_since_never_published"),
    ],
)
def test_a_fact_is_called_by_the_item_that_publishes_it(code: str, label: str) -> None:
    assert fact_label(code) == label


def test_every_fact_and_every_interval_has_a_name_in_words() -> None:
    for spec in INSTRUMENTS.values():
        for fact in spec.facts:
            for code in (fact.code, *(interval.code for interval in fact.intervals)):
                assert fact_label(code) != code


def test_the_name_of_an_interval_is_translated_when_it_is_shown() -> None:
    from django.utils.translation import gettext

    with override("zh-hans"):
        template = gettext("%(day)s: days since")
        assert fact_label("days_since_topical_last") == template % {"day": fact_label("topical_last_on")}
