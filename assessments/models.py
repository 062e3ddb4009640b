"""Django looks for models here; they stand beside their specs in `instruments/`."""

from assessments.form_draft import FormDraft
from assessments.gate.model import InfusionClearance
from assessments.instruments.bsa.model import Bsa
from assessments.instruments.demographics.model import Demographics
from assessments.instruments.dlqi.model import Dlqi
from assessments.instruments.infusion.model import Infusion, Interruption, Premedication
from assessments.instruments.infusion_vital_signs.model import InfusionVitalSigns, VitalSignsReading
from assessments.instruments.laboratory.model import Laboratory
from assessments.instruments.medical_history.model import MedicalCondition, MedicalHistory
from assessments.instruments.methotrexate.model import Methotrexate
from assessments.instruments.pasi.model import Pasi
from assessments.instruments.pga.model import Pga
from assessments.instruments.previous_treatment.model import PreviousTreatment
from assessments.instruments.pruritus_vas.model import PruritusVas
from assessments.instruments.psoriasis_history.model import PsoriasisHistory
from assessments.instruments.reproductive_status.model import ReproductiveStatus
from assessments.instruments.vital_signs.model import VitalSigns
from assessments.instruments.zung_sas.model import ZungSas
from assessments.instruments.zung_sds.model import ZungSds

__all__ = [
    "Bsa",
    "Demographics",
    "Dlqi",
    "FormDraft",
    "Infusion",
    "InfusionClearance",
    "InfusionVitalSigns",
    "Interruption",
    "Laboratory",
    "MedicalCondition",
    "MedicalHistory",
    "Methotrexate",
    "Pasi",
    "Pga",
    "Premedication",
    "PreviousTreatment",
    "PruritusVas",
    "PsoriasisHistory",
    "ReproductiveStatus",
    "VitalSigns",
    "VitalSignsReading",
    "ZungSas",
    "ZungSds",
]
