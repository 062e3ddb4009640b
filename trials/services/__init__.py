"""Writing trials: protocols, sites, people, product lots, normal ranges, limits and stops of enrolment; one module per
noun."""

from trials.services.enrolment import lift_hold, place_hold, set_enrolment_cap, set_enrolment_target
from trials.services.lots import correct_lot, recall_lot, register_lot, reject_lot, release_lot
from trials.services.normal_ranges import add_list_of_ranges, add_normal_range, correct_normal_range
from trials.services.people import delegate, end_delegation
from trials.services.protocols import ProtocolFrozen, load_protocol
from trials.services.sites import open_site, set_sponsor_time_zone, set_working_days

__all__ = [
    "ProtocolFrozen",
    "add_list_of_ranges",
    "add_normal_range",
    "correct_lot",
    "correct_normal_range",
    "delegate",
    "end_delegation",
    "lift_hold",
    "load_protocol",
    "open_site",
    "place_hold",
    "recall_lot",
    "register_lot",
    "reject_lot",
    "release_lot",
    "set_enrolment_cap",
    "set_enrolment_target",
    "set_sponsor_time_zone",
    "set_working_days",
]
