"""The normal ranges of laboratories: what is accepted, which one counts on which day, and pasted lists."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from audit.context import acting
from audit.history import changes
from clinical.laboratory.analytes import ANALYTES, Panel
from clinical.laboratory.reference_range import Flag, ReferenceRange, flag
from clinical.laboratory.units import to_standard
from tests.factories import make_member, make_range, system
from trials.analytes import ANALYTE_NAMES, PANEL_NAMES, analyte_code, grouped_choices
from trials.models import NormalRange, Site, Trial
from trials.normal_range_list import MOST_LINES, read_list
from trials.normal_ranges import listed_ranges, ranges_on, sites_with_ranges, sites_with_ranges_to_keep
from trials.services import add_list_of_ranges, correct_normal_range

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def correct(stored: NormalRange, *, seen: int = 1, reason: str = "Typing error", **to: Any) -> NormalRange:
    return correct_normal_range(normal_range=stored, seen_version=seen, reason=reason, by=system(), **to)


def found(site: Site, sex: str = "M", age: int | None = 40, day: date = TODAY, **more: Any) -> str:
    """The limits of haemoglobin for such a person, as text."""
    ranges = ranges_on(site=site, day=day, sex=sex, age_years=age, **more)
    return ranges["HGB"].limits_text if "HGB" in ranges else ""


@pytest.mark.parametrize(
    ("facts", "field", "message"),
    [
        ({"analyte": "XYZ"}, "analyte", "Choose an analyte of the list"),
        ({"unit": "mmol/L"}, "unit", "haemoglobin is not reported in this unit; choose from g/L, g/dL"),
        ({"low": "13", "high": "17.5"}, "low", "haemoglobin is between 20 and 300 g/L"),
        ({"high": "301"}, "high", "Is the limit in the unit chosen?"),
        ({"low": "NaN"}, "low", "number"),
        ({"low": None, "high": None}, "__all__", "at least one limit"),
        ({"low": "175", "high": "130"}, "__all__", "must be below the upper one"),
        ({"low": "130.01", "high": "130.04"}, "high", "too near to each other"),
        ({"age_from_years": 60, "age_to_years": 59}, "__all__", "must not be above the last one"),
        ({"sex": "X"}, "sex", "not a valid choice"),
        ({"laboratory_name": "  "}, "laboratory_name", "cannot be blank"),
    ],
)
def test_a_wrong_range_is_refused_by_field(site: Site, facts: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make_range(site, **facts)
    assert any(message in text for text in refused.value.message_dict[field])
    assert not NormalRange.objects.exists()


def test_a_lower_limit_of_nothing_is_accepted_where_nobody_has_nothing(site: Site) -> None:
    assert make_range(site, "HGB", "0", "175").limits_text == "0–175"


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": "175", "high": "130"},
        {"low": None, "high": None},
        {"age_from_years": 60, "age_to_years": 59},
        {"sex": "X"},
    ],
)
def test_the_database_refuses_a_range_out_of_order_as_well(site: Site, wrong: dict[str, Any]) -> None:
    stored = make_range(site)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(by=system(), reason="Around the service"):
        NormalRange.objects.filter(pk=stored.pk).update(**wrong)


def test_the_same_range_is_listed_once_per_day(site: Site) -> None:
    make_range(site)
    with pytest.raises(ValidationError, match="listed already, valid from the same day"):
        make_range(site, laboratory_name=" Central   Laboratory ", low="120")
    make_range(site, sex="M")
    make_range(site, valid_from=date(2020, 1, 2))
    assert NormalRange.objects.count() == 3


def test_a_range_is_never_deleted(site: Site) -> None:
    stored = make_range(site)
    with pytest.raises(DatabaseError), transaction.atomic(), acting(by=system(), reason="Away with it"):
        stored.delete()
    assert NormalRange.objects.get() == stored


def test_a_corrected_range_keeps_its_old_limits_in_history(site: Site) -> None:
    corrected = correct(make_range(site), high=Decimal("170"), laboratory_name=" Main  Laboratory")
    assert (corrected.limits_text, corrected.laboratory_name, corrected.row_version) == (
        "130–170",
        "Main Laboratory",
        2,
    )
    last = changes(corrected, ["high"])[-1]
    assert (Decimal(str(last.before)), last.after, last.reason) == (Decimal(175), Decimal(170), "Typing error")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"seen": 2, "high": Decimal(170)}, "Somebody else has changed this range"),
        ({"high": Decimal("175.0")}, "Nothing was changed"),
        ({"high": Decimal(170), "reason": "  "}, "Say why"),
        ({"high": Decimal(120)}, "must be below the upper one"),
    ],
)
def test_a_wrong_correction_is_refused(site: Site, facts: dict[str, Any], message: str) -> None:
    stored = make_range(site)
    with pytest.raises(ValidationError, match=message):
        correct(stored, **facts)
    assert NormalRange.objects.get().limits_text == "130–175"


def test_a_range_holds_from_its_first_day_until_the_next_one_begins(site: Site) -> None:
    make_range(site, valid_from=TODAY - DAY)
    make_range(site, low="120", valid_from=TODAY)
    days = (TODAY - 2 * DAY, TODAY - DAY, TODAY, TODAY + DAY)
    assert [found(site, day=day) for day in days] == ["", "130–175", "120–175", "120–175"]


def test_a_range_for_the_sex_goes_before_a_newer_one_for_everybody(site: Site) -> None:
    make_range(site, low="115", sex="F", valid_from=TODAY - DAY)
    make_range(site, valid_from=TODAY)
    assert [found(site, sex=sex) for sex in ("F", "M", "")] == ["115–175", "130–175", "130–175"]


def test_both_ages_of_a_range_belong_to_it_and_the_narrower_goes_first(site: Site) -> None:
    make_range(site)
    make_range(site, low="120", age_from_years=60, age_to_years=69)
    assert [found(site, age=age) for age in (59, 60, 69, 70, None)] == [
        "130–175",
        "120–175",
        "120–175",
        "130–175",
        "130–175",
    ]


def test_a_range_for_certain_ages_needs_the_age(site: Site) -> None:
    make_range(site, age_to_years=65)
    assert [found(site, age=age) for age in (0, 65, 66, None)] == ["130–175", "130–175", "", ""]


def test_a_replaced_range_is_out_for_the_ages_that_the_new_one_leaves_out(site: Site) -> None:
    make_range(site, age_from_years=18, age_to_years=65, valid_from=TODAY - DAY)
    make_range(site, age_from_years=18, age_to_years=50, valid_from=TODAY)
    assert [found(site, age=60, day=day) for day in (TODAY - DAY, TODAY)] == ["130–175", ""]


def test_of_two_laboratories_the_newest_range_counts_unless_one_is_named(site: Site) -> None:
    make_range(site, laboratory_name="Old", valid_from=TODAY - DAY)
    make_range(site, laboratory_name="New", low="120", valid_from=TODAY)
    assert found(site) == "120–175"
    assert found(site, laboratory_name="Old") == "130–175"


def test_every_analyte_of_the_site_is_found_in_one_statement(
    site: Site, other_site: Site, django_assert_num_queries: Any
) -> None:
    make_range(site)
    make_range(site, "ALT", None, "40")
    make_range(other_site, "AST", None, "40")
    with django_assert_num_queries(1):
        ranges = ranges_on(site=site, day=TODAY, sex="F", age_years=30)
    assert {code: stored.limits_text for code, stored in ranges.items()} == {"HGB": "130–175", "ALT": "≤ 40"}


def test_a_value_at_the_limit_is_normal_in_whichever_unit_both_are_reported(site: Site) -> None:
    stored = make_range(site, "CA", "8.6", "10.3", unit="mg/dL")
    assert stored.in_standard_unit == ReferenceRange(Decimal("2.15"), Decimal("2.57"))
    for reported, expected in (("8.5", Flag.LOW), ("8.6", Flag.NORMAL), ("10.3", Flag.NORMAL), ("10.4", Flag.HIGH)):
        value = to_standard(ANALYTES["CA"], Decimal(reported), "mg/dL")
        assert flag(value, stored.in_standard_unit) is expected


def test_the_list_shows_own_sites_with_the_state_of_each_range(trial: Trial, site: Site, other_site: Site) -> None:
    nurse, manager = make_member("coordinator", site), make_member("data_manager", trial=trial)
    make_range(site, "ALT", None, "40")
    make_range(site, valid_from=TODAY - DAY)
    make_range(site, valid_from=TODAY)
    make_range(site, valid_from=TODAY + DAY)
    make_range(other_site)
    listed = [(row.normal_range.analyte, str(row.state)) for row in listed_ranges(sites_with_ranges(nurse, trial))]
    assert listed == [("HGB", "not_yet"), ("HGB", "valid"), ("HGB", "over"), ("ALT", "valid")]
    assert len(listed_ranges(sites_with_ranges(manager, trial))) == 5
    assert sites_with_ranges_to_keep(nurse, trial) == [site]
    assert sites_with_ranges_to_keep(make_member("monitor", trial=trial), trial) == []


LIST = """analyte,unit,low,high,sex,age_from,age_to
HGB,g/L,130,175,M,18,
Haemoglobin,g/dl,11.5,15.0,f,18,65

