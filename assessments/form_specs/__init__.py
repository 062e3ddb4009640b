"""The declaration of a form. Entry page, review page, completeness, dictionary and exports all follow from it.

Labels, code lists, limits and decimal places stand in the model; the spec says what the model cannot: order, grouping,
units, CDASH names, what is required, what is derived, checked and published.
"""

from assessments.form_specs.checks import Objection, Severity
from assessments.form_specs.context import NOBODY, FormContext, KnownRange, no_ranges
from assessments.form_specs.crf_spec import CrfSpec, Publication
from assessments.form_specs.items import Item, ItemGroup
from assessments.form_specs.rows import Derived, RowGroup
from assessments.form_specs.values import ROW_KEY, Answers, Values, is_empty

__all__ = [
    "NOBODY",
    "ROW_KEY",
    "Answers",
    "CrfSpec",
    "Derived",
    "FormContext",
    "Item",
    "ItemGroup",
    "KnownRange",
    "Objection",
    "Publication",
    "RowGroup",
    "Severity",
    "Values",
    "is_empty",
    "no_ranges",
]
