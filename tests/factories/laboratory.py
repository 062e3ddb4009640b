"""Lines of laboratory reports."""

from decimal import Decimal
from typing import Any

from assessments.form_specs import ROW_KEY
from assessments.instruments.laboratory_panel.model import Significance
from assessments.registry import INSTRUMENTS
from clinical.laboratory.analytes import ANALYTES
from patients.models import Visit
from patients.visit_content import protocol_at

REPORT = {
    "CA": ("2.35", "2.10", "2.60"),
    "ALT": ("24.0", None, "40.0"),
    "AST": ("22.0", None, "40.0"),
    "BILI": ("11.0", None, "21.0"),
    "CREAT": ("76.0", "59.0", "104.0"),
    "CYSTATC": ("0.82", "0.53", "1.03"),
    "HGB": ("148.0", "130.0", "175.0"),
    "PLAT": ("231.0", "125.0", "350.0"),
    "WBC": ("6.40", "3.50", "9.50"),
    "AFP": ("2.80", None, "7.00"),
    "CEA": ("1.90", None, "5.00"),
    "CA19_9AG": ("11.00", None, "37.00"),
}
"""Result and limits of a report with nothing out of order, in standard units."""
WITHOUT_LIMITS = ("1", None, None)


def results_for(form: str, visit: Visit, **results: str | None) -> tuple[dict[str, Any], ...]:
    """The lines that the protocol asks of a form, with other results by analyte; None: no result.

    What is outside the limits is not clinically significant.
    """
    panel = protocol_at(visit).panels.get(form) or INSTRUMENTS[form].panel
    return tuple(line_for(code, **({"result": results[code]} if code in results else {})) for code in panel)


def line_for(code: str, **changed: str | None) -> dict[str, Any]:
    """One line in the standard unit, with some values changed."""
    result, low, high = REPORT.get(code, WITHOUT_LIMITS)
    numbers = {"result": result, "low": low, "high": high, **changed}
    known = {name: value and Decimal(value) for name, value in numbers.items() if name in ("result", "low", "high")}
    result, low, high = (known[name] for name in ("result", "low", "high"))
    is_outside = result is not None and ((low and result < low) or (high and result > high))
    return {
        ROW_KEY: code,
        "qualifier": None,
        "unit": ANALYTES[code].unit,
        "significance": Significance.NOT_SIGNIFICANT if is_outside else None,
        "investigator_grade": None,
        "comment": None,
        **changed,
        **known,
    }
