"""The codes of findings that other floors look for, beside those that only rules of a protocol name."""

from typing import Final

from clinical.grading.ctcae import SCALES

INFUSION_CELLS: Final = "cells_given"
INFUSION_STARTED: Final = "infusion_started_at"
INFUSION_STOPPED: Final = "infusion_stopped_at"
"""Moments, as texts in ISO 8601 and UTC."""
INFUSION_REACTION: Final = "infusion_reaction"

GRADED_ANALYTES: Final = tuple(SCALES)
"""The analytes whose results are graded."""


def grade_code(analyte: str) -> str:
    """The CTCAE grade, 0 to 4, that follows from a result."""
    return f"{analyte.lower()}_ctcae_grade"


def term_code(analyte: str) -> str:
    """The CTCAE term of a result of grade 1 or more."""
    return f"{analyte.lower()}_ctcae_term"


def investigator_grade_code(analyte: str) -> str:
    """The grade, 0 to 5, that the investigator gave the result."""
    return f"{analyte.lower()}_investigator_grade"
