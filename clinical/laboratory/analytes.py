"""What a laboratory measures: each analyte with its code, its standard unit and the other units of reports.

Sources of the factors: haemoglobin, calcium and creatinine by the usual clinical factors (1 g/dL = 10 g/L,
1 mmol/L = 4.008 mg/dL, 1 mg/dL = 88.4 µmol/L); enzymes by the definition of the katal (1 µkat/L = 60 U/L); others by
the molar mass from standard atomic weights, written beside the analyte. Factors are exact: nothing is rounded here.

The limits of what can be are defaults. They exclude what cannot be in somebody who comes to a visit, and most values in
a wrong unit; they are no reference ranges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Panel(StrEnum):
    """The part of a report in which an analyte is found."""

    BLOOD_COUNT = "blood_count"
    LIVER = "liver"
    KIDNEY = "kidney"
    ELECTROLYTES = "electrolytes"
    TUMOUR_MARKERS = "tumour_markers"
    T_CELLS = "t_cells"
    CYTOKINES = "cytokines"


class CodeOrigin(StrEnum):
    """Who defined a code."""

    CDISC = "cdisc"
    """A term of CDISC's codelist LBTESTCD (C65047)."""

    SPONSOR = "sponsor"
    """Our own (default): the codelist is extensible."""


@dataclass(frozen=True)
class Factor:
    """From a unit of a report to the standard unit: value x `multiply` / `divide`. Two numbers, so that it is exact."""

    multiply: Decimal = Decimal(1)
    divide: Decimal = Decimal(1)


@dataclass(frozen=True)
class Analyte:
    """Something that a laboratory measures.

    `unit` is the standard unit, in which values are compared and graded; `units` are all units a report may use, the
    standard one first. `low` and `high`, both allowed, and `decimals` belong to the standard unit.
    """

    code: str
    name: str
    panel: Panel
    unit: str
    decimals: int
    low: Decimal
    high: Decimal
    units: Mapping[str, Factor] = field(hash=False)
    origin: CodeOrigin

    def can_be(self, value: Decimal) -> bool:
        """Whether a value in the standard unit lies within the limits of what can be, both included."""
        return self.low <= value <= self.high


SAME = Factor()
TIMES_10 = Factor(multiply=Decimal(10))
PER_MICROLITRE = Factor(divide=Decimal(1000))

GRAMS: Mapping[str, Factor] = {"g/dL": TIMES_10}
CELLS: Mapping[str, Factor] = {"10^3/µL": SAME, "/µL": PER_MICROLITRE, "/mm³": PER_MICROLITRE}
ENZYME: Mapping[str, Factor] = {"IU/L": SAME, "µkat/L": Factor(multiply=Decimal(60))}
CALCIUM: Mapping[str, Factor] = {"mg/dL": Factor(divide=Decimal("4.008"))}
MONOVALENT: Mapping[str, Factor] = {"mEq/L": SAME}
NANOGRAMS: Mapping[str, Factor] = {"ng/mL": SAME}
UNITS_PER_ML: Mapping[str, Factor] = {"U/mL": SAME}
PICOGRAMS: Mapping[str, Factor] = {"pg/mL": SAME}
NO_OTHER: Mapping[str, Factor] = {}


