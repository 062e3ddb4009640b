"""The laboratory form: each value beside the laboratory's own limit, where a criterion compares the two."""

from collections.abc import Callable

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import (
    CrfSpec,
    FormContext,
    Item,
    ItemGroup,
    Objection,
    Publication,
    Severity,
    Values,
    is_empty,
)
from assessments.instruments.laboratory.model import Laboratory
from protocols.catalogue import Fact, FactKind

FAR_ABOVE_LIMIT = 10
"""A value above so many times its upper limit is asked about, because it may stand in another unit (default)."""

UPPER_LIMITS = {
    "alt_u_l": "alt_uln_u_l",
    "ast_u_l": "ast_uln_u_l",
    "bilirubin_umol_l": "bilirubin_uln_umol_l",
    "creatinine_umol_l": "creatinine_uln_umol_l",
    "cystatin_c_mg_l": "cystatin_c_uln_mg_l",
    "haemoglobin_g_l": "haemoglobin_uln_g_l",
}
"""Each value by name, with the upper limit printed beside it on the report."""

AS_PRINTED = _("As printed on the report.")


def check(values: Values, context: FormContext) -> list[Objection]:
    """The sample is taken between consent and visit, limits are in order, no value is far above its limit."""
    return [*_sample(values, context), *_limits(values), *_far_above(values)]


def _sample(values: Values, context: FormContext) -> list[Objection]:
    day = values.get("sampled_on")
    if day is not None and day > context.visit_on:
        message = _("The sample was taken after the visit of %(day)s.") % {"day": context.visit_on}
        return [Objection("sample_after_visit", Severity.HARD, message, ("sampled_on",))]
    if day is not None and day < context.consent_on:
        message = _("The sample was taken before the consent of %(day)s.") % {"day": context.consent_on}
        return [Objection("sample_before_consent", Severity.HARD, message, ("sampled_on",))]
    return []


def _limits(values: Values) -> list[Objection]:
    lower, upper = values.get("haemoglobin_lln_g_l"), values.get("haemoglobin_uln_g_l")
    if lower is None or upper is None or lower < upper:
        return []
    message = _("The lower limit of haemoglobin must be below the upper.")
    items = ("haemoglobin_lln_g_l", "haemoglobin_uln_g_l")
    return [Objection("haemoglobin_limits_not_in_order", Severity.HARD, message, items)]


def _far_above(values: Values) -> list[Objection]:
    found = []
    for name, limit_name in UPPER_LIMITS.items():
        value, limit = values.get(name), values.get(limit_name)
        if value is not None and limit is not None and value > FAR_ABOVE_LIMIT * limit:
            message = _("%(what)s is more than %(times)s times its upper limit. Are value and limit in this unit?") % {
                "what": capfirst(SPEC.label(name)),
                "times": FAR_ABOVE_LIMIT,
            }
            found.append(Objection(f"{name}_far_above_limit", Severity.SOFT, message, (name, limit_name)))
    return found


def _has_value(name: str) -> Callable[[Values], bool]:
    """True of values among which this item has one."""
    return lambda values: not is_empty(values.get(name))


GROUPS = (
    ItemGroup(
        title=_("Sample"),
        hint=_("Enter the values in the units shown here; convert them where the report uses others."),
        items=(Item("sampled_on", cdash="LBDAT", hint=_("The day of blood sampling, not of the report.")),),
    ),
    ItemGroup(
        title=_("Electrolytes"),
        items=(Item("calcium_mmol_l", cdash="CA", unit="mmol/L", hint=_("Total calcium, not ionised.")),),
    ),
    ItemGroup(
        title=_("Liver"),
        items=(
            Item("alt_u_l", cdash="ALT", unit="U/L"),
            Item("alt_uln_u_l", unit="U/L", hint=AS_PRINTED),
            Item("ast_u_l", cdash="AST", unit="U/L"),
            Item("ast_uln_u_l", unit="U/L", hint=AS_PRINTED),
            Item("bilirubin_umol_l", cdash="BILI", unit="µmol/L", required=False),
            Item(
                "bilirubin_uln_umol_l",
                unit="µmol/L",
                hint=_("As printed on the report; needed where bilirubin has a value."),
                required_if=_has_value("bilirubin_umol_l"),
            ),
        ),
    ),
    ItemGroup(
        title=_("Kidney"),
        items=(
            Item("creatinine_umol_l", cdash="CREAT", unit="µmol/L"),
            Item("creatinine_uln_umol_l", unit="µmol/L", hint=AS_PRINTED),
            Item("cystatin_c_mg_l", cdash="CYSTATC", unit="mg/L", required=False),
            Item(
                "cystatin_c_uln_mg_l",
                unit="mg/L",
                hint=_("As printed on the report; needed where cystatin C has a value."),
                required_if=_has_value("cystatin_c_mg_l"),
            ),
        ),
    ),
    ItemGroup(
        title=_("Blood count"),
        items=(
            Item("haemoglobin_g_l", cdash="HGB", unit="g/L"),
            Item("haemoglobin_lln_g_l", unit="g/L", hint=_("As printed on the report for the subject's sex.")),
            Item("haemoglobin_uln_g_l", unit="g/L", hint=_("As printed on the report for the subject's sex.")),
            Item("platelets_10e9_l", cdash="PLAT", unit="10^9/L"),
            Item("wbc_10e9_l", cdash="WBC", unit="10^9/L"),
        ),
    ),
)


SPEC = CrfSpec(
    code="laboratory",
    domain="LB",
    title=_("Laboratory"),
    model=Laboratory,
    groups=GROUPS,
    check=check,
    publishes=tuple(
        Publication(Fact(item.name, FactKind.NUMBER, str(item.unit)), item.name)
        for group in GROUPS
        for item in group.items
        if item.unit
    ),
)
