"""Trials, protocol versions, sites, information sheets, delegations, stops of enrolment and the normal ranges of
laboratories, one module per noun."""

from trials.models.delegation import Delegation
from trials.models.hold import EnrolmentHold
from trials.models.normal_range import NormalRange
from trials.models.sheet import ConsentLanguage, InformationSheet
from trials.models.site import Site, validate_time_zone
from trials.models.trial import ProtocolVersion, Trial

__all__ = [
    "ConsentLanguage",
    "Delegation",
    "EnrolmentHold",
    "InformationSheet",
    "NormalRange",
    "ProtocolVersion",
    "Site",
    "Trial",
    "validate_time_zone",
]
