"""What facts are called beside a criterion."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from assessments.registry import INSTRUMENTS
from assessments.templatetags.casebook import fact_label, fact_value


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


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (Decimal("27.0000"), "pasi_total", "27"),
        ("27.0000", "pasi_total", "27"),
        ("0.5000", "calcium_mmol_l", "0.5"),
        (True, "consent_given", "Yes"),
        (False, "psoriasis_face_only", "No"),
        ("past", "topical_use", "In the past"),
        ("M", "sex", "Male"),
        ("no code of the list", "sex", "no code of the list"),
        ("40", "days_since_topical_last", "40"),
    ],
)
def test_a_value_is_shown_in_words(value: Any, code: str, words: str) -> None:
    assert fact_value(value, code) == words
