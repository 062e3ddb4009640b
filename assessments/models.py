"""Django looks for models here; they stand beside their specs in `instruments/`."""

from assessments.form_draft import FormDraft
from assessments.gate.model import InfusionClearance
from assessments.instruments.bsa.model import Bsa
from assessments.instruments.demographics.model import Demographics
from assessments.instruments.dlqi.model import Dlqi
from assessments.instruments.end_of_study.model import EndOfStudy
from assessments.instruments.end_of_treatment.model import EndOfTreatment
from assessments.instruments.immune_markers.model import ImmuneMarkerResult, ImmuneMarkers
from assessments.instruments.infusion.model import Infusion, Interruption, Premedication
from assessments.instruments.infusion_vital_signs.model import InfusionVitalSigns, VitalSignsReading
from assessments.instruments.laboratory.model import Laboratory, LaboratoryLine
from assessments.instruments.medical_history.model import MedicalCondition, MedicalHistory
from assessments.instruments.methotrexate.model import Methotrexate
from assessments.instruments.pasi.model import Pasi
from assessments.instruments.pga.model import Pga
from assessments.instruments.physical_examination.model import BodySystemExamined, PhysicalExamination
from assessments.instruments.pregnancy_test.model import PregnancyTest
from assessments.instruments.previous_treatment.model import PreviousMedication, PreviousTreatment
from assessments.instruments.pruritus_vas.model import PruritusVas
from assessments.instruments.psoriasis_history.model import PsoriasisHistory
from assessments.instruments.reproductive_status.model import ReproductiveStatus
from assessments.instruments.serology.model import Serology
from assessments.instruments.tumour_markers.model import TumourMarkerResult, TumourMarkers
from assessments.instruments.vital_signs.model import VitalSigns
from assessments.instruments.zung_sas.model import ZungSas
from assessments.instruments.zung_sds.model import ZungSds
from assessments.wording.model import QuestionnaireWording

__all__ = [
    "BodySystemExamined",
    "Bsa",
    "Demographics",
    "Dlqi",
    "EndOfStudy",
    "EndOfTreatment",
    "FormDraft",
    "ImmuneMarkerResult",
    "ImmuneMarkers",
    "Infusion",
    "InfusionClearance",
    "InfusionVitalSigns",
    "Interruption",
    "Laboratory",
    "LaboratoryLine",
    "MedicalCondition",
    "MedicalHistory",
    "Methotrexate",
    "Pasi",
    "Pga",
    "PhysicalExamination",
    "PregnancyTest",
    "Premedication",
    "PreviousMedication",
    "PreviousTreatment",
    "PruritusVas",
    "PsoriasisHistory",
    "QuestionnaireWording",
    "ReproductiveStatus",
    "Serology",
    "TumourMarkerResult",
    "TumourMarkers",
    "VitalSigns",
    "VitalSignsReading",
    "ZungSas",
    "ZungSds",
]
