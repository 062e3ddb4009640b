"""Laboratory reports that 0.2 kept in columns get their lines: what was reported, in the units it was asked in.

The columns stay as they are. Reasons for missing values and explanations of checks move to the address of the line.
"""

from django.db import migrations

from audit.context import signed_for
from clinical.grading.ctcae import grade
from clinical.laboratory.analytes import ANALYTES
from clinical.laboratory.reference_range import ReferenceRange, flag

REASON = "Laboratory values are kept in lines, one for each analyte"

COLUMNS = {
    "CA": ("calcium_mmol_l", None, None),
    "ALT": ("alt_u_l", None, "alt_uln_u_l"),
    "AST": ("ast_u_l", None, "ast_uln_u_l"),
    "BILI": ("bilirubin_umol_l", None, "bilirubin_uln_umol_l"),
    "CREAT": ("creatinine_umol_l", None, "creatinine_uln_umol_l"),
    "CYSTATC": ("cystatin_c_mg_l", None, "cystatin_c_uln_mg_l"),
    "HGB": ("haemoglobin_g_l", "haemoglobin_lln_g_l", "haemoglobin_uln_g_l"),
    "PLAT": ("platelets_10e9_l", None, None),
    "WBC": ("wbc_10e9_l", None, None),
}
"""Of each analyte, in the order of the panel of 0.2: the columns of result, lower and upper limit."""
FAR_ABOVE = ("{name}_far_above_limit", "results-{key}-result_far_outside")
"""The check that 0.2 asked about a value, and the one that asks now."""


def write_lines(apps, schema_editor):
    Laboratory = apps.get_model("assessments", "Laboratory")
    Line = apps.get_model("assessments", "LaboratoryLine")
    reports = Laboratory.objects.filter(status__in=("draft", "complete")).order_by("pk")
    if not reports.exists():
        return
    system = apps.get_model("accounts", "User").objects.get(username="dermis.system")
    with signed_for(user=system.pk, reason=REASON):
        for report in reports.iterator():
            Line.objects.bulk_create(
                Line(form=report, row_key=key, position=position, **line(key, report))
                for position, key in enumerate(COLUMNS)
            )
            missing, confirmed = moved(report.missing, report.confirmed_checks)
            if (missing, confirmed) != (report.missing, report.confirmed_checks):
                report.missing, report.confirmed_checks = missing, confirmed
                report.save(update_fields=["missing", "confirmed_checks"])


def line(key, report):
    """What a line holds of one analyte; without a result, its limits alone."""
    value, low, high = (getattr(report, name) if name else None for name in COLUMNS[key])
    found = {"result": value, "unit": ANALYTES[key].unit, "low": low, "high": high}
    if value is None:
        return found
    limits = ReferenceRange(low, high)
    found |= {"standard_value": value, "standard_low": low, "standard_high": high, "flag": flag(value, limits).value}
    if low is not None or high is not None:
        found["range_source"] = "report"
    # Without the baseline: a change of the report works out that grade.
    graded = grade(key, value, limits)
    if graded is not None:
        found |= {"grade": graded.grade, "grade_term": graded.term, "grade_version": graded.version}
    return found


def moved(missing, confirmed):
    """Reasons and explanations under the addresses of the lines."""
    addresses, codes = {}, {}
    for key, names in COLUMNS.items():
        addresses |= {
            name: f"results-{key}-{item}" for name, item in zip(names, ("result", "low", "high"), strict=True) if name
        }
        before, after = (code.format(name=names[0], key=key) for code in FAR_ABOVE)
        codes[before] = after
    return (
        {addresses.get(name, name): reason for name, reason in (missing or {}).items()},
        {codes.get(code, code): text for code, text in (confirmed or {}).items()},
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_system_account"),
        ("assessments", "0003_casebook"),
    ]

    operations = [migrations.RunPython(write_lines, migrations.RunPython.noop)]
