"""Trials, protocol versions, sites, information sheets, product lots, normal ranges, delegations and stops of
enrolment: one module per noun."""

from trials.models.delegation import Delegation
from trials.models.hold import EnrolmentHold
from trials.models.lot_codes import (
    LOT_TRANSITIONS,
    CultureTest,
    EndotoxinUnit,
    LotStatus,
    Storage,
    TissueSource,
    VisualInspection,
)
from trials.models.normal_range import NormalRange
from trials.models.product_lot import ProductLot
from trials.models.sheet import ConsentLanguage, InformationSheet
from trials.models.site import Site
from trials.models.time_zones import validate_time_zone
from trials.models.trial import ProtocolVersion, Trial

__all__ = [
    "LOT_TRANSITIONS",
    "ConsentLanguage",
    "CultureTest",
    "Delegation",
    "EndotoxinUnit",
    "EnrolmentHold",
    "InformationSheet",
    "LotStatus",
    "NormalRange",
    "ProductLot",
    "ProtocolVersion",
    "Site",
    "Storage",
    "TissueSource",
    "Trial",
    "VisualInspection",
    "validate_time_zone",
]
