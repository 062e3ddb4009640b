"""Lines of a form: stored, changed, taken out; what it costs; answers that are not asked any more; reasons of changes;
what an earlier version said."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.form_data import FormData
from assessments.form_specs import CrfSpec
from assessments.history import history_rows, version_before
from assessments.instruments.medical_history.model import MedicalCondition
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, mark_not_done, save_form
from patients.models import Finding, Visit
from protocols.schema import INFUSION_VITAL_SIGNS_FORM
from tests.factories import (
    clear,
    enrolled_subject,
    entry_for,
    make_member,
    make_site,
    make_subject,
    make_trial,
    make_trial_asking_for,
    take_place,
)
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

STATEMENTS = 15
STATEMENTS_OF_TREATMENT = 36
"""The first completion of a treatment also plans visits, looks at the decision on eligibility and at deviations."""
ORDINARY = [code for code, spec in INSTRUMENTS.items() if not spec.is_treatment and code != INFUSION_VITAL_SIGNS_FORM]
CODE = "medical_history"
SPEC = INSTRUMENTS[CODE]


@pytest.fixture
def site(db: None) -> Site:
    return make_site(make_trial_asking_for(*ORDINARY), "GZ")


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def line(key: str, term: str = "Asthma", **changed: Any) -> dict[str, Any]:
    values = {"started_on": "2019-05", "is_ongoing": "Y", "ended_on": "", "is_treated": "Y", **changed}
    return {"row_key": key, "term": term, **values}


def lines(*rows: dict[str, Any], answer: str = "Y") -> dict[str, Any]:
    return {"has_conditions": answer, "conditions": rows}


def store(visit: Visit, by: User, values: dict[str, Any], version: int = 0, **more: Any) -> FormData:
    confirmed, missing = more.pop("confirmed", {}), more.pop("missing", {})
    entry = Entry(values, visit.occurred_on, missing, confirmed)
    arguments = {"complete": True, "expected_version": version, **more}
    return save_form(spec=SPEC, visit=visit, entry=entry, by=by, **arguments)


def stored(form: FormData) -> list[tuple[str, str, int]]:
    return list(MedicalCondition.objects.filter(form_id=form.pk).values_list("row_key", "term", "position"))


def test_lines_are_stored_in_the_order_of_the_page(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("2", "Gout"), line("1")))
    assert stored(form) == [("2", "Gout", 0), ("1", "Asthma", 1)]


def test_a_save_changes_adds_and_removes_lines_and_history_keeps_each(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1"), line("2", "Gout")))
    store(visit, coordinator, lines(line("2", "Gout of the toe"), line("3", "Migraine")), 1, reason="Source read again")
    assert stored(form) == [("2", "Gout of the toe", 0), ("3", "Migraine", 1)]
    told = {
        address: [
            (row.before, row.after, "" if row.is_first else row.reason) for row in history_rows(SPEC, form, address)
        ]
        for address in (f"conditions-{key}-term" for key in "123")
    }
    assert told == {
        "conditions-1-term": [("—", "Asthma", ""), ("Asthma", "—", "Source read again")],
        "conditions-2-term": [("—", "Gout", ""), ("Gout", "Gout of the toe", "Source read again")],
        "conditions-3-term": [("—", "Migraine", "Source read again")],
    }


def test_lines_that_stay_as_they_are_are_not_written(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1"), line("2", "Gout")))
    store(visit, coordinator, lines(line("1", "Bronchial asthma"), line("2", "Gout")), 1, reason="Source read again")
    assert len(history_rows(SPEC, form, "conditions-2-term")) == 1


def test_a_form_that_was_not_done_has_no_lines(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1")))
    mark_not_done(
        spec=SPEC,
        visit=visit,
        reason_not_done="Left early",
        by=coordinator,
        expected_version=1,
        reason="Entered for another subject",
    )
    assert stored(form) == []
    gone = history_rows(SPEC, form, "conditions-1-term")[-1]
    assert (gone.before, gone.after, gone.reason) == ("Asthma", "—", "Entered for another subject")


def test_a_line_without_a_value_is_not_complete_until_it_says_why(visit: Visit, coordinator: User) -> None:
    values = lines(line("1", started_on=""))
    with pytest.raises(ValidationError) as refusal:
        store(visit, coordinator, values)
    assert set(refusal.value.message_dict) == {"conditions-1-started_on"}
    form = store(visit, coordinator, values, missing={"conditions-1-started_on": "unknown"})
    assert form.missing == {"conditions-1-started_on": "unknown"}
    why = history_rows(SPEC, form, "conditions-1-started_on")
    assert [(row.before, row.after) for row in why] == [("—", "Unknown")]


def test_an_answer_that_is_not_asked_any_more_is_kept_once_that_is_explained(visit: Visit, coordinator: User) -> None:
    odd = lines(line("1", ended_on="2020"))
    with pytest.raises(ValidationError, match="not asked for any more"):
        store(visit, coordinator, odd)
    store(visit, coordinator, odd, complete=False)
    form = store(visit, coordinator, odd, 1, confirmed={"conditions-1-ended_on_not_asked": "Came back in 2021"})
    assert MedicalCondition.objects.get(form_id=form.pk).ended_on == "2020"


def test_lines_that_are_not_asked_any_more_need_one_explanation_together(visit: Visit, coordinator: User) -> None:
    unasked = lines(line("1"), line("2", "Gout"), answer="N")
    with pytest.raises(ValidationError) as refusal:
        store(visit, coordinator, unasked)
    assert len(refusal.value.messages) == 1
    form = store(visit, coordinator, unasked, confirmed={"conditions_not_asked": "To be clarified with the site"})
    assert [key for key, *_ in stored(form)] == ["1", "2"]


def _weight_asked_after_height() -> CrfSpec:
    """The vital signs, but that ask for the weight only where there is a height."""
    spec = INSTRUMENTS["vital_signs"]
    asked = {"weight_kg": lambda values: values.get("height_cm") is not None}
    return replace(
        spec,
        groups=tuple(
            replace(group, items=tuple(replace(item, shown_if=asked.get(item.name)) for item in group.items))
            for group in spec.groups
        ),
    )


def test_a_kept_answer_publishes_nothing_until_it_is_asked_again(visit: Visit, coordinator: User) -> None:
    spec, entry = _weight_asked_after_height(), entry_for("vital_signs", visit)
    unasked = replace(
        entry,
        values={**entry.values, "height_cm": None},
        missing={"height_cm": "refused"},
        confirmed={"weight_kg_not_asked": "Measured before"},
    )

    def weight_after(version: int, entry: Entry) -> tuple[Any, list[Any]]:
        form: Any = save_form(
            spec=spec,
            visit=visit,
            entry=entry,
            complete=True,
            by=coordinator,
            expected_version=version,
            reason="Source read again",
        )
        form.refresh_from_db()
        published = Finding.objects.filter(visit=visit, source_form="vital_signs", test_code="weight_kg")
        return form.weight_kg, list(published.values_list("number", flat=True))

    seventy = entry.values["weight_kg"]
    assert weight_after(0, entry) == (seventy, [seventy])
    assert weight_after(1, unasked) == (seventy, [])
    assert weight_after(2, entry) == (seventy, [seventy])


def test_one_reason_stands_for_all_changes_and_one_of_its_own_goes_before_it(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1")))
    changed = lines(line("1", "Bronchial asthma", started_on="2018"))
    own = {"conditions-1-started_on": "Year read wrongly"}
    store(visit, coordinator, changed, 1, reason="Source read again", reasons=own)
    last = {name: history_rows(SPEC, form, f"conditions-1-{name}")[-1].reason for name in ("term", "started_on")}
    assert last == {"term": "Source read again", "started_on": "Year read wrongly"}


def test_a_change_does_not_borrow_the_reason_of_another(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1")))
    changed = lines(line("1", "Bronchial asthma", started_on="2018"))
    own = {"conditions-1-started_on": "Year read wrongly"}
    with pytest.raises(ValidationError, match="Condition 1: condition") as refusal:
        store(visit, coordinator, changed, 1, reasons=own)
    assert set(refusal.value.message_dict) == {"reason"}
    store(visit, coordinator, changed, 1, reasons={**own, "conditions-1-term": "Full name"})
    assert history_rows(SPEC, form, "conditions-1-term")[-1].reason == "Full name"


def test_a_line_is_not_taken_out_under_the_reason_of_another_change(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1"), line("2", "Gout")))
    own = {"conditions-1-term": "Full name"}
    with pytest.raises(ValidationError, match="Condition 2: condition"):
        store(visit, coordinator, lines(line("1", "Bronchial asthma")), 1, reasons=own)
    assert [key for key, *_ in stored(form)] == ["1", "2"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_of_its_own_is_more_than_blanks(visit: Visit, coordinator: User, reason: str) -> None:
    store(visit, coordinator, lines(line("1")))
    with pytest.raises(ValidationError, match="Say why you change"):
        store(visit, coordinator, lines(line("1", "Gout")), 1, reasons={"conditions-1-term": reason})


def test_an_earlier_version_is_read_back_from_history(visit: Visit, coordinator: User) -> None:
    form = store(visit, coordinator, lines(line("1", started_on="")), missing={"conditions-1-started_on": "unknown"})
    store(visit, coordinator, lines(line("1"), line("2", "Gout")), 1, reason="Source read again")
    store(visit, coordinator, lines(line("2", "Gout")), 2, reason="Of another subject")
    first, second = (version_before(SPEC, form, number) for number in (1, 2))
    assert first is not None and second is not None
    assert [(row["row_key"], row["started_on"]) for row in first.values["conditions"]] == [("1", None)]
    assert first.missing == {"conditions-1-started_on": "unknown"}
    assert [row["row_key"] for row in second.values["conditions"]] == ["1", "2"]
    assert version_before(SPEC, form, 4) is None


def _statements(spec: Any, visit: Visit, by: User, entries: list[Entry]) -> list[int]:
    counts = []
    for version, entry in enumerate(entries):
        with CaptureQueriesContext(connection) as queries:
            save_form(
                spec=spec,
                visit=visit,
                entry=entry,
                complete=True,
                by=by,
                expected_version=version,
                reason="Source read again" if version else "",
            )
        counts.append(len(queries))
    return counts


@pytest.mark.parametrize("code", ORDINARY)
def test_a_save_of_any_form_takes_few_statements(visit: Visit, coordinator: User, code: str) -> None:
    entry = entry_for(code, visit)
    counts = _statements(INSTRUMENTS[code], visit, coordinator, [entry, entry])
    # The normal ranges, and the person they must fit.
    assert max(counts) <= STATEMENTS, counts


def test_a_save_that_changes_adds_and_removes_lines_takes_few_statements(visit: Visit, coordinator: User) -> None:
    few, many = (
        [
            Entry(lines(*(line(str(n)) for n in range(1, size))), visit.occurred_on),
            Entry(lines(*(line(str(n), f"Asthma {n}") for n in range(2, size + 1))), visit.occurred_on),
        ]
        for size in (4, 40)
    )
    other = take_place(make_subject(visit.subject.site, coordinator), "SCR", coordinator)
    counts = _statements(SPEC, visit, coordinator, few)
    assert _statements(SPEC, other, coordinator, many) == counts
    assert max(counts) <= STATEMENTS, counts


def test_a_save_of_a_treatment_takes_a_limited_number_of_statements(db: None) -> None:
    site = make_site(make_trial(), "GZ")
    doctor = make_member("investigator", site)
    visit = take_place(enrolled_subject(site, doctor), "W0", doctor)
    clear(visit, doctor)
    entry = entry_for("infusion", visit)
    counts = _statements(INSTRUMENTS["infusion"], visit, doctor, [entry, entry])
    assert max(counts) <= STATEMENTS_OF_TREATMENT, counts
    around = entry_for(INFUSION_VITAL_SIGNS_FORM, visit)
    counts = _statements(INSTRUMENTS[INFUSION_VITAL_SIGNS_FORM], visit, doctor, [around, around])
    assert max(counts) <= STATEMENTS, counts
