"""PASI, BSA, global assessment and itch: what is worked out, asked about and refused, without a database."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assessments.form_specs import FormContext, Objection, Severity
from assessments.form_values import missing_items
from assessments.instruments.pga.model import LEVELS
from assessments.registry import INSTRUMENTS
from clinical.body_regions import BodyRegion
from clinical.scoring.pga import SCALES

TODAY = date(2026, 5, 20)
PASI_27 = {f"{r}_{c}": 3 for r in BodyRegion for c in ("erythema", "induration", "desquamation", "area")}
BY_REGION = {
    "method": "regions",
    "head_percent": Decimal("0"),
    "upper_limbs_percent": Decimal("12.5"),
    "trunk_percent": Decimal("33.3"),
    "lower_limbs_percent": Decimal("100"),
}
BY_PALMS = {
    "method": "palms",
    "head_palms": Decimal("1"),
    "upper_limbs_palms": Decimal("2"),
    "trunk_palms": Decimal("3.5"),
    "lower_limbs_palms": Decimal("0"),
}
AREAS_OF_1 = {f"pasi_{region}_area": Decimal("1.0000") for region in BodyRegion}


def context(**known: Any) -> FormContext:
    return FormContext(consent_on=TODAY, visit_on=TODAY, **known)


def objections(code: str, values: dict[str, Any], **known: Any) -> list[Objection]:
    return INSTRUMENTS[code].check(values, context(**known))


def codes(code: str, values: dict[str, Any], **known: Any) -> list[tuple[str, Severity]]:
    return [(each.code, each.severity) for each in objections(code, values, **known)]


@pytest.mark.parametrize("percent", ["30", "49.9"])
def test_a_percent_that_its_area_score_means_raises_no_question(percent: str) -> None:
    assert codes("pasi", {**PASI_27, "trunk_percent": Decimal(percent)}) == []


@pytest.mark.parametrize(("percent", "score"), [("29.9", 2), ("50", 4), ("0", 0), ("100", 6)])
def test_a_percent_that_means_another_area_score_is_refused(percent: str, score: int) -> None:
    [objection] = objections("pasi", {**PASI_27, "trunk_percent": Decimal(percent)})
    assert (objection.code, objection.severity) == ("trunk_area_disagrees_with_percent", Severity.HARD)
    assert f"is the area score {score}, but 3 is scored" in str(objection.message)


def test_a_percent_without_an_area_score_says_which_it_is_and_fills_nothing_in() -> None:
    values = {**PASI_27, "trunk_area": None, "trunk_percent": Decimal("13.3")}
    [objection] = objections("pasi", values)
    assert (objection.code, objection.severity) == ("trunk_area_from_percent", Severity.SOFT)
    assert str(objection.message) == "Trunk: 13.3 % of the region is the area score 2."
    assert INSTRUMENTS["pasi"].derive(values, context())["total"] is None


@pytest.mark.parametrize(("paper", "asked"), [("27.0", []), ("27.1", [("paper_total_differs", Severity.SOFT)])])
def test_a_total_from_paper_is_compared_and_the_calculated_one_counts(paper: str, asked: list[Any]) -> None:
    values = {**PASI_27, "paper_total": Decimal(paper)}
    assert codes("pasi", values) == asked
    assert INSTRUMENTS["pasi"].derive(values, context())["total"] == Decimal("27.0")


@pytest.mark.parametrize(
    ("earlier", "day", "is_asked"),
    [
        ("54.0000", date(2026, 5, 14), True),
        ("54.0000", date(2026, 5, 13), False),
        ("53.9000", date(2026, 5, 14), False),
        ("18.0000", date(2026, 5, 19), True),
    ],
)
def test_a_pasi_changed_by_half_within_a_week_is_asked_about(earlier: str, day: date, is_asked: bool) -> None:
    found = codes("pasi", PASI_27, previous={"pasi_total": (Decimal(earlier), day)})
    assert found == ([("pasi_changed_suddenly", Severity.SOFT)] if is_asked else [])


@pytest.mark.parametrize(("bsa", "is_asked"), [("30", False), ("50", False), ("29.9", True), ("50.1", True)])
def test_the_pasi_is_compared_with_the_bsa_of_the_visit(bsa: str, is_asked: bool) -> None:
    found = codes("pasi", PASI_27, here={"bsa_percent": Decimal(bsa)})
    assert found == ([("pasi_disagrees_with_bsa", Severity.SOFT)] if is_asked else [])


def test_a_pasi_without_all_areas_is_not_compared_with_the_bsa() -> None:
    assert codes("pasi", {**PASI_27, "head_area": None}, here={"bsa_percent": Decimal(1)}) == []


def test_percents_of_regions_weigh_by_their_share_of_the_body() -> None:
    # 0.2 x 12.5 + 0.3 x 33.3 + 0.4 x 100 = 52.49
    assert INSTRUMENTS["bsa"].derive(BY_REGION, context()) == {"percent": Decimal("52.5")}


@pytest.mark.parametrize("method", ["palms", "", None])
def test_palms_add_up_also_where_a_form_has_no_method_yet(method: str | None) -> None:
    assert INSTRUMENTS["bsa"].derive({**BY_PALMS, "method": method}, context()) == {"percent": Decimal("6.5")}


def test_what_was_typed_for_the_other_method_does_not_count() -> None:
    both = {**BY_PALMS, **BY_REGION}
    assert INSTRUMENTS["bsa"].derive({**both, "method": "palms"}, context()) == {"percent": Decimal("6.5")}
    assert INSTRUMENTS["bsa"].derive({**both, "method": "regions"}, context()) == {"percent": Decimal("52.5")}


@pytest.mark.parametrize(("method", "unit"), [("palms", "palms"), ("regions", "percent")])
def test_a_bsa_is_complete_with_the_four_values_of_its_method(method: str, unit: str) -> None:
    lacking = missing_items(INSTRUMENTS["bsa"], {"method": method}, {})
    assert lacking == [f"{region}_{unit}" for region in BodyRegion]


def test_a_bsa_without_a_method_is_not_complete() -> None:
    assert missing_items(INSTRUMENTS["bsa"], {**BY_PALMS, "method": None}, {}) == ["method"]


@pytest.mark.parametrize(("values", "name"), [(BY_PALMS, "head_palms"), (BY_REGION, "head_percent")])
def test_a_bsa_that_the_areas_do_not_allow_is_asked_about_at_what_was_typed(values: dict[str, Any], name: str) -> None:
    areas = {**AREAS_OF_1, "pasi_head_area": Decimal(0), "pasi_trunk_area": Decimal(0)}
    [objection] = objections("bsa", {**values, "trunk_palms": Decimal(30)}, here=areas)
    assert (objection.code, objection.severity) == ("bsa_disagrees_with_pasi", Severity.SOFT)
    assert objection.items[0] == name


def test_the_bsa_says_what_the_areas_of_the_pasi_allow() -> None:
    compare = INSTRUMENTS["bsa"].compare
    assert compare({}, context(here=AREAS_OF_1)) == {"low": "0", "high": "10"}
    assert compare({}, context(here={"pasi_head_area": Decimal(1)})) == {}


def test_a_bsa_begins_with_the_palm_method() -> None:
    assert INSTRUMENTS["bsa"].prefill(context()) == {"method": "palms"}


@pytest.mark.parametrize(("levels", "level", "is_refused"), [(6, 5, False), (5, 5, True), (5, 4, False)])
def test_a_level_beyond_the_scale_of_the_protocol_is_refused(levels: int, level: int, is_refused: bool) -> None:
    found = codes("pga", {"static_pga": level}, pga_levels=levels)
    assert found == ([("level_not_on_scale", Severity.HARD)] if is_refused else [])


@pytest.mark.parametrize("levels", SCALES)
def test_a_level_is_stored_with_its_scale(levels: int) -> None:
    derive = INSTRUMENTS["pga"].derive
    assert derive({"static_pga": 0}, context(pga_levels=levels)) == {"scale": levels}


def test_three_signs_are_compared_with_the_level() -> None:
    signs = {"infiltration": 3, "erythema": 3, "scaling": 4}
    assert codes("pga", {"static_pga": 3, **signs}) == []
    [objection] = objections("pga", {"static_pga": 4, **signs})
    assert (objection.code, objection.severity) == ("level_is_not_the_mean", Severity.SOFT)
    assert "says level 3, but 4 is chosen" in str(objection.message)
    assert codes("pga", {"static_pga": 4, **signs, "scaling": None}) == []
    assert codes("pga", {"static_pga": 4, **signs}, pga_levels=5) == []


def test_the_words_of_a_level_are_those_of_the_scale() -> None:
    answers = INSTRUMENTS["pga"].answers
    assert answers("static_pga", context(pga_levels=5)) == LEVELS[5]
    assert answers("static_pga", INSTRUMENTS["pga"].model(scale=5)) == LEVELS[5]
    assert answers("static_pga", INSTRUMENTS["pga"].model(scale=None)) == LEVELS[6]
    assert answers("infiltration", context()) is None


@pytest.mark.parametrize(("mark", "severity"), [(0, "none"), (1, "mild"), (40, "moderate"), (90, "very_severe")])
def test_the_itch_has_its_band(mark: int, severity: str) -> None:
    assert INSTRUMENTS["pruritus_vas"].derive({"mark_mm": mark}, context())["severity"] == severity


def test_every_result_of_a_pure_function_has_its_code_in_the_table() -> None:
    column = INSTRUMENTS["pruritus_vas"].column("severity")
    assert {"none", "mild", "moderate", "severe", "very_severe"} == set(dict(column.flatchoices))
