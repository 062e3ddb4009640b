"""The invented laboratory of each site: its normal ranges, and what it reports of an invented subject."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import User
from assessments.form_specs import ROW_KEY
from assessments.instruments.laboratory_panel.model import Significance
from assessments.services import day_of
from clinical.laboratory.analytes import ANALYTES
from config.demo.stories import Story
from patients.models import Visit
from patients.visit_content import protocol_at
from trials.models import Site
from trials.services import add_normal_range

NAME = "Central laboratory"
RANGES: dict[str, tuple[tuple[str, str | None, str | None], ...]] = {
    "CA": (("", "2.11", "2.52"),),
    "ALT": (("F", "7", "40"), ("M", "9", "50")),
    "AST": (("F", "13", "35"), ("M", "15", "40")),
    "BILI": (("", None, "21"),),
    "CREAT": (("F", "41", "73"), ("M", "57", "97")),
    "CYSTATC": (("", "0.53", "1.03"),),
    "HGB": (("F", "115", "150"), ("M", "130", "175")),
    "PLAT": (("", "125", "350"),),
    "WBC": (("", "3.5", "9.5"),),
    "AFP": (("", None, "7"),),
    "CEA": (("", None, "5"),),
    "CA19_9AG": (("", None, "37"),),
}
"""Of each analyte: sex, lower and upper limit in the standard unit, as an adult laboratory might print them (made
up)."""
RESULTS = {
    "CA": "2.31",
    "ALT": "27",
    "AST": "24",
    "BILI": "12.5",
    "CREAT": "71",
    "CYSTATC": "0.79",
    "HGB": "142",
    "PLAT": "236",
    "WBC": "6.1",
    "AFP": "2.6",
    "CEA": "1.8",
    "CA19_9AG": "9.4",
    "CD3": "1.21",
    "CD4": "0.72",
    "CD8": "0.44",
    "CD4CD8": "1.64",
    "TH1": "17.2",
    "TH2": "2.4",
    "TH17": "3.9",
    "TREG": "5.1",
    "TNF": "8.3",
    "INTLK6": "3.2",
    "INTLK1B": "1.1",
    "INTLK17": "6.4",
}


def list_ranges(site: Site, valid_from: date, by: User) -> None:
    """The normal ranges of the site's laboratory."""
    for code, ranges in RANGES.items():
        for sex, low, high in ranges:
            add_normal_range(
                site=site,
                laboratory_name=NAME,
                analyte=code,
                unit=ANALYTES[code].unit,
                low=None if low is None else Decimal(low),
                high=None if high is None else Decimal(high),
                sex=sex,
                valid_from=valid_from,
                by=by,
            )


def laboratory(visit: Visit, story: Story) -> dict[str, Any]:
    """Everything within its limits, but for what the story says."""
    results: dict[str, str | None] = {"CA": None} if story.lacks_calcium else {}
    if visit.code in story.raised_alt:
        results["ALT"] = story.raised_alt[visit.code]
    return {"sampled_on": day_of(visit), "is_fasting": "Y", "results": _lines("laboratory", visit, results)}


def tumour_markers(visit: Visit, story: Story) -> dict[str, Any]:
    return {"sampled_on": day_of(visit), "results": _lines("tumour_markers", visit, {})}


def immune_markers(visit: Visit, story: Story) -> dict[str, Any]:
    return {"sampled_on": day_of(visit), "results": _lines("immune_markers", visit, {})}


def _lines(form: str, visit: Visit, results: dict[str, str | None]) -> tuple[dict[str, Any], ...]:
    return tuple(_line(code, results.get(code, RESULTS[code])) for code in protocol_at(visit).panels[form])


def _line(code: str, result: str | None) -> dict[str, Any]:
    value = None if result is None else Decimal(result)
    is_raised = code == "ALT" and value is not None and value > 50
    is_high = is_raised and value is not None and value > 150
    comment = "To be repeated in a week" if is_high else "Repeated a week later: normal"
    return {
        ROW_KEY: code,
        "qualifier": None,
        "result": value,
        "unit": ANALYTES[code].unit,
        **dict.fromkeys(("low", "high", "investigator_grade")),
        "significance": _significance(is_raised, is_high),
        "comment": comment if is_raised else None,
    }


def _significance(is_raised: bool, is_high: bool) -> Significance | None:
    if not is_raised:
        return None
    return Significance.SIGNIFICANT if is_high else Significance.NOT_SIGNIFICANT