creat,umol/L,,104,male,,
"""


def paste(site: Site, text: str, by: User | None = None) -> list[NormalRange]:
    return add_list_of_ranges(
        site=site, laboratory_name="Central Laboratory", valid_from=TODAY, text=text, by=by or system()
    )


def test_a_pasted_list_is_stored_whole(site: Site) -> None:
    stored = [
        (row.analyte, row.unit, row.limits_text, row.sex, row.age_from_years, row.age_to_years)
        for row in paste(site, LIST)
    ]
    assert stored == [
        ("HGB", "g/L", "130–175", "M", 18, None),
        ("HGB", "g/dL", "11.5–15", "F", 18, 65),
        ("CREAT", "µmol/L", "≤ 104", "M", None, None),
    ]


@pytest.mark.parametrize(
    "text", ["ALT\tU/L\t\t40,5", "ALT;U/L;;40,5", 'ALT,U/L,,"40,5"', "Unit;Analyte;High\nU/L;ALT;40.5"]
)
def test_cells_may_be_divided_and_named_in_several_ways(text: str) -> None:
    (line,) = read_list(text)
    assert line.row is not None
    assert (line.row["analyte"], line.row["unit"], line.row["low"], line.row["high"]) == (
        "ALT",
        "U/L",
        None,
        Decimal("40.5"),
    )


def test_a_list_with_mistakes_names_every_line_and_stores_nothing(site: Site) -> None:
    wrong = """analyte,unit,low,high,sex,age_from,age_to
