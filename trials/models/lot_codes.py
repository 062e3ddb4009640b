"""The code lists of a product lot, and the way that a lot goes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TissueSource(models.TextChoices):
    """The tissue from which the cells were grown."""

    UMBILICAL_CORD = "UC", _("Umbilical cord")
    ADIPOSE = "AD", _("Adipose tissue")


class Storage(models.TextChoices):
    """How the product is kept until it is given."""

    CRYOPRESERVED = "cryopreserved", _("Cryopreserved")
    FRESH = "fresh", _("Fresh")


class CultureTest(models.TextChoices):
    """The result of a test for contamination."""

    PENDING = "pending", _("Pending")
    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")


class EndotoxinUnit(models.TextChoices):
    """What endotoxin is measured in; published specifications use either."""

    PER_ML = "EU/mL", _("EU/mL")
    PER_KG = "EU/kg", _("EU/kg")


class VisualInspection(models.TextChoices):
    """What was seen of the bag and the suspension."""

    CONFORMS = "conforms", _("Conforms")
    DOES_NOT_CONFORM = "does_not_conform", _("Does not conform")


class LotStatus(models.TextChoices):
    """Whether the lot may be given."""

    QUARANTINE = "quarantine", _("In quarantine")
    RELEASED = "released", _("Released")
    REJECTED = "rejected", _("Rejected")
    RECALLED = "recalled", _("Recalled")


LOT_TRANSITIONS: dict[LotStatus, frozenset[LotStatus]] = {
    LotStatus.QUARANTINE: frozenset({LotStatus.RELEASED, LotStatus.REJECTED}),
    LotStatus.RELEASED: frozenset({LotStatus.RECALLED}),
    LotStatus.REJECTED: frozenset(),
    LotStatus.RECALLED: frozenset(),
}
"""From which status to which a lot may go; the database refuses any other step."""
