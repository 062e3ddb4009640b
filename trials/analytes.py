"""The analytes of laboratories in the language of the reader."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinical.laboratory.analytes import ANALYTES, Panel

PANEL_NAMES: dict[Panel, Promise] = {
    Panel.BLOOD_COUNT: _("Blood count"),
    Panel.LIVER: _("Liver"),
    Panel.KIDNEY: _("Kidney"),
    Panel.ELECTROLYTES: _("Electrolytes and glucose"),
    Panel.TUMOUR_MARKERS: _("Tumour markers"),
    Panel.T_CELLS: _("T cells"),
    Panel.CYTOKINES: _("Cytokines"),
}

ANALYTE_NAMES: dict[str, Promise] = {
    "HGB": _("haemoglobin"),
    "RBC": _("red blood cells"),
    "WBC": _("white blood cells"),
    "NEUT": _("neutrophils"),
    "LYM": _("lymphocytes"),
    "MONO": _("monocytes"),
    "EOS": _("eosinophils"),
    "BASO": _("basophils"),
    "PLAT": _("platelets"),
    "ALT": _("alanine aminotransferase (ALT)"),
    "AST": _("aspartate aminotransferase (AST)"),
    "ALP": _("alkaline phosphatase"),
    "GGT": _("gamma-glutamyl transferase"),
    "BILI": _("bilirubin"),
    "ALB": _("albumin"),
    "PROT": _("total protein"),
    "CREAT": _("creatinine"),
    "CYSTATC": _("cystatin C"),
    "UREA": _("urea"),
    "CA": _("total calcium"),
    "CACR": _("calcium corrected for albumin"),
    "CAION": _("ionised calcium"),
    "SODIUM": _("sodium"),
    "K": _("potassium"),
    "CL": _("chloride"),
    "GLUC": _("glucose"),
    "AFP": _("alpha-fetoprotein"),
    "CEA": _("carcinoembryonic antigen"),
    "CA19_9AG": _("cancer antigen 19-9"),
    "CA125AG": _("cancer antigen 125"),
    "PSA": _("prostate-specific antigen"),
    "CD3": _("CD3 T cells"),
    "CD4": _("CD4 T cells"),
    "CD8": _("CD8 T cells"),
    "CD4CD8": _("CD4/CD8 ratio"),
    "TH1": _("Th1 cells of CD4 T cells"),
    "TH2": _("Th2 cells of CD4 T cells"),
    "TH17": _("Th17 cells of CD4 T cells"),
    "TREG": _("regulatory T cells of CD4 T cells"),
    "TNF": _("tumour necrosis factor alpha"),
    "INTLK6": _("interleukin 6"),
    "INTLK1B": _("interleukin 1 beta"),
    "INTLK17": _("interleukin 17"),
}
"""Of each code, the name of the pure floor for translators to find."""


def analyte_code(written: str) -> str | None:
    """The analyte that somebody wrote by its code or its name, in English or in the language of the reader, or None;
    capitals and spaces around do not matter."""
    wanted = written.strip().casefold()
    for code, name in ANALYTE_NAMES.items():
        if wanted in (code.casefold(), ANALYTES[code].name.casefold(), str(name).casefold()):
            return code
    return None


def grouped_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every analyte by panel, as the choices of a form field."""
    return [
        (
            str(name),
            [
                (analyte.code, str(ANALYTE_NAMES[analyte.code]))
                for analyte in ANALYTES.values()
                if analyte.panel is panel
            ],
        )
        for panel, name in PANEL_NAMES.items()
    ]