def _molar(grams_per_mol: str, *, per_mol: int) -> Mapping[str, Factor]:
    # 1 mg/dL is 10 mg/L: 10 / M mmol/L, or 10 000 / M µmol/L.
    return {"mg/dL": Factor(multiply=Decimal(10 * per_mol // 1000), divide=Decimal(grams_per_mol))}


MILLI, MICRO = 1000, 1_000_000


def _analyte(
    code: str,
    name: str,
    panel: Panel,
    unit: str,
    decimals: int,
    *,
    to: str,
    low: str = "0",
    others: Mapping[str, Factor] = NO_OTHER,
    origin: CodeOrigin = CodeOrigin.CDISC,
) -> Analyte:
    units = {unit: SAME, **others}
    return Analyte(code, name, panel, unit, decimals, Decimal(low), Decimal(to), units, origin)


_ALL = (
    _analyte("HGB", "haemoglobin", Panel.BLOOD_COUNT, "g/L", 1, low="20", to="300", others=GRAMS),
    _analyte("RBC", "red blood cells", Panel.BLOOD_COUNT, "10^12/L", 2, to="12", others={"10^6/µL": SAME}),
    _analyte("WBC", "white blood cells", Panel.BLOOD_COUNT, "10^9/L", 2, to="1000", others=CELLS),
    _analyte("NEUT", "neutrophils", Panel.BLOOD_COUNT, "10^9/L", 2, to="1000", others=CELLS),
    _analyte("LYM", "lymphocytes", Panel.BLOOD_COUNT, "10^9/L", 2, to="1000", others=CELLS),
    _analyte("MONO", "monocytes", Panel.BLOOD_COUNT, "10^9/L", 2, to="500", others=CELLS),
    _analyte("EOS", "eosinophils", Panel.BLOOD_COUNT, "10^9/L", 2, to="500", others=CELLS),
    _analyte("BASO", "basophils", Panel.BLOOD_COUNT, "10^9/L", 2, to="500", others=CELLS),
    _analyte("PLAT", "platelets", Panel.BLOOD_COUNT, "10^9/L", 1, to="5000", others=CELLS),
    _analyte("ALT", "alanine aminotransferase (ALT)", Panel.LIVER, "U/L", 1, to="20000", others=ENZYME),
    _analyte("AST", "aspartate aminotransferase (AST)", Panel.LIVER, "U/L", 1, to="20000", others=ENZYME),
    _analyte("ALP", "alkaline phosphatase", Panel.LIVER, "U/L", 1, to="10000", others=ENZYME),
    _analyte("GGT", "gamma-glutamyl transferase", Panel.LIVER, "U/L", 1, to="10000", others=ENZYME),
    # Bilirubin: molar mass 584.67 g/mol.
    _analyte("BILI", "bilirubin", Panel.LIVER, "µmol/L", 1, to="1500", others=_molar("584.67", per_mol=MICRO)),
    _analyte("ALB", "albumin", Panel.LIVER, "g/L", 1, low="5", to="80", others=GRAMS),
    _analyte("PROT", "total protein", Panel.LIVER, "g/L", 1, low="10", to="200", others=GRAMS),
    _analyte(
        "CREAT",
        "creatinine",
        Panel.KIDNEY,
        "µmol/L",
        1,
        low="5",
        to="5000",
        others={"mg/dL": Factor(multiply=Decimal("88.4"))},
    ),
    _analyte("CYSTATC", "cystatin C", Panel.KIDNEY, "mg/L", 2, to="20", others={"mg/dL": TIMES_10}),
    # Urea: molar mass 60.056 g/mol.
    _analyte("UREA", "urea", Panel.KIDNEY, "mmol/L", 2, to="150", others=_molar("60.056", per_mol=MILLI)),
    _analyte("CA", "total calcium", Panel.ELECTROLYTES, "mmol/L", 2, to="6", others=CALCIUM),
    _analyte("CACR", "calcium corrected for albumin", Panel.ELECTROLYTES, "mmol/L", 2, to="6", others=CALCIUM),
    _analyte("CAION", "ionised calcium", Panel.ELECTROLYTES, "mmol/L", 2, to="4", others=CALCIUM),
    _analyte("SODIUM", "sodium", Panel.ELECTROLYTES, "mmol/L", 1, low="80", to="200", others=MONOVALENT),
    _analyte("K", "potassium", Panel.ELECTROLYTES, "mmol/L", 2, low="1", to="15", others=MONOVALENT),
    _analyte("CL", "chloride", Panel.ELECTROLYTES, "mmol/L", 1, low="50", to="200", others=MONOVALENT),
    # Glucose: molar mass 180.156 g/mol.
    _analyte("GLUC", "glucose", Panel.ELECTROLYTES, "mmol/L", 2, to="100", others=_molar("180.156", per_mol=MILLI)),
    _analyte("AFP", "alpha-fetoprotein", Panel.TUMOUR_MARKERS, "µg/L", 2, to="1000000", others=NANOGRAMS),
    _analyte("CEA", "carcinoembryonic antigen", Panel.TUMOUR_MARKERS, "µg/L", 2, to="100000", others=NANOGRAMS),
    _analyte("CA19_9AG", "cancer antigen 19-9", Panel.TUMOUR_MARKERS, "kU/L", 2, to="1000000", others=UNITS_PER_ML),
    _analyte("CA125AG", "cancer antigen 125", Panel.TUMOUR_MARKERS, "kU/L", 2, to="1000000", others=UNITS_PER_ML),
    _analyte("PSA", "prostate-specific antigen", Panel.TUMOUR_MARKERS, "µg/L", 2, to="100000", others=NANOGRAMS),
    _analyte("CD3", "CD3 T cells", Panel.T_CELLS, "10^9/L", 3, to="500", others=CELLS, origin=CodeOrigin.SPONSOR),
    _analyte("CD4", "CD4 T cells", Panel.T_CELLS, "10^9/L", 3, to="500", others=CELLS, origin=CodeOrigin.SPONSOR),
    _analyte("CD8", "CD8 T cells", Panel.T_CELLS, "10^9/L", 3, to="500", others=CELLS, origin=CodeOrigin.SPONSOR),
    _analyte("CD4CD8", "CD4/CD8 ratio", Panel.T_CELLS, "ratio", 2, to="100", origin=CodeOrigin.SPONSOR),
    _analyte("TH1", "Th1 cells of CD4 T cells", Panel.T_CELLS, "%", 2, to="100", origin=CodeOrigin.SPONSOR),
    _analyte("TH2", "Th2 cells of CD4 T cells", Panel.T_CELLS, "%", 2, to="100", origin=CodeOrigin.SPONSOR),
    _analyte("TH17", "Th17 cells of CD4 T cells", Panel.T_CELLS, "%", 2, to="100", origin=CodeOrigin.SPONSOR),
    _analyte("TREG", "regulatory T cells of CD4 T cells", Panel.T_CELLS, "%", 2, to="100", origin=CodeOrigin.SPONSOR),
    _analyte(
        "TNF",
        "tumour necrosis factor alpha",
        Panel.CYTOKINES,
        "ng/L",
        2,
        to="100000",
        others=PICOGRAMS,
        origin=CodeOrigin.SPONSOR,
    ),
    _analyte("INTLK6", "interleukin 6", Panel.CYTOKINES, "ng/L", 2, to="1000000", others=PICOGRAMS),
    _analyte("INTLK1B", "interleukin 1 beta", Panel.CYTOKINES, "ng/L", 2, to="100000", others=PICOGRAMS),
    _analyte("INTLK17", "interleukin 17", Panel.CYTOKINES, "ng/L", 2, to="100000", others=PICOGRAMS),
)

ANALYTES: dict[str, Analyte] = {analyte.code: analyte for analyte in _ALL}


def in_panel(panel: Panel) -> tuple[str, ...]:
    """The codes of a panel, in the order of a report."""
    return tuple(analyte.code for analyte in _ALL if analyte.panel is panel)


BLOOD_COUNT = in_panel(Panel.BLOOD_COUNT)
LIVER = in_panel(Panel.LIVER)
KIDNEY = in_panel(Panel.KIDNEY)
ELECTROLYTES = in_panel(Panel.ELECTROLYTES)
TUMOUR_MARKERS = in_panel(Panel.TUMOUR_MARKERS)
T_CELLS = in_panel(Panel.T_CELLS)
"""Subsets measured in NCT03765957; which share of which cells they are given as is a default."""
CYTOKINES = in_panel(Panel.CYTOKINES)
"""Serum cytokines measured in NCT03765957."""
