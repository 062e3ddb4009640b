"""Forms filled with plausible values."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from assessments.form_data import FormData
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, save_form
from clinical.body_regions import BodyRegion
from patients.models import Visit


def values_for(code: str, visit: Visit) -> dict[str, Any]:
    """Complete and contradiction-free values of an instrument; PASI 27.0, BSA 36 %, 70.0 kg, 35 million cells, DLQI 19,
    itch 6.3 cm, sPGA 3, SAS index 56, SDS index 62."""
    morning = datetime.combine(visit.occurred_on, time(9, 30), tzinfo=visit.subject.site.zone).astimezone(UTC)
    values: dict[str, dict[str, Any]] = {
        "demographics": {"birth_date": date(1980, 5, 17), "sex": "M", "race": "ASIAN"},
        "vital_signs": {
            "weight_kg": Decimal("70.0"),
            "height_cm": Decimal("172.0"),
            "temperature_c": Decimal("36.6"),
            "pulse_per_min": 72,
            "respirations_per_min": 14,
            "systolic_mmhg": 124,
            "diastolic_mmhg": 78,
            "oxygen_saturation_percent": 98,
        },
        "pasi": {
            f"{region}_{column}": 3
            for region in BodyRegion
            for column in ("erythema", "induration", "desquamation", "area")
        },
        "bsa": {
            "head_palms": Decimal("3.5"),
            "upper_limbs_palms": Decimal("7.0"),
            "trunk_palms": Decimal("11.0"),
            "lower_limbs_palms": Decimal("14.5"),
        },
        "infusion": {
            "product_lot": "AD-2301",
            "product_expires_at": morning + timedelta(hours=12),
            "viability_percent": Decimal("92.0"),
            "viable_million_per_ml": Decimal("0.500"),
            "weight_kg": Decimal("70.0"),
            "started_at": morning,
            "stopped_at": morning + timedelta(minutes=45),
            "volume_ml": Decimal("70.0"),
            "is_interrupted": "N",
            "has_reaction": "N",
        },
        "dlqi": {
            **{f"item_{item:02d}": "2" for item in (1, 2, 3, 4, 5, 6, 8, 9, 10)},
            "item_07": "N",
            "item_07a": "1",
            "has_unclear_marks": "N",
        },
        "pruritus_vas": {"mark_mm": 63},
        "pga": {"static_pga": 3},
        "zung_sas": {f"item_{item:02d}": 2 for item in range(1, 21)},
        "zung_sds": {f"item_{item:02d}": 2 for item in range(1, 21)},
    }
    return values[code]


def entry_for(code: str, visit: Visit, **changed: Any) -> Entry:
    """An entry of the instrument on the day of the visit, with some values changed."""
    return Entry(values={**values_for(code, visit), **changed}, assessed_on=visit.occurred_on)


def complete_form(visit: Visit, code: str, by: User, **changed: Any) -> FormData:
    """The instrument, stored as complete."""
    return save_form(
        spec=INSTRUMENTS[code],
        visit=visit,
        entry=entry_for(code, visit, **changed),
        complete=True,
        by=by,
        expected_version=0,
    )
