"""What the database records, whoever writes and however: who, when, why, before and after."""

import pghistory
import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes, event_model
from patients.models import CriterionAnswer, Finding, Subject, Visit
from patients.services.eligibility import answer_criteria
from tests.factories import make_site, make_subject, screened_subject, system
from trials.models import Site


def events(row: object) -> list[tuple[str, dict[str, object]]]:
    found = event_model(type(row)).objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    return [(event.pgh_label, event.pgh_context) for event in found]


@pytest.fixture
def subject(site: Site, investigator: User) -> Subject:
    return make_subject(site, investigator)


def test_a_first_entry_is_recorded_with_its_person(subject: Subject, investigator: User) -> None:
    ((label, context),) = events(subject)
    assert (label, context["user"]) == ("insert", investigator.pk)


def test_a_value_that_replaces_none_is_recorded(subject: Subject, investigator: User) -> None:
    visit = Visit.objects.get(subject=subject, code="W4")
    assert visit.planned_on is None
    day = subject.site.today()
    with acting(by=investigator, reason="Planned by hand"):
        Visit.objects.filter(pk=visit.pk).update(planned_on=day, window_opens_on=day, window_closes_on=day)
    found = {change.field: change for change in changes(visit) if change.action == "update"}
    assert set(found) == {"planned_on", "window_opens_on", "window_closes_on"}
    assert (found["planned_on"].before, found["planned_on"].after) == (None, day)
    assert (found["planned_on"].by, found["planned_on"].reason) == (investigator.full_name, "Planned by hand")


def test_none_that_replaces_a_value_is_recorded(subject: Subject, investigator: User) -> None:
    visit = Visit.objects.get(subject=subject, code="SCR")
    day = visit.planned_on
    assert day is not None
    with acting(by=investigator, reason="Not dated"):
        Visit.objects.filter(pk=visit.pk).update(planned_on=None, window_opens_on=None, window_closes_on=None)
    last = [change for change in changes(visit, ["planned_on"])][-1]
    assert (last.before, last.after) == (day, None)


def test_raw_sql_is_recorded_with_person_and_reason(site: Site, investigator: User) -> None:
    with acting(by=investigator, reason="By hand"), connection.cursor() as cursor:
        cursor.execute("UPDATE trials_site SET name = 'By hand' WHERE id = %s", [site.pk])
    label, context = events(site)[-1]
    assert (label, context) == ("update", {"user": investigator.pk, "reason": "By hand"})


def test_each_row_of_a_bulk_update_is_recorded(subject: Subject, investigator: User) -> None:
    visits = list(subject.visits.all())
    for visit in visits:
        visit.position += 10
    with acting(by=investigator, reason="Order of the amendment"):
        Visit.objects.bulk_update(visits, ["position"])
    for visit in visits:
        assert events(visit)[-1] == ("update", {"user": investigator.pk, "reason": "Order of the amendment"})


def test_each_row_of_a_bulk_create_is_recorded(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    for finding in Finding.objects.filter(subject=subject):
        ((label, context),) = events(finding)
        assert (label, context["user"]) == ("insert", investigator.pk)


def test_a_deletion_is_recorded_with_what_was_deleted(subject: Subject, investigator: User) -> None:
    answer_criteria(subject=subject, answers={"EX01": True}, by=investigator)
    answer = CriterionAnswer.objects.get(subject=subject)
    pk = answer.pk
    answer_criteria(subject=subject, answers={"EX01": None}, by=investigator, reason="Answered for another subject")
    assert not CriterionAnswer.objects.filter(pk=pk).exists()
    last = event_model(CriterionAnswer).objects.filter(pgh_obj_id=pk).latest("pgh_id")
    assert (last.pgh_label, last.applies) == ("delete", True)
    assert last.pgh_context["reason"] == "Answered for another subject"


def test_saving_a_row_unchanged_adds_nothing_to_history(site: Site, investigator: User) -> None:
    before = len(events(site))
    with acting(by=investigator, reason="Nothing"):
        site.save()
    assert len(events(site)) == before


def test_history_goes_on_when_triggers_are_told_to_rest_by_sql(site: Site, investigator: User) -> None:
    before = len(events(site))
    names = "{" + ",".join(trigger.get_pgid(Site) for trigger in Site._meta.triggers) + "}"
    with acting(by=investigator, reason="Quietly"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [names])
        cursor.execute("UPDATE trials_site SET name = 'Quietly' WHERE id = %s", [site.pk])
    assert len(events(site)) == before + 1


def test_history_goes_on_when_triggers_are_told_to_rest_by_the_library(site: Site, investigator: User) -> None:
    before = len(events(site))
    with acting(by=investigator, reason="Quietly"), pgtrigger.ignore():
        Site.objects.filter(pk=site.pk).update(name="Quietly")
    assert len(events(site)) == before + 1


def test_a_write_that_rests_the_triggers_and_names_nobody_is_refused(site: Site) -> None:
    with pytest.raises(IntegrityError), pgtrigger.ignore(), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(name="Quietly")


def test_the_reason_of_an_inner_block_ends_with_it(site: Site, investigator: User) -> None:
    with acting(by=investigator, reason="Outer"):
        with acting(by=investigator, reason="Inner"):
            Site.objects.filter(pk=site.pk).update(name="One")
        Site.objects.filter(pk=site.pk).update(name="Two")
    assert [context["reason"] for _label, context in events(site)[-2:]] == ["Inner", "Outer"]


def test_a_block_without_a_reason_does_not_borrow_the_one_before_it(site: Site, investigator: User) -> None:
    with pghistory.context(user=investigator.pk):
        with acting(by=investigator, reason="First"):
            Site.objects.filter(pk=site.pk).update(name="One")
        with pytest.raises(IntegrityError, match="gives_a_reason"), transaction.atomic():
            Site.objects.filter(pk=site.pk).update(name="Two")


def test_the_person_of_an_inner_block_ends_with_it(site: Site, investigator: User, coordinator: User) -> None:
    with acting(by=investigator, reason="Outer"):
        with acting(by=coordinator, reason="Inner"):
            Site.objects.filter(pk=site.pk).update(name="One")
        Site.objects.filter(pk=site.pk).update(name="Two")
    assert [context["user"] for _label, context in events(site)[-2:]] == [coordinator.pk, investigator.pk]


def test_nothing_is_signed_for_after_the_block_in_the_same_transaction(site: Site, investigator: User) -> None:
    with transaction.atomic():
        with acting(by=investigator, reason="Signed"):
            Site.objects.filter(pk=site.pk).update(name="One")
        with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
            Site.objects.filter(pk=site.pk).update(name="Two")


def test_nothing_is_signed_for_after_an_error_inside_the_block(site: Site, investigator: User) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), acting(by=investigator, reason="Signed"):
        Site.objects.filter(pk=site.pk).update(name="One")
        raise Stop
    with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(name="Two")


def test_nothing_is_signed_for_after_the_transaction(committed_db: None) -> None:
    from tests.factories import make_trial

    site = make_site(make_trial())
    with acting(by=system(), reason="Signed"):
        Site.objects.filter(pk=site.pk).update(name="One")
    with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(name="Two")
