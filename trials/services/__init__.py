"""Writing trials: protocols, sites, people, limits and stops of enrolment; one module per noun."""

from trials.services.enrolment import lift_hold, place_hold, set_enrolment_cap, set_enrolment_target
from trials.services.people import delegate, end_delegation
from trials.services.protocols import ProtocolFrozen, load_protocol
from trials.services.sites import open_site

__all__ = [
    "ProtocolFrozen",
    "delegate",
    "end_delegation",
    "lift_hold",
    "load_protocol",
    "open_site",
    "place_hold",
    "set_enrolment_cap",
    "set_enrolment_target",
]
