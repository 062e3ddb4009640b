"""Django looks for models here; they stand beside their specs in `instruments/`."""

from assessments.instruments.bsa.model import Bsa
from assessments.instruments.demographics.model import Demographics
from assessments.instruments.infusion.model import Infusion
from assessments.instruments.pasi.model import Pasi
from assessments.instruments.vital_signs.model import VitalSigns

__all__ = ["Bsa", "Demographics", "Infusion", "Pasi", "VitalSigns"]
