"""The value sets of an adverse event, each with its source."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinical.safety.causality import Cause


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

RELATION_OF: Final = {
    Cause.CELL_PRODUCT: "relation",
    Cause.INFUSION_PROCEDURE: "relation_procedure",
    Cause.PREMEDICATION: "relation_premedication",
    Cause.COMPARATOR: "relation_comparator",
    Cause.DISEASE: "relation_disease",
    Cause.OTHER: "relation_other",
}
"""The field of an event that says how likely each cause is; only that of the product must be answered."""


class Term(models.TextChoices):
    """Terms of CTCAE version 5.0 with grades of their own (`clinical.safety.ctcae_events.EventTerm`), and any other."""

    INFUSION_RELATED_REACTION = "infusion_related_reaction", _("Infusion related reaction")
    ALLERGIC_REACTION = "allergic_reaction", _("Allergic reaction")
    ANAPHYLAXIS = "anaphylaxis", _("Anaphylaxis")
    FEVER = "fever", _("Fever")
    THROMBOEMBOLIC_EVENT = "thromboembolic_event", _("Thromboembolic event")
    CHILLS = "chills", _("Chills")
    OTHER = "other", _("Another event")


SPECIAL_INTEREST: Final = frozenset(
    {Term.THROMBOEMBOLIC_EVENT, Term.INFUSION_RELATED_REACTION, Term.ALLERGIC_REACTION, Term.ANAPHYLAXIS, Term.FEVER}
)
"""Terms that are proposed as events of special interest (default; pooled analyses of infused mesenchymal stromal cells
look for them)."""


class Expectedness(models.TextChoices):
    """Whether the reference safety information names the event (ICH E2A)."""

    EXPECTED = "expected", _("Expected")
    UNEXPECTED = "unexpected", _("Unexpected")
    UNKNOWN = "unknown", _("Not looked up yet")


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


class ReportStatus(models.TextChoices):
    """Where the report of a serious event stands (`clinical.safety.workflow.ReportState`)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In medical review")
    QUESTIONS = "questions", _("Questions to the site")
    ASSESSED = "assessed", _("Assessed")
    CLOSED = "closed", _("Closed")


class ReportStep(models.TextChoices):
    """What can be done with a report (`clinical.safety.workflow.Step`)."""

    SUBMIT = "submit", _("Sign and submit")
    TAKE_UP = "take_up", _("Take up for review")
    ASK = "ask", _("Ask the site")
    ANSWER = "answer", _("Answer")
    ASSESS = "assess", _("Sign the assessment")
    CLOSE = "close", _("Close")
    FOLLOW_UP = "follow_up", _("Report new information")


class ReporterRole(models.TextChoices):
    """Qualification of the reporter: ICH E2B(R3), element C.2.r.4."""

    PHYSICIAN = "physician", _("Physician")
    PHARMACIST = "pharmacist", _("Pharmacist")
    OTHER_PROFESSIONAL = "other_professional", _("Other health professional")
    LAWYER = "lawyer", _("Lawyer")
    CONSUMER = "consumer", _("Patient or another person")
