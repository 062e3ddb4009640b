"""The facts that laboratory results publish: analyte, then limit, then unit, such as alt_uln_u_l."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import Publication
from clinical.laboratory.analytes import ANALYTES
from patients.finding_codes import GRADED_ANALYTES, grade_code, investigator_grade_code, term_code
from protocols.catalogue import Fact, FactKind
from trials.analytes import ANALYTE_NAMES

STEMS = {
    "CA": "calcium",
    "CACR": "calcium_corrected",
    "CAION": "calcium_ionised",
    "BILI": "bilirubin",
    "CREAT": "creatinine",
    "CYSTATC": "cystatin_c",
    "HGB": "haemoglobin",
    "PLAT": "platelets",
    "RBC": "red_blood_cells",
    "NEUT": "neutrophils",
    "LYM": "lymphocytes",
    "MONO": "monocytes",
    "EOS": "eosinophils",
    "BASO": "basophils",
    "ALB": "albumin",
    "PROT": "total_protein",
    "K": "potassium",
    "CL": "chloride",
    "GLUC": "glucose",
    "CA19_9AG": "ca19_9",
    "CA125AG": "ca125",
    "CD4CD8": "cd4_cd8",
    "INTLK6": "il_6",
    "INTLK1B": "il_1b",
    "INTLK17": "il_17",
    "TNF": "tnf_alpha",
}
"""The beginning of the codes of an analyte, where it is not the code of the analyte itself."""

UNITS = {
    "g/L": "g_l",
    "mg/L": "mg_l",
    "µg/L": "ug_l",
    "ng/L": "ng_l",
    "mmol/L": "mmol_l",
    "µmol/L": "umol_l",
    "U/L": "u_l",
    "kU/L": "ku_l",
    "10^9/L": "10e9_l",
    "10^12/L": "10e12_l",
    "%": "percent",
    "ratio": "ratio",
}
"""How a standard unit reads in a code."""

VALUE, LOW, HIGH = "standard_value", "standard_low", "standard_high"
LIMITS = {VALUE: "", LOW: "lln_", HIGH: "uln_"}
LABELS = {LOW: _("{analyte}, lower limit of normal"), HIGH: _("{analyte}, upper limit of normal")}


def fact_code(analyte: str, name: str = VALUE) -> str:
    """The code of the value of an analyte, or of one of its limits, in the standard unit."""
    return f"{STEMS.get(analyte, analyte.lower())}_{LIMITS[name]}{UNITS[ANALYTES[analyte].unit]}"


def publications(rows: str, analytes: tuple[str, ...], *names: str) -> tuple[Publication, ...]:
    """What the lines of these analytes publish: each of the named derived values."""
    return tuple(
        Publication(
            Fact(fact_code(code, name), FactKind.NUMBER, ANALYTES[code].unit),
            name,
            rows=rows,
            key=code,
            label=_label(code, name),
        )
        for code in analytes
        for name in names
    )


def grade_publications(rows: str, analytes: tuple[str, ...]) -> tuple[Publication, ...]:
    """What graded lines of these analytes publish: grade, term, and the grade that the investigator gave."""
    return tuple(
        Publication(Fact(code(analyte), kind), name, rows=rows, key=analyte, label=format_lazy(label, analyte=known))
        for analyte in analytes
        if analyte in GRADED_ANALYTES
        for known in (ANALYTE_NAMES[analyte],)
        for code, kind, name, label in GRADES
    )


GRADES = (
    (grade_code, FactKind.NUMBER, "grade", _("{analyte}, CTCAE grade")),
    (term_code, FactKind.TEXT, "grade_term", _("{analyte}, CTCAE term")),
    (investigator_grade_code, FactKind.NUMBER, "investigator_grade", _("{analyte}, grade by the investigator")),
)
"""Of a graded line: code and kind of the fact, the value that it is, and what people call it."""


def _label(analyte: str, name: str) -> Promise:
    known = ANALYTE_NAMES[analyte]
    return format_lazy(LABELS[name], analyte=known) if name in LABELS else known
