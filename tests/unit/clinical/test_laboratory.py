from decimal import Decimal

import pytest

from clinical.grading.ctcae import SCALES, corrected_calcium, grade
from clinical.laboratory import analytes
from clinical.laboratory.analytes import ANALYTES, CodeOrigin, Panel, in_panel
from clinical.laboratory.reference_range import ReferenceRange, flag
from clinical.laboratory.units import from_standard, to_standard, unit_meant

HAEMOGLOBIN = ANALYTES["HGB"]
NORMAL = ReferenceRange(Decimal(130), Decimal(175))


def test_every_analyte_is_in_one_panel_and_has_a_code_of_eight_signs_at_most() -> None:
    listed = [code for panel in Panel for code in in_panel(panel)]
    assert listed == list(ANALYTES)
    assert all(len(code) <= 8 for code in listed)


def test_the_standard_unit_comes_first_and_changes_nothing() -> None:
    for analyte in ANALYTES.values():
        assert next(iter(analyte.units)) == analyte.unit
        assert analyte.units[analyte.unit] == analytes.SAME
        assert analyte.low < analyte.high


def test_no_two_units_of_an_analyte_are_read_alike() -> None:
    for analyte in ANALYTES.values():
        assert [unit_meant(analyte, unit) for unit in analyte.units] == list(analyte.units)


def test_only_known_analytes_are_graded() -> None:
    assert set(SCALES) <= set(ANALYTES)


def test_t_cells_have_codes_of_our_own() -> None:
    assert {ANALYTES[code].origin for code in analytes.T_CELLS} == {CodeOrigin.SPONSOR}
    assert ANALYTES["ALT"].origin is CodeOrigin.CDISC


def test_analytes_can_be_put_in_a_set() -> None:
    assert len({*ANALYTES.values(), HAEMOGLOBIN}) == len(ANALYTES)


@pytest.mark.parametrize(("value", "can_be"), [("19.9", False), ("20", True), ("300", True), ("300.1", False)])
def test_both_limits_of_what_can_be_are_allowed(value: str, can_be: bool) -> None:
    assert HAEMOGLOBIN.can_be(Decimal(value)) is can_be


@pytest.mark.parametrize(
    ("code", "written", "unit"),
    [
        ("CREAT", "umol/l", "µmol/L"),
        ("CREAT", "μmol/L", "µmol/L"),
        ("CREAT", " MG/DL ", "mg/dL"),
        ("WBC", "×10^9/L", "10^9/L"),
        ("WBC", "10*9/L", "10^9/L"),
        ("WBC", "/mm3", "/mm³"),
        ("HGB", "mmol/L", None),
        ("HGB", "", None),
    ],
)
def test_a_unit_is_recognised_however_it_is_written(code: str, written: str, unit: str | None) -> None:
    assert unit_meant(ANALYTES[code], written) == unit


@pytest.mark.parametrize("convert", [to_standard, from_standard])
def test_an_unknown_unit_or_no_number_is_refused(convert: type) -> None:
    with pytest.raises(ValueError, match=r"mmol/L is no unit of haemoglobin; known are g/L, g/dL"):
        convert(HAEMOGLOBIN, Decimal(8), "mmol/L")
    with pytest.raises(ValueError, match="NaN is no number"):
        convert(HAEMOGLOBIN, Decimal("NaN"), "g/L")


@pytest.mark.parametrize(("low", "high"), [("175", "130"), ("130", "130"), ("NaN", "130"), ("130", "Infinity")])
def test_a_normal_range_out_of_order_is_refused(low: str, high: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        ReferenceRange(Decimal(low), Decimal(high))


def test_what_is_no_number_is_neither_flagged_nor_graded() -> None:
    with pytest.raises(ValueError, match="NaN is no number"):
        flag(Decimal("NaN"), NORMAL)
    with pytest.raises(ValueError, match="NaN is no number"):
        grade("HGB", Decimal("NaN"), NORMAL)


@pytest.mark.parametrize("baseline", ["0", "-1", "NaN"])
def test_a_baseline_that_is_not_above_zero_is_refused(baseline: str) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        grade("CREAT", Decimal(90), NORMAL, baseline=Decimal(baseline))


def test_an_analyte_without_a_scale_has_no_grade() -> None:
    assert grade("UREA", Decimal(50), NORMAL) is None


@pytest.mark.parametrize(("total", "albumin"), [("-0.1", "40"), ("2.4", "-1"), ("NaN", "40")])
def test_calcium_is_not_corrected_with_what_is_no_concentration(total: str, albumin: str) -> None:
    with pytest.raises(ValueError, match="is no concentration"):
        corrected_calcium(total=Decimal(total), albumin=Decimal(albumin))
