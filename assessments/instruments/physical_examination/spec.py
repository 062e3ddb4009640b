"""The physical examination: one line a body system, with what is abnormal about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Item, RowGroup, Values
from assessments.instruments.physical_examination.model import (
    BodySystem,
    BodySystemExamined,
    ExaminationResult,
    PhysicalExamination,
)


def _is_abnormal(row: Values) -> bool:
    return row.get("result") == ExaminationResult.ABNORMAL


def _label(key: str) -> str | Promise:
    return BodySystem(key).label


SYSTEMS = RowGroup(
    name="systems",
    title=_("Body systems"),
    model=BodySystemExamined,
    label=_label,
    keys=lambda _context: tuple(BodySystem.values),
    hint=_("Describe what is abnormal. What is new or worse after the first treatment is also an adverse event."),
    items=(
        Item("result", cdash="PEORRES", may_be_missing=False),
        Item("finding", may_be_missing=False, shown_if=_is_abnormal),
        Item("is_significant", may_be_missing=False, shown_if=_is_abnormal),
    ),
    in_table=True,
)

SPEC = CrfSpec(
    code="physical_examination",
    domain="PE",
    title=_("Physical examination"),
    model=PhysicalExamination,
    groups=(SYSTEMS,),
)
