"""Units of laboratory reports and flags of normal ranges, row by row, for a clinician to sign."""

from decimal import Decimal

import pytest

from clinical.laboratory.analytes import ANALYTES
from clinical.laboratory.reference_range import ReferenceRange, flag
from clinical.laboratory.units import from_standard, to_standard


@pytest.mark.parametrize(
    ("code", "reported", "unit", "standard", "standard_unit"),
    [
        ("HGB", "13.5", "g/dL", "135.0", "g/L"),
        ("HGB", "135", "g/L", "135.0", "g/L"),
        ("CA", "10.02", "mg/dL", "2.50", "mmol/L"),
        ("CA", "4.008", "mg/dL", "1.00", "mmol/L"),
        ("CACR", "9.5", "mg/dL", "2.37", "mmol/L"),
        ("CREAT", "1", "mg/dL", "88.4", "µmol/L"),
        ("CREAT", "1.2", "mg/dL", "106.1", "µmol/L"),
        ("BILI", "1", "mg/dL", "17.1", "µmol/L"),
        ("UREA", "30", "mg/dL", "5.00", "mmol/L"),
        ("GLUC", "90", "mg/dL", "5.00", "mmol/L"),
        ("CYSTATC", "0.095", "mg/dL", "0.95", "mg/L"),
        ("ALB", "4.2", "g/dL", "42.0", "g/L"),
        ("ALT", "0.5", "µkat/L", "30.0", "U/L"),
        ("AST", "37", "IU/L", "37.0", "U/L"),
        ("WBC", "6.25", "10^3/µL", "6.25", "10^9/L"),
        ("WBC", "6250", "/µL", "6.25", "10^9/L"),
        ("PLAT", "75000", "/mm³", "75.0", "10^9/L"),
        ("CD4", "512", "/µL", "0.512", "10^9/L"),
        ("SODIUM", "140", "mEq/L", "140.0", "mmol/L"),
        ("AFP", "3.4", "ng/mL", "3.40", "µg/L"),
        ("CA19_9AG", "37", "U/mL", "37.00", "kU/L"),
        ("INTLK6", "2.5", "pg/mL", "2.50", "ng/L"),
    ],
)
def test_a_reported_value_is_converted_to_the_standard_unit(
    code: str, reported: str, unit: str, standard: str, standard_unit: str
) -> None:
    analyte = ANALYTES[code]
    assert str(to_standard(analyte, Decimal(reported), unit)) == standard
    assert analyte.unit == standard_unit


@pytest.mark.parametrize(("code", "reported", "standard"), [("HGB", "135.05", "135.1"), ("CA", "2.345", "2.35")])
def test_a_half_is_rounded_up_in_the_standard_unit(code: str, reported: str, standard: str) -> None:
    assert str(to_standard(ANALYTES[code], Decimal(reported), ANALYTES[code].unit)) == standard


@pytest.mark.parametrize(
    ("code", "standard", "unit", "reported"),
    [("HGB", "135.0", "g/dL", "13.5"), ("CA", "2.50", "mg/dL", "10.02"), ("CREAT", "88.4", "mg/dL", "1")],
)
def test_a_standard_value_is_converted_to_the_unit_of_a_report(
    code: str, standard: str, unit: str, reported: str
) -> None:
    assert from_standard(ANALYTES[code], Decimal(standard), unit) == Decimal(reported)


def test_a_milligram_of_bilirubin_is_seventeen_micromoles() -> None:
    factor = ANALYTES["BILI"].units["mg/dL"]
    assert round(factor.multiply / factor.divide, 3) == Decimal("17.104")


@pytest.mark.parametrize(
    ("low", "high", "value", "expected"),
    [
        ("130", "175", "129.9", "LOW"),
        ("130", "175", "130", "NORMAL"),
        ("130", "175", "175", "NORMAL"),
        ("130", "175", "175.1", "HIGH"),
        ("", "40", "0", "NORMAL"),
        ("", "40", "40.1", "HIGH"),
        ("125", "", "9999", "NORMAL"),
        ("125", "", "124", "LOW"),
        ("", "", "40", ""),
    ],
)
def test_both_limits_of_a_normal_range_are_normal(low: str, high: str, value: str, expected: str) -> None:
    normal = ReferenceRange(Decimal(low) if low else None, Decimal(high) if high else None)
    assert flag(Decimal(value), normal) == expected
