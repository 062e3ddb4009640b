"""A subject walks through the services."""

from tests.factories import infused_subject


def test_a_subject_reaches_treatment_and_gets_dated_visits(site, investigator):
    subject = infused_subject(site, investigator)
    assert subject.status == "on_treatment"
    assert all(v.planned_on for v in subject.visits.all())
