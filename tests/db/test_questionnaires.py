"""DLQI, itch, global assessment and the scales of Zung, stored: what is derived, published, asked about and refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.form_data import FormData
from assessments.form_specs import FormContext
from assessments.instruments.pruritus_vas.model import PruritusVas
from assessments.instruments.pruritus_vas.spec import derive
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, save_form
from audit.context import acting
from patients.models import Finding, Visit
from tests.db.test_forms import STATEMENTS_PER_SAVE
from tests.factories import complete_form, entry_for, make_subject, make_trial_asking_for, take_place
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

CODES = ("dlqi", "pruritus_vas", "pga", "zung_sas", "zung_sds")
CONTEXT = FormContext(consent_on=date(2026, 5, 20), visit_on=date(2026, 5, 20))
DLQI_OF_NOTHING = {
    **{f"item_{item:02d}": "0" for item in (1, 2, 3, 4, 5, 6, 8, 9, 10)},
    "item_07": "NR",
    "item_07a": "",
}


@pytest.fixture
def trial(db: None) -> Trial:
    return make_trial_asking_for(*CODES)


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def store(code: str, visit: Visit, by: User, entry: Entry, *, complete: bool = True) -> FormData:
    return save_form(
        spec=INSTRUMENTS[code], visit=visit, entry=entry, complete=complete, by=by, expected_version=0, reason=""
    )


def found(visit: Visit, code: str) -> dict[str, Any]:
    return {f.test_code: f.value for f in Finding.objects.filter(visit=visit, source_form=code)}


def kept(form: FormData, *names: str) -> tuple[Any, ...]:
    form.refresh_from_db()
    return tuple(getattr(form, name) for name in names)


@pytest.mark.parametrize(
    ("mark_mm", "score_cm"), [(0, Decimal("0")), (63, Decimal("6.3")), (100, Decimal("10")), (None, None)]
)
def test_the_itch_is_a_tenth_of_the_mark(mark_mm: int | None, score_cm: Decimal | None) -> None:
    assert derive({"mark_mm": mark_mm}, CONTEXT)["score_cm"] == score_cm


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("dlqi", {"dlqi_total": Decimal(19)}),
        ("pruritus_vas", {"pruritus_vas": Decimal("6.3")}),
        ("pga", {"spga": Decimal(4)}),
        ("zung_sas", {"zung_sas_index": Decimal(25)}),
        ("zung_sds", {"zung_sds_index": Decimal(25)}),
    ],
)
def test_a_complete_questionnaire_publishes_its_result(
    visit: Visit, coordinator: User, code: str, facts: dict[str, Decimal]
) -> None:
    complete_form(visit, code, coordinator)
    assert found(visit, code) == facts


def test_the_dlqi_stores_its_sections_and_what_its_total_means(visit: Visit, coordinator: User) -> None:
    form = complete_form(visit, "dlqi", coordinator)
    sections = ("symptoms_score", "daily_score", "leisure_score", "work_score", "relationships_score")
    assert kept(form, *sections, "treatment_score") == (4, 4, 4, 1, 4, 2)
    assert kept(form, "total", "effect") == (19, "very_large")


def test_not_relevant_is_stored_as_such_and_adds_nothing(visit: Visit, coordinator: User) -> None:
    form = complete_form(visit, "dlqi", coordinator, **{**DLQI_OF_NOTHING, "item_06": "NR"})
    assert kept(form, "item_06", "leisure_score", "total", "effect") == ("NR", 0, 0, "none")
    assert form.get_item_06_display() == "not relevant"  # type: ignore[attr-defined]


def test_a_dlqi_with_one_item_refused_has_a_total_and_with_two_has_none(visit: Visit, coordinator: User) -> None:
    one = replace(entry_for("dlqi", visit, item_09=""), missing={"item_09": "refused"})
    two = replace(
        entry_for("dlqi", visit, item_09="", item_06=""), missing={"item_09": "refused", "item_06": "refused"}
    )
    form = store("dlqi", visit, coordinator, one)
    assert kept(form, "relationships_score", "total") == (None, 17)
    form = save_form(
        spec=INSTRUMENTS["dlqi"],
        visit=visit,
        entry=two,
        complete=True,
        by=coordinator,
        expected_version=1,
        reason="Read again",
    )
    assert kept(form, "status", "total", "effect") == ("complete", None, "")
    assert found(visit, "dlqi") == {}


@pytest.mark.parametrize(
    ("kept_from_work", "trouble", "code"),
    [
        ("N", "", "work_trouble_not_answered"),
        ("Y", "1", "item_07a_not_asked"),
        ("NR", "2", "work_not_relevant_but_trouble"),
        ("", "2", "work_not_answered"),
    ],
)
def test_items_7_and_7a_that_do_not_go_together_are_asked_about(
    visit: Visit, coordinator: User, kept_from_work: str, trouble: str, code: str
) -> None:
    odd = entry_for("dlqi", visit, item_07=kept_from_work, item_07a=trouble)
    odd = replace(odd, missing={} if kept_from_work else {"item_07": "unknown"})
    with pytest.raises(ValidationError, match="7a"):
        store("dlqi", visit, coordinator, odd)
    explained = replace(odd, confirmed={code: "So on paper"})
    assert kept(store("dlqi", visit, coordinator, explained), "status") == ("complete",)


@pytest.mark.parametrize(("kept_from_work", "trouble"), [("N", "0"), ("Y", ""), ("NR", ""), ("", "")])
def test_items_7_and_7a_that_go_together_raise_no_question(kept_from_work: str, trouble: str) -> None:
    assert INSTRUMENTS["dlqi"].check({"item_07": kept_from_work, "item_07a": trouble}, CONTEXT) == []


def test_an_sds_raw_score_of_43_is_stored_as_index_53(visit: Visit, coordinator: User) -> None:
    # All "rarely" gives 50; one step up in seven items that count backwards takes seven points off.
    answers = {**{f"item_{n:02d}": 1 for n in range(1, 21)}, **{f"item_{n:02d}": 2 for n in (2, 5, 6, 11, 12, 14, 16)}}
    form = complete_form(visit, "zung_sds", coordinator, **answers)
    assert kept(form, "raw_score", "index_score", "level") == (43, 53, "mild")
    assert found(visit, "zung_sds") == {"zung_sds_index": Decimal(53)}


@pytest.mark.parametrize("code", ["zung_sas", "zung_sds"])
def test_a_scale_with_one_item_refused_is_complete_without_an_index(visit: Visit, coordinator: User, code: str) -> None:
    entry = replace(entry_for(code, visit, item_13=None), missing={"item_13": "refused"})
    form = store(code, visit, coordinator, entry)
    assert kept(form, "status", "raw_score", "index_score", "level") == ("complete", None, None, "")
    assert found(visit, code) == {}


def test_both_scales_keep_answers_as_given_and_turn_different_items_round(visit: Visit, coordinator: User) -> None:
    answers = {f"item_{n:02d}": 4 for n in range(1, 21)}
    sas, sds = (complete_form(visit, code, coordinator, **answers) for code in ("zung_sas", "zung_sds"))
    assert kept(sas, "item_05", "raw_score", "index_score") == (4, 65, 81)
    assert kept(sds, "item_05", "raw_score", "index_score") == (4, 50, 62)


@pytest.mark.parametrize("code", CODES)
def test_a_save_takes_no_more_statements_than_that_of_other_forms(visit: Visit, coordinator: User, code: str) -> None:
    entry = entry_for(code, visit)
    with CaptureQueriesContext(connection) as captured:
        store(code, visit, coordinator, entry)
    assert len(captured) <= STATEMENTS_PER_SAVE


IMPOSSIBLE = {
    "a mark beyond the line": ("pruritus_vas", "mark_mm = 101"),
    "a mark before the line": ("pruritus_vas", "mark_mm = -1"),
    "an itch above 10": ("pruritus_vas", "score_cm = 10.1"),
    "a severity of itch that is no band": ("pruritus_vas", "severity = 'bad'"),
    "a mark made nowhere": ("pruritus_vas", "method = 'phone'"),
    "level 5 of a scale that ends at 4": ("pga", "static_pga = 5, scale = 5"),
    "a scale of seven levels": ("pga", "scale = 7"),
    "a sign of 6": ("pga", "infiltration = 6"),
    "a global assessment of 6": ("pga", "static_pga = 6"),
    "a global assessment below 0": ("pga", "static_pga = -1"),
    "a DLQI answer of 4": ("dlqi", "item_03 = '4'"),
    "discomfort that is not relevant": ("dlqi", "item_01 = 'NR'"),
    "embarrassment that is not relevant": ("dlqi", "item_02 = 'NR'"),
    "trouble at work that is very strong": ("dlqi", "item_07a = '3'"),
    "kept from work to some degree": ("dlqi", "item_07 = '2'"),
    "a DLQI total of 31": ("dlqi", "total = 31"),
    "a frequency of 0": ("zung_sas", "item_01 = 0"),
    "a frequency of 5": ("zung_sds", "item_20 = 5"),
    "a raw score of 19": ("zung_sas", "raw_score = 19, index_score = 23"),
    "an index that is rounded up": ("zung_sds", "raw_score = 43, index_score = 54"),
    "an index without a raw score": ("zung_sds", "raw_score = NULL"),
    "a raw score without an index": ("zung_sas", "index_score = NULL"),
}


@pytest.mark.parametrize(("code", "change"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_the_database_itself_refuses(visit: Visit, coordinator: User, code: str, change: str) -> None:
    form = complete_form(visit, code, coordinator)
    with (
        pytest.raises(IntegrityError, match="check constraint"),
        transaction.atomic(),
        acting(by=coordinator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {form._meta.db_table} SET {change} WHERE id = %s", [form.pk])


def test_the_database_takes_an_index_that_is_cut_off(visit: Visit, coordinator: User) -> None:
    form = complete_form(visit, "zung_sds", coordinator)
    with acting(by=coordinator, reason="By hand"):
        type(form)._default_manager.filter(pk=form.pk).update(raw_score=43, index_score=53)
    assert kept(form, "index_score") == (53,)


def test_the_database_refuses_a_mark_beyond_the_line(visit: Visit, coordinator: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=coordinator):
        PruritusVas.objects.create(visit=visit, mark_mm=101, assessed_on=visit.occurred_on, assessed_by=coordinator)