HGB,g/L,130,175,M,18,
HGB,mmol/L,8,11,,,
Iron,µmol/L,5,30,,,
ALT,U/L,,4O,X,old,
AST,U/L,50,40,,,
HGB,g/L,120,170,M,18,
ALP,U/L,1,2,,,,7
"GGT,U/L,,50
"""
    with pytest.raises(ValidationError) as refused:
        paste(site, wrong)
    assert refused.value.message_dict["text"] == [
        "Line 3: “mmol/L” is no unit of it; choose from g/L, g/dL.",
        "Line 4: “Iron” is no analyte of the list.",
        "Line 5: “4O” is no limit; write a number with at most four decimals.",
        "Line 5: “X” is no sex; write M, F or nothing.",
        "Line 5: “old” is no age; write whole years.",
        "Line 6: The lower limit must be below the upper one.",
        "Line 7: This range is listed already, valid from the same day. Correct that one.",
        "Line 8: There are more cells than columns.",
        "Line 9: “GGT,U/L,,50” is no analyte of the list.",
    ]
    assert not NormalRange.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"), [(" \n", "no line with a range"), ("x\n" * (MOST_LINES + 1), "more than")]
)
def test_an_empty_or_endless_list_is_refused(site: Site, text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        paste(site, text)


def test_every_analyte_and_panel_has_its_english_name_for_translators() -> None:
    with translation.override("en"):
        assert {code: str(name) for code, name in ANALYTE_NAMES.items()} == {
            code: analyte.name for code, analyte in ANALYTES.items()
        }
        assert [name for name, _analytes in grouped_choices()] == [str(PANEL_NAMES[panel]) for panel in Panel]
        assert [code for _name, group in grouped_choices() for code, _label in group] == list(ANALYTES)


@pytest.mark.parametrize(("written", "code"), [(" hgb ", "HGB"), ("Total Calcium", "CA"), ("", None), ("Iron", None)])
def test_an_analyte_is_recognised_by_code_or_name(written: str, code: str | None) -> None:
    assert analyte_code(written) == code


def test_a_range_reads_as_a_laboratory_prints_it(site: Site) -> None:
    assert str(make_range(site)) == "haemoglobin 130–175 g/L"
    assert make_range(site, "PLAT", "125", None).limits_text == "≥ 125"
