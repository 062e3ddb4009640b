"""What the forms of a laboratory report work out, ask about, and cannot do without."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.form_specs import ROW_KEY, CrfSpec, FormContext, KnownRange, Severity
from assessments.form_values import derived_values, missing_items, not_asked, objections, with_worked_lines
from assessments.instruments.immune_markers.spec import SPEC as IMMUNE_MARKERS
from assessments.instruments.laboratory.spec import SPEC
from assessments.instruments.laboratory_panel.facts import fact_code
from assessments.instruments.tumour_markers.spec import SPEC as TUMOUR_MARKERS
from clinical.laboratory.analytes import ANALYTES
from clinical.laboratory.reference_range import ReferenceRange

DAY = timedelta(days=1)
CONSENT, VISIT = date(2026, 5, 1), date(2026, 5, 20)
NEW_METHOD = date(2026, 5, 15)


def limits(low: str | None, high: str | None) -> ReferenceRange:
    return ReferenceRange(low and Decimal(low), high and Decimal(high))


def ranges_on(day: date) -> dict[str, KnownRange]:
    """The site has a range of haemoglobin, another one from 15 May on, and reports it in g/dL."""
    low, high = ("130", "175") if day >= NEW_METHOD else ("120", "160")
    return {"HGB": KnownRange(limits(low, high), "g/dL"), "ALT": KnownRange(limits(None, "40"), "U/L")}


CONTEXT = FormContext(
    consent_on=CONSENT,
    visit_on=VISIT,
    panels={"laboratory": ("HGB", "ALT", "CA"), "tumour_markers": ("AFP",), "immune_markers": ("INTLK6",)},
    ranges_on=ranges_on,
)


def values_of(key: str, **row: Any) -> dict[str, Any]:
    return {"sampled_on": VISIT, "results": ({ROW_KEY: key, **row},)}


def line(key: str, *, context: FormContext = CONTEXT, sampled_on: date | None = VISIT, **row: Any) -> dict[str, Any]:
    """What is derived from one line."""
    found = derived_values(SPEC, {**values_of(key, **row), "sampled_on": sampled_on}, context)
    return {address.removeprefix(f"results-{key}-"): value for address, value in found.items()}


def asked(key: str, *, spec: CrfSpec = SPEC, **row: Any) -> list[tuple[str, Severity]]:
    """Codes and severity of what is asked about one line."""
    found = objections(spec, values_of(key, **row), CONTEXT)
    return [(objection.code.removeprefix(f"results-{key}-"), objection.severity) for objection in found]


REPORTED = """
key  result unit    low  high | value  low  high source flag   grade term
HGB  148    g/L     -    -    | 148.0  130  175  site   NORMAL 0     -
HGB  14.8   g/dL    -    -    | 148.0  130  175  site   NORMAL 0     -
HGB  9.9    g/dL    -    -    | 99.0   130  175  site   LOW    2     Anemia
HGB  9.9    g/dL    9    15   | 99.0   90   150  report NORMAL 2     Anemia
HGB  190    g/L     -    -    | 190.0  130  175  site   HIGH   1     Hemoglobin_increased
ALT  40     U/L     -    -    | 40.0   -    40   site   NORMAL 0     -
ALT  121    IU/L    -    -    | 121.0  -    40   site   HIGH   2     Alanine_aminotransferase_increased
ALT  1      µkat/L  -    0.5  | 60.0   -    30   report HIGH   1     Alanine_aminotransferase_increased
CA   2.95   mmol/L  -    -    | 2.95   -    -    -      -      2     Hypercalcemia
CA   2.50   mmol/L  -    -    | 2.50   -    -    -      -      -     -
CA   12     mg/dL   8.4  10.2 | 2.99   2.10 2.54 report HIGH   2     Hypercalcemia
CA   -      mmol/L  2.1  2.6  | -      -    -    -      -      -     -
"""


@pytest.mark.parametrize("row", [text for text in REPORTED.strip().splitlines()[1:]])
def test_a_reported_value_becomes_standard_value_limits_flag_and_grade(row: str) -> None:
    reported, expected = (part.split() for part in row.split("|"))
    key, result, unit, low, high = reported
    typed = {name: None if text == "-" else Decimal(text) for name, text in (("low", low), ("high", high))}
    found = line(key, result=None if result == "-" else Decimal(result), unit=unit, **typed)
    names = ("standard_value", "standard_low", "standard_high", "range_source", "flag", "grade", "grade_term")
    for name, text in zip(names, expected, strict=True):
        known = None if text == "-" else text.replace("_", " ")
        if known is not None and isinstance(found[name], int | Decimal):
            known = type(found[name])(known)
        assert found[name] == known, name
    assert found["grade_version"] == ("5.0" if found["grade"] is not None else None)


@pytest.mark.parametrize(("sampled_on", "low"), [(NEW_METHOD, "130"), (NEW_METHOD - DAY, "120"), (None, "130")])
def test_the_limits_are_those_of_the_day_of_the_sample(sampled_on: date | None, low: str) -> None:
    found = line("HGB", result=Decimal(125), unit="g/L", sampled_on=sampled_on)
    assert found["standard_low"] == Decimal(low)


@pytest.mark.parametrize(
    ("qualifier", "result", "flag"), [("<", "100", "LOW"), ("<", "140", None), (">", "180", "HIGH"), (">", "160", None)]
)
def test_a_result_below_or_above_a_number_has_a_flag_at_most(qualifier: str, result: str, flag: str | None) -> None:
    found = line("HGB", qualifier=qualifier, result=Decimal(result), unit="g/L")
    assert (found["flag"], found["standard_value"], found["grade"]) == (flag, None, None)
    assert found["standard_low"] == 130


AFTER = FormContext(
    consent_on=CONSENT,
    visit_on=VISIT,
    panels=CONTEXT.panels,
    ranges_on=ranges_on,
    first_treatment_on=VISIT - DAY,
    baseline={"alt_u_l": Decimal(60), "alt_uln_u_l": Decimal(40)},
)


def test_after_treatment_a_raised_baseline_counts_and_the_grade_without_it_is_kept() -> None:
    found = line("ALT", context=AFTER, result=Decimal(130), unit="U/L")
    assert (found["grade"], found["grade_by_limits"]) == (1, 2)
    before = line("ALT", context=AFTER, result=Decimal(130), unit="U/L", sampled_on=VISIT - DAY)
    assert (before["grade"], before["grade_by_limits"]) == (2, None)


def test_whether_the_baseline_was_raised_is_said_by_the_limits_of_that_time() -> None:
    # 60 was above the limit of 40 at baseline, though not above that of 100 today: 250 is 4.2 times the baseline.
    found = line("ALT", context=AFTER, result=Decimal(250), unit="U/L", high=Decimal(100))
    assert (found["grade"], found["grade_by_limits"]) == (2, 1)
    without = replace(AFTER, baseline={"alt_u_l": Decimal(60)})
    assert line("ALT", context=without, result=Decimal(250), unit="U/L", high=Decimal(100))["grade"] == 1


def test_a_baseline_of_nothing_is_none() -> None:
    nothing = replace(AFTER, baseline={"alt_u_l": Decimal("0.0"), "alt_uln_u_l": Decimal(40)})
    assert line("ALT", context=nothing, result=Decimal(130), unit="U/L")["grade"] == 2


def test_a_number_behind_a_sign_is_neither_impossible_nor_far_outside() -> None:
    assert asked("HGB", qualifier="<", result=Decimal(10), unit="g/L") == []


@pytest.mark.parametrize(
    ("sampled_on", "code"),
    [(CONSENT - DAY, "sample_before_consent"), (CONSENT, None), (VISIT, None), (VISIT + DAY, "sample_after_visit")],
)
def test_the_sample_is_taken_between_consent_and_visit(sampled_on: date, code: str | None) -> None:
    found = objections(SPEC, {"sampled_on": sampled_on}, CONTEXT)
    assert [(objection.code, objection.severity) for objection in found] == ([(code, Severity.HARD)] if code else [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"result": Decimal("148"), "unit": "g/L"}, []),
        ({"result": Decimal("14.8"), "unit": "g/L"}, [("result_impossible", Severity.HARD)]),
        ({"result": Decimal("148"), "unit": "g/dL"}, [("result_impossible", Severity.HARD)]),
        ({"low": Decimal("150"), "high": Decimal("150"), "unit": "g/L"}, [("high_order", Severity.HARD)]),
        ({"result": Decimal("148"), "low": Decimal("13"), "high": Decimal("17.5"), "unit": "g/L"}, None),
        ({"result": Decimal("14.8"), "low": Decimal("13"), "high": Decimal("17.5"), "unit": "g/dL"}, []),
        (
            {"result": Decimal("14.8"), "low": Decimal("12"), "high": Decimal("16"), "unit": "g/dL"},
            [("low_other", Severity.SOFT)],
        ),
        ({"qualifier": "<", "unit": "g/L"}, [("qualifier_alone", Severity.SOFT)]),
    ],
)
def test_a_line_is_asked_about(row: dict[str, Any], expected: list[tuple[str, Severity]] | None) -> None:
    assert (
        asked("HGB", **row) == expected if expected is not None else ("low_other", Severity.SOFT) in asked("HGB", **row)
    )


@pytest.mark.parametrize(("result", "is_asked"), [("400.0", False), ("400.1", True)])
def test_a_value_above_ten_times_its_limit_is_asked_about(result: str, is_asked: bool) -> None:
    assert asked("ALT", result=Decimal(result), unit="U/L") == [("result_far_outside", Severity.SOFT)] * is_asked


@pytest.mark.parametrize(("result", "is_asked"), [("0.21", False), ("0.20", True)])
def test_a_value_below_a_tenth_of_its_limit_is_asked_about(result: str, is_asked: bool) -> None:
    found = asked("CA", result=Decimal(result), unit="mmol/L", low=Decimal("2.1"))
    assert found == [("result_far_outside", Severity.SOFT)] * is_asked


@pytest.mark.parametrize(("spec", "key", "is_asked"), [(SPEC, "CA", True), (TUMOUR_MARKERS, "AFP", True)])
def test_results_without_any_limit_are_asked_about_together(spec: CrfSpec, key: str, is_asked: bool) -> None:
    found = asked(key, spec=spec, result=Decimal("2.5"), unit=ANALYTES[key].unit)
    assert found == [("results_without_limits", Severity.SOFT)]
    assert asked(key, spec=spec, result=Decimal("2.5"), high=Decimal("3"), unit=ANALYTES[key].unit) == []


def test_t_cells_and_cytokines_need_no_limits() -> None:
    assert asked("INTLK6", spec=IMMUNE_MARKERS, result=Decimal("2.5"), unit="ng/L") == []


def missing(key: str, **row: Any) -> set[str]:
    values = with_worked_lines(SPEC, values_of(key, **row), CONTEXT)
    return {address.removeprefix(f"results-{key}-") for address in missing_items(SPEC, values, {})}


def test_a_line_needs_a_result_its_unit_and_outside_the_limits_its_significance() -> None:
    assert missing("HGB") == {"result"}
    assert missing("HGB", result=Decimal(148)) == {"unit"}
    assert missing("HGB", result=Decimal(148), unit="g/L") == set()
    assert missing("HGB", result=Decimal(120), unit="g/L") == {"significance"}
    assert missing("HGB", result=Decimal(120), unit="g/L", significance="ncs") == set()


def test_significance_and_own_grade_are_asked_outside_the_limits_only() -> None:
    def hidden(result: str) -> set[str]:
        values = with_worked_lines(SPEC, values_of("HGB", result=Decimal(result), unit="g/L"), CONTEXT)
        return set(not_asked(SPEC, values))

    both = {"results-HGB-significance", "results-HGB-investigator_grade"}
    assert (hidden("148"), hidden("120"), hidden("176")) == (both, set(), set())


def test_the_protocol_says_which_lines_there_are_and_the_site_in_which_unit() -> None:
    assert SPEC.rows("results").keys(CONTEXT) == ("HGB", "ALT", "CA")
    assert SPEC.prefill(CONTEXT)["results"] == (
        {ROW_KEY: "HGB", "unit": "g/dL"},
        {ROW_KEY: "ALT", "unit": "U/L"},
        {ROW_KEY: "CA", "unit": "mmol/L"},
    )


@pytest.mark.parametrize(
    ("analyte", "code"),
    [
        ("CA", "calcium_mmol_l"),
        ("ALT", "alt_u_l"),
        ("PLAT", "platelets_10e9_l"),
        ("AFP", "afp_ug_l"),
        ("CD3", "cd3_10e9_l"),
    ],
)
def test_a_fact_is_called_by_analyte_and_unit(analyte: str, code: str) -> None:
    assert fact_code(analyte) == code


def test_the_facts_that_criteria_read_keep_their_names_and_units() -> None:
    units = {fact.code: fact.unit for fact in SPEC.facts}
    for name in SPEC.retired:
        assert name in units
    assert units["haemoglobin_lln_g_l"] == "g/L"
    assert {fact.code for fact in TUMOUR_MARKERS.facts} >= {"afp_ug_l", "afp_uln_ug_l"}
    assert all("_uln_" not in fact.code for fact in IMMUNE_MARKERS.facts)


def test_results_are_collected_on_the_day_of_the_sample() -> None:
    assert SPEC.collected_on({"sampled_on": VISIT - DAY}) == VISIT - DAY
    assert SPEC.collected_on({}) is None
