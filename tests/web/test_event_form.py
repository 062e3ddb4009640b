"""The form of an event: what it offers, what it fills in, its lines, and what it makes of a suggestion."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.context import acting
from patients.models import Subject, Visit
from safety.forms.events import RecordForm
from safety.models import AdverseEvent, ConcomitantMedication, SuggestionDecision
from safety.selectors.suggestions import open_suggestions
from safety.services import decide_suggestion, record_adverse_event
from tests.factories import complete_form, make_member, make_subject, results_for, take_place
from tests.factories.desk import plan_safety
from tests.web.pages import signed_in, text, words
from tests.worlds import NOW
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
FEVER: dict[str, Any] = {
    "term": "Fever",
    "term_code": "fever",
    "onset": "2026-05-18",
    "grade": 2,
    "is_serious": False,
    "relation": "possible",
    "expectedness": "unknown",
    "action_taken": "dose_not_changed",
    "outcome": "not_recovered",
}
TYPED = {**FEVER, "is_serious": "no"}
SERIOUS = {**TYPED, "is_serious": "yes", "caused_hospitalisation": "on", "serious_known_at": "2026-05-20 11:30"}


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator, TODAY - timedelta(days=10))


@pytest.fixture
def event(subject: Subject, coordinator: User) -> AdverseEvent:
    changes = [(date(2026, 5, 19), 1)]
    return record_adverse_event(subject=subject, fields={**FEVER, "grade_changes": changes}, by=coordinator)


@pytest.fixture
def visit(subject: Subject, coordinator: User) -> Visit:
    """A visit whose report suggests an event."""
    found = take_place(subject, "SCR", coordinator)
    complete_form(found, "laboratory", coordinator, results=results_for("laboratory", found, ALT="130"))
    return found


def address(name: str, subject: Subject, *numbers: int) -> str:
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, *numbers])


def lines(event: AdverseEvent) -> list[tuple[str, int]]:
    return [(f"{change.changed_on}", change.grade) for change in event.grade_changes.all()]


def correction(event: AdverseEvent, **changed: Any) -> dict[str, Any]:
    return {**TYPED, "seen_version": event.version, "reason": "Letter received", **changed}


def test_the_grades_of_every_term_stand_at_hand(subject: Subject, coordinator: User) -> None:
    page = text(signed_in(coordinator).get(address("record", subject)))
    assert "Above 40.0 °C for 24 h at most" in page
    assert page.count('data-term="anaphylaxis"') == 3


def test_a_grade_that_the_term_does_not_have_is_refused_beside_the_grade(subject: Subject, coordinator: User) -> None:
    page = signed_in(coordinator).post(address("record", subject), {**TYPED, "term_code": "anaphylaxis"})
    assert page.context["form"].errors == {"grade": ["This CTCAE term has the grades 3, 4, 5 only."]}


def test_the_moment_of_awareness_is_now_at_the_site_unless_another_is_typed(
    subject: Subject, coordinator: User
) -> None:
    page = text(signed_in(coordinator).get(address("record", subject)))
    assert 'name="serious_known_at" value="2026-05-20 12:00"' in page
    signed_in(coordinator).post(address("record", subject), SERIOUS)
    assert AdverseEvent.objects.get().serious_known_at == NOW - timedelta(minutes=30)


def test_of_an_event_that_is_not_serious_the_moment_is_left_out(subject: Subject, coordinator: User) -> None:
    typed = {**TYPED, "serious_known_at": "2026-05-20 12:00"}
    assert signed_in(coordinator).post(address("record", subject), typed).status_code == 302
    assert AdverseEvent.objects.get().serious_known_at is None


def test_a_serious_event_without_the_moment_is_refused(subject: Subject, coordinator: User) -> None:
    page = signed_in(coordinator).post(address("record", subject), {**SERIOUS, "serious_known_at": ""})
    assert list(page.context["form"].errors) == ["serious_known_at"]


def test_days_known_in_part_are_stored_and_listed_as_they_were_typed(subject: Subject, coordinator: User) -> None:
    client = signed_in(coordinator)
    typed = {**TYPED, "onset": "2026-05", "ended": "2026-05", "outcome": "recovered"}
    assert client.post(address("record", subject), typed).status_code == 302
    page = text(client.get(address("subject-events", subject)))
    assert page.count(">2026-05</td>") == 2


def test_only_causes_that_the_subject_can_have_had_are_offered(
    subject: Subject, infused: Subject, coordinator: User
) -> None:
    before, after = (
        set(signed_in(coordinator).get(address("record", each)).context["form"].fields) for each in (subject, infused)
    )
    treatments = {"relation_procedure", "relation_premedication", "relation_comparator"}
    assert before & treatments == set()
    assert after & treatments == {"relation_procedure", "relation_premedication"}
    assert {"relation", "relation_disease", "relation_other"} <= before


def test_another_cause_needs_its_name(subject: Subject, coordinator: User) -> None:
    page = signed_in(coordinator).post(address("record", subject), {**TYPED, "relation_other": "possible"})
    assert "Name the other cause, and say how likely it is." in text(page)
    named = {**TYPED, "relation_other": "possible", "other_cause": "A cold"}
    assert signed_in(coordinator).post(address("record", subject), named).status_code == 302


def test_medication_is_offered_once_it_is_recorded_and_linked(subject: Subject, coordinator: User) -> None:
    client = signed_in(coordinator)
    assert "treatments" not in client.get(address("record", subject)).context["form"].fields
    with acting(by=coordinator):
        given = ConcomitantMedication.objects.create(
            subject=subject,
            number=1,
            name="Paracetamol",
            indication="Fever",
            treatment_kind="other",
            started="2026-05-18",
            started_on=date(2026, 5, 18),
        )
    client.post(address("record", subject), {**TYPED, "treatments": [given.pk]})
    assert "1 · Paracetamol" in text(client.get(address("event", subject, 1)))
    form = client.get(address("correct", subject, 1)).context["form"]
    assert list(form["treatments"].value()) == [given.pk]


def test_a_line_is_added_without_a_look_at_what_is_typed(subject: Subject, coordinator: User) -> None:
    typed = {"term": "Fever", "grade_changes-keys": "1", "grade_changes-1-changed_on": "2026-05-19"}
    page = signed_in(coordinator).post(address("record", subject), {**typed, "add__grade_changes": "1"})
    form = page.context["form"]
    assert (page.status_code, form.lines.keys, form.errors) == (200, ["1", "2"], {})
    assert 'value="Fever"' in text(page)
    assert 'name="grade_changes-1-changed_on" value="2026-05-19"' in text(page)
    assert not AdverseEvent.objects.exists()


def test_a_line_is_removed_and_the_others_stay(event: AdverseEvent, coordinator: User) -> None:
    typed = correction(
        event,
        **{
            "grade_changes-keys": "1 2",
            "grade_changes-1-changed_on": "2026-05-19",
            "grade_changes-2-changed_on": "2026-05-20",
            "remove__grade_changes": "1",
        },
    )
    page = signed_in(coordinator).post(address("correct", event.subject, 1), typed)
    assert page.context["form"].lines.keys == ["2"]
    assert 'name="reason" value="Letter received"' in text(page)
    assert lines(event) == [("2026-05-19", 1)]


def test_lines_are_stored_with_the_event_and_empty_ones_are_none(subject: Subject, coordinator: User) -> None:
    sent = {
        "grade_changes-keys": "1 2",
        "grade_changes-1-changed_on": "2026-05-19",
        "grade_changes-1-grade": "1",
        "grade_changes-2-changed_on": "",
        "grade_changes-2-grade": "",
    }
    assert signed_in(coordinator).post(address("record", subject), TYPED | sent).status_code == 302
    assert lines(AdverseEvent.objects.get()) == [("2026-05-19", 1)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"changed_on": "2026-05-19", "grade": ""}, "Look at the changes of grade"),
        ({"changed_on": "19.5.2026", "grade": "1"}, "Enter a day as year-month-day"),
        ({"changed_on": "2026-05-17", "grade": "1"}, "The grade cannot have changed on 2026-05-17"),
        ({"changed_on": "2026-05-19", "grade": "3"}, "its worst one"),
    ],
)
def test_a_wrong_line_is_refused_and_stays_as_typed(
    subject: Subject, coordinator: User, line: dict[str, str], message: str
) -> None:
    sent = {"grade_changes-keys": "1", **{f"grade_changes-1-{name}": value for name, value in line.items()}}
    page = signed_in(coordinator).post(address("record", subject), TYPED | sent)
    assert message in text(page)
    assert f'value="{line["changed_on"]}"' in text(page)
    assert not AdverseEvent.objects.exists()


def test_a_correction_holds_the_stored_lines_and_replaces_them(event: AdverseEvent, coordinator: User) -> None:
    client, page = signed_in(coordinator), address("correct", event.subject, 1)
    assert 'name="grade_changes-1-changed_on" value="2026-05-19"' in text(client.get(page))
    assert client.post(page, correction(event, **{"grade_changes-keys": ""})).status_code == 302
    assert lines(event) == []
    history = words(client.get(address("event-history", event.subject, 1)))
    assert "Grade from 2026-05-19" in history


def test_a_correction_that_does_not_send_lines_leaves_them(event: AdverseEvent, coordinator: User) -> None:
    page = address("correct", event.subject, 1)
    assert signed_in(coordinator).post(page, correction(event, narrative="38.9 °C")).status_code == 302
    assert lines(event) == [("2026-05-19", 1)]


def test_the_page_says_how_long_after_the_infusion_it_began(infused: Subject, coordinator: User) -> None:
    fields = {**FEVER, "onset": "2026-05-20", "relation_procedure": "probable"}
    record_adverse_event(subject=infused, fields=fields, by=coordinator)
    page = words(signed_in(coordinator).get(address("event", infused, 1)))
    assert "Began on the day of the infusion (W0)." in page
    assert "Counts as related to: cell product, infusion procedure." in page


def test_an_event_of_special_interest_is_marked(subject: Subject, coordinator: User) -> None:
    record_adverse_event(subject=subject, fields={**FEVER, "is_special_interest": True}, by=coordinator)
    record_adverse_event(subject=subject, fields=FEVER, by=coordinator)
    marked, not_marked = (words(signed_in(coordinator).get(address("event", subject, n))) for n in (1, 2))
    assert "usually of special interest" not in marked
    assert "usually of special interest" in not_marked


OWN_TERMS = '[special_interest]\nterms = ["chills", "Injection site pain"]\n'


def special_on_the_form(page: str) -> set[str]:
    """The terms whose choice ticks that the event is of special interest."""
    return set(re.findall(r'data-term="(\w+)"\s+data-grade="\d" data-special', page))


def test_the_protocols_own_events_of_special_interest_are_suggested(
    trial: Trial, site: Site, subject: Subject, coordinator: User
) -> None:
    usual = {"thromboembolic_event", "infusion_related_reaction", "allergic_reaction", "anaphylaxis", "fever"}
    client = signed_in(coordinator)
    assert special_on_the_form(client.get(address("record", subject)).content.decode()) == usual
    plan_safety(trial, OWN_TERMS)
    later = make_subject(site, coordinator, TODAY - timedelta(days=10))
    assert special_on_the_form(client.get(address("record", later)).content.decode()) == {"chills"}
    told = ({"term_code": "fever"}, {"term_code": "chills"}, {"term": "injection site PAIN"}, {"term": "Cough"})
    for fields in told:
        record_adverse_event(subject=later, fields={**FEVER, "term_code": "other", **fields}, by=coordinator)
    pages = [words(client.get(address("event", later, number))) for number in (1, 2, 3, 4)]
    assert ["usually of special interest" in page for page in pages] == [False, True, True, False]


def test_a_suggested_event_is_ticked_as_the_protocol_has_it(trial: Trial, visit: Visit, coordinator: User) -> None:
    (suggestion,) = open_suggestions(visit.subject)
    for plan, version, is_special in (
        (f'[special_interest]\nterms = ["{suggestion.term}"]\n', "1.5", True),
        (OWN_TERMS, "1.6", False),
    ):
        stored = plan_safety(trial, plan, version)
        with acting(by=coordinator, reason="Amendment"):
            visit.subject.protocol_version = stored
            visit.subject.save()
        form = RecordForm(subject=visit.subject, suggested=suggestion)
        assert form.initial["is_special_interest"] is is_special


def test_suggestions_stand_above_the_events_of_who_records_them(visit: Visit, coordinator: User, site: Site) -> None:
    page = words(signed_in(coordinator).get(address("subject-events", visit.subject)))
    assert "Laboratory: alanine aminotransferase (ALT), grade 2" in page
    reader = words(signed_in(make_member("monitor", site)).get(address("subject-events", visit.subject)))
    assert "Laboratory:" not in reader


def test_today_leads_to_the_subjects_with_suggestions(visit: Visit, coordinator: User) -> None:
    page = text(signed_in(coordinator).get(reverse("workspace:today", args=[visit.subject.site.trial.registration])))
    assert "Adverse events to decide about" in page
    assert f'href="{address("subject-events", visit.subject)}"' in page
    assert "1 suggestion<" in page


def test_a_suggestion_fills_in_the_form_and_is_stored_with_the_event(visit: Visit, coordinator: User) -> None:
    client, source = signed_in(coordinator), f"laboratory:{visit.pk}:ALT:2"
    page = client.get(address("record", visit.subject), {"suggestion": source})
    form = page.context["form"]
    filled = {name: form[name].value() for name in ("term", "onset", "grade", "visit", "suggestion")}
    assert filled == {
        "term": "Alanine aminotransferase increased",
        "onset": "2026-05-20",
        "grade": 2,
        "visit": visit.pk,
        "suggestion": source,
    }
    assert not AdverseEvent.objects.exists()
    typed = {**TYPED, **filled, "term_code": "other"}
    assert client.post(address("record", visit.subject), typed).status_code == 302
    assert SuggestionDecision.objects.get().event == AdverseEvent.objects.get()


def test_a_suggestion_decided_meanwhile_is_said_and_saving_again_records_the_event_alone(
    visit: Visit, coordinator: User
) -> None:
    client, source = signed_in(coordinator), f"laboratory:{visit.pk}:ALT:2"
    decide_suggestion(subject=visit.subject, source=source, reason="Haemolysed", by=coordinator)
    assert client.get(address("record", visit.subject), {"suggestion": source}).status_code == 409
    typed = {**TYPED, "onset": "2026-05-20", "suggestion": source}
    page = client.post(address("record", visit.subject), typed)
    assert "decided meanwhile" in text(page)
    assert page.context["form"]["suggestion"].value() == ""
    assert client.post(address("record", visit.subject), {**typed, "suggestion": ""}).status_code == 302


def test_a_suggestion_is_turned_down_on_the_page(visit: Visit, coordinator: User) -> None:
    client, source = signed_in(coordinator), f"laboratory:{visit.pk}:ALT:2"
    page = address("decide-suggestion", visit.subject)
    refused = client.post(page, {"source": source, "reason": " ", "event": ""})
    assert refused.status_code == 422
    assert "say why it is none" in text(refused)
    assert client.post(page, {"source": source, "reason": "Haemolysed", "event": ""}).status_code == 302
    assert open_suggestions(visit.subject) == []


def test_a_suggestion_is_laid_to_an_event_that_is_recorded(visit: Visit, coordinator: User) -> None:
    recorded = record_adverse_event(subject=visit.subject, fields=FEVER, by=coordinator)
    typed = {"source": f"laboratory:{visit.pk}:ALT:2", "reason": "", "event": "1"}
    assert signed_in(coordinator).post(address("decide-suggestion", visit.subject), typed).status_code == 302
    assert SuggestionDecision.objects.get().event == recorded
