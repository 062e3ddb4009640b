"""Laboratory results with a CTCAE grade, over all forms of laboratory reports."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from assessments.form_data import FormStatus
from assessments.instruments.laboratory_panel.model import LaboratoryResult
from assessments.registry import INSTRUMENTS
from patients.models import Subject


@dataclass(frozen=True)
class GradedResult:
    """One result: `value` in the standard unit of the analyte, `grade` that of the investigator where there is one."""

    form: str
    visit: str
    analyte: str
    sampled_on: date
    value: Decimal
    grade: int


def graded_results(subject: Subject, *, at_least: int = 1) -> list[GradedResult]:
    """The subject's results of this grade or a higher one, by day: one statement."""
    rows = [
        _rows(spec.code, group.model, subject, at_least)
        for spec in INSTRUMENTS.values()
        for group in spec.row_groups
        if issubclass(group.model, LaboratoryResult)
    ]
    return [GradedResult(*row) for row in rows[0].union(*rows[1:], all=True).order_by("day", "row_key")]


def _rows(form: str, model: type[LaboratoryResult], subject: Subject, at_least: int) -> QuerySet[Any, Any]:
    rows: Any = model._default_manager
    lines = rows.filter(form__visit__subject=subject, standard_value__isnull=False)
    found: QuerySet[Any, Any] = (
        lines.exclude(form__status=FormStatus.NOT_DONE)
        .annotate(
            code=Value(form),
            visit_code=F("form__visit__code"),
            day=Coalesce("form__sampled_on", "form__visit__occurred_on"),
            given=Coalesce("investigator_grade", "grade"),
        )
        .filter(given__gte=at_least)
        .order_by()
        .values_list("code", "visit_code", "row_key", "day", "standard_value", "given")
    )
    return found
