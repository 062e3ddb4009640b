"""The invented product lots of the demonstration, and the gate that each of its infusions passes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from assessments.gate.facts import Bag
from assessments.gate.services import clear_infusion
from assessments.services import day_of
from patients.models import Visit
from trials.models import ProductLot, Trial
from trials.services import recall_lot, register_lot, release_lot

ZONE = "Asia/Shanghai"
MILLION_PER_ML = Decimal("2.000")
WENT_AHEAD = "Discussed with the investigator; waiting would have been worse for the subject"
SOURCES = {"NCT03265613": ("AD", "Allogeneic adipose MSC")}
UMBILICAL = ("UC", "Allogeneic umbilical cord MSC")


def stock(trial: Trial, today: date, by: User) -> None:
    """Three lots of a trial: one in use, one waiting for its release, one recalled."""
    code, _product = SOURCES.get(trial.registration, UMBILICAL)
    in_use = _lot(trial, f"{code}-2601", today - timedelta(days=400), today + timedelta(days=240), by)
    _release(in_use, by)
    _lot(trial, f"{code}-2603", today - timedelta(days=12), today + timedelta(days=700), by, sterility="pending")
    recalled = _lot(trial, f"{code}-2512", today - timedelta(days=420), today + timedelta(days=90), by)
    recalled = _release(recalled, by)
    recall_lot(
        lot=recalled,
        reason="Viability of a retained bag below the specification",
        by=by,
    )


def lot_in_use(trial: Trial) -> str:
    """The number of the lot that the infusions of a trial are given from."""
    return f"{SOURCES.get(trial.registration, UMBILICAL)[0]}-2601"


def let_through(visit: Visit, by: User, second_person: User) -> None:
    """The gate of one infusion, passed by the coordinator and the investigator."""
    start = datetime.combine(day_of(visit), time(9, 30), tzinfo=visit.subject.site.zone)
    bag = Bag(
        lot_number=lot_in_use(visit.subject.site.trial),
        bag_number=f"{visit.subject_id}-{visit.code}",
        thaw_started_at=start - timedelta(minutes=25),
        thaw_ended_at=start - timedelta(minutes=15),
        starts_at=start,
    )
    clear_infusion(visit=visit, bag=bag, by=by, second_person=second_person, override_reason=WENT_AHEAD)


def _lot(trial: Trial, number: str, made_on: date, expires_on: date, by: User, **values: Any) -> ProductLot:
    code, product = SOURCES.get(trial.registration, UMBILICAL)
    given = {
        "product": product,
        "lot_number": number,
        "tissue_source": code,
        "donor_code": f"D-{number[-3:]}",
        "manufactured_on": made_on,
        "expires_at": datetime.combine(expires_on, time(12), ZoneInfo(ZONE)),
        "time_zone": ZONE,
        "storage": "cryopreserved",
        "start_within_minutes_of_thaw": 180,
        "passage_number": 4,
        "cryoprotectant": "10 % DMSO",
        "certificate_reference": f"COA-{number}",
        "viability_percent": Decimal("93.0"),
        "minimum_viability_percent": Decimal("80.0"),
        "viable_million_per_ml": MILLION_PER_ML,
        "sterility": "negative",
        "mycoplasma": "negative",
        "visual_inspection": "conforms",
    }
    return register_lot(trial=trial, values={**given, **values}, by=by)


def _release(lot: ProductLot, by: User) -> ProductLot:
    return release_lot(
        lot=lot,
        released_on=lot.manufactured_on + timedelta(days=10),
        released_by_name="Zheng Ke, qualified person",
        seen_version=lot.row_version,
        by=by,
    )
