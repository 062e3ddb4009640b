"""Facts as rules read them: days become intervals, everything else stays."""

from datetime import date

from clinical.intervals import for_rules

ON = date(2024, 3, 1)


def test_a_day_is_replaced_by_its_intervals():
    assert for_rules({"topical_last_on": date(2024, 2, 1)}, on=ON) == {
        "days_since_topical_last": 29.0,
        "months_since_topical_last": 1.0,
    }


def test_a_day_still_to_come_is_a_negative_time_ago():
    assert for_rules({"surgery_on": date(2024, 3, 2)}, on=ON) == {
        "days_since_surgery": -1.0,
        "months_since_surgery": -1.0,
    }


def test_what_is_no_day_is_handed_on_unchanged():
    facts = {"pasi_total": 12.4, "consent_given": True, "sex": "F"}
    assert for_rules(facts, on=ON) == facts


def test_what_a_form_published_is_not_changed_by_reading_it():
    facts = {"topical_last_on": date(2024, 2, 1), "pasi_total": 12.4}
    for_rules(facts, on=ON)
    assert facts == {"topical_last_on": date(2024, 2, 1), "pasi_total": 12.4}
