"""The value sets of an adverse event, each with its source."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grade(models.IntegerChoices):
    """Severity: the five general grades of CTCAE version 5.0 (US National Cancer Institute), in our own short words."""

    MILD = 1, _("1 · Mild: observation only")
    MODERATE = 2, _("2 · Moderate: minimal or local treatment, or limits household tasks")
    SEVERE = 3, _("3 · Severe: hospital treatment, or limits self-care")
    LIFE_THREATENING = 4, _("4 · Life-threatening: urgent treatment")
    DEATH = 5, _("5 · Death")


class Causality(models.TextChoices):
    """Relation to the cell product: the WHO-UMC system for causality assessment."""

    CERTAIN = "certain", _("Certain")
    PROBABLE = "probable", _("Probable or likely")
    POSSIBLE = "possible", _("Possible")
    UNLIKELY = "unlikely", _("Unlikely")
    CONDITIONAL = "conditional", _("Conditional: more data awaited")
    UNASSESSABLE = "unassessable", _("Unassessable: data missing or contradictory")


# Default, not a rule of WHO-UMC: what cannot be judged yet counts as related until it is resolved.
RELATED: Final = frozenset(Causality) - {Causality.UNLIKELY}


class Outcome(models.TextChoices):
    """What became of the event: SDTM AEOUT, CDISC code list C66768."""

    RECOVERED = "recovered", _("Recovered or resolved")
    RECOVERING = "recovering", _("Recovering or resolving")
    NOT_RECOVERED = "not_recovered", _("Not recovered or not resolved")
    RECOVERED_WITH_SEQUELAE = "recovered_with_sequelae", _("Recovered or resolved with sequelae")
    FATAL = "fatal", _("Fatal")
    UNKNOWN = "unknown", _("Unknown")


OVER: Final = frozenset({Outcome.RECOVERED, Outcome.RECOVERED_WITH_SEQUELAE})
ONGOING: Final = frozenset({Outcome.RECOVERING, Outcome.NOT_RECOVERED})


class ActionTaken(models.TextChoices):
    """What was done with the cell product: SDTM AEACN, CDISC code list C66767."""

    DOSE_NOT_CHANGED = "dose_not_changed", _("Dose not changed")
    DOSE_REDUCED = "dose_reduced", _("Dose reduced")
    DOSE_INCREASED = "dose_increased", _("Dose increased")
    DOSE_RATE_REDUCED = "dose_rate_reduced", _("Infusion rate reduced")
    DRUG_INTERRUPTED = "drug_interrupted", _("Infusion interrupted")
    DRUG_WITHDRAWN = "drug_withdrawn", _("Product withdrawn")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    UNKNOWN = "unknown", _("Unknown")


# The criteria of ICH E2A, in the order of E2B(R3) elements E.i.3.2a to E.i.3.2f.
SERIOUSNESS_CRITERIA: Final = (
    "results_in_death",
    "is_life_threatening",
    "caused_hospitalisation",
    "is_disabling",
    "is_congenital_anomaly",
    "is_medically_important",
)
