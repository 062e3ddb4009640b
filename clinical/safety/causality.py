"""What may have caused an event, and which judgements count as related.

The categories are those of the WHO-UMC system for causality assessment. Which of them count as related, and which
causes are treatments of the study, are defaults.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """What an event is judged against, each on its own."""

    CELL_PRODUCT = "cell_product"
    INFUSION_PROCEDURE = "infusion_procedure"
    PREMEDICATION = "premedication"
    COMPARATOR = "comparator"
    DISEASE = "disease"
    OTHER = "other"


class Likelihood(StrEnum):
    """How likely it is that the cause led to the event: the six WHO-UMC categories."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    CONDITIONAL = "conditional"
    UNASSESSABLE = "unassessable"


STUDY_TREATMENTS: Final = frozenset(
    {Cause.CELL_PRODUCT, Cause.INFUSION_PROCEDURE, Cause.PREMEDICATION, Cause.COMPARATOR}
)
"""The causes that the study brings to a subject (default)."""
RELATED: Final = frozenset(Likelihood) - {Likelihood.UNLIKELY}
"""What counts as related (default, not a rule of WHO-UMC): what cannot be judged yet does, until it is resolved."""


def is_related(likelihood: Likelihood | None, *, related: Collection[Likelihood] = RELATED) -> bool | None:
    """Whether this judgement counts as related; None while nobody has judged."""
    return None if likelihood is None else likelihood in related


def related_causes(
    judged: Mapping[Cause, Likelihood | None], *, related: Collection[Likelihood] = RELATED
) -> tuple[Cause, ...]:
    """The causes that the event counts as related to, in the order of `Cause`."""
    return tuple(cause for cause in Cause if is_related(judged.get(cause), related=related))


def is_related_to_treatment(
    judged: Mapping[Cause, Likelihood | None], *, related: Collection[Likelihood] = RELATED
) -> bool | None:
    """Whether the event counts as related to any treatment of the study; one is enough.

    `judged` names the causes that the subject was exposed to, with None where one is still to be judged. None: no
    treatment is related, but one of them has not been judged, or none is named.
    """
    answers = {is_related(judged[cause], related=related) for cause in STUDY_TREATMENTS & judged.keys()}
    if True in answers:
        return True
    return False if answers == {False} else None
