"""What the forms of an invented subject say."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from assessments.services import day_of
from clinical.body_regions import BodyRegion
from clinical.scoring.zung import SAS, SDS, ZungScale
from config.demo.stories import Story
from patients.models import Visit
from patients.visit_content import arm_code_at, protocol_at

MILLION = 10**6


def values_of(form: str, visit: Visit, story: Story) -> dict[str, Any]:
    """Complete and plausible values of a form at a visit of the story."""
    score = max(story.severity - story.response.get(visit.code, 0), 0)
    if form in _BY_SCORE:
        return _BY_SCORE[form](score)
    return _BY_STORY[form](visit, story)


def _demographics(visit: Visit, story: Story) -> dict[str, Any]:
    race = "ASIAN" if visit.subject.site.country == "CHN" else "WHITE"
    return {"birth_date": date(story.birth_year, 5, 17), "sex": story.sex, "race": race}


def _psoriasis_history(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "psoriasis_type": "plaque",
        "psoriasis_diagnosed_on": date(story.birth_year + 24, 3, 9),
        "is_face_only": "N",
        "is_drug_induced": "N",
    }


def _previous_treatment(visit: Visit, story: Story) -> dict[str, Any]:
    on = day_of(visit)
    return {
        "topical_use": "past",
        "topical_last_on": on - timedelta(days=21),
        "systemic_use": "past",
        "systemic_last_on": on - timedelta(days=95),
        "phototherapy_use": "past",
        "phototherapy_last_on": on - timedelta(days=180),
        **dict.fromkeys(("biologic_use", "cell_therapy_use", "trial_participation"), "never"),
        **dict.fromkeys(("biologic_last_on", "cell_therapy_last_on", "trial_participation_last_on"), None),
    }


def _reproductive_status(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "pregnancy": "never",
        "pregnancy_ended_on": None,
        "lactation": "never",
        "lactation_ended_on": None,
        "pregnancy_test": "negative",
        "pregnancy_test_on": day_of(visit),
        "plans_pregnancy": "N",
    }


def _laboratory(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "sampled_on": day_of(visit),
        "calcium_mmol_l": None if story.lacks_calcium else Decimal("2.31"),
        "alt_u_l": Decimal("27.0"),
        "alt_uln_u_l": Decimal("40.0"),
        "ast_u_l": Decimal("24.0"),
        "ast_uln_u_l": Decimal("40.0"),
        "bilirubin_umol_l": Decimal("12.5"),
        "bilirubin_uln_umol_l": Decimal("21.0"),
        "creatinine_umol_l": Decimal("71.0"),
        "creatinine_uln_umol_l": Decimal("104.0"),
        "cystatin_c_mg_l": Decimal("0.79"),
        "cystatin_c_uln_mg_l": Decimal("1.03"),
        "haemoglobin_g_l": Decimal("142.0"),
        "haemoglobin_lln_g_l": Decimal("115.0"),
        "haemoglobin_uln_g_l": Decimal("175.0"),
        "platelets_10e9_l": Decimal("236.0"),
        "wbc_10e9_l": Decimal("6.10"),
    }


def _vital_signs(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "weight_kg": story.weight_kg,
        "height_cm": Decimal("170.0"),
        "temperature_c": Decimal("36.5"),
        "pulse_per_min": 74,
        "respirations_per_min": 15,
        "systolic_mmhg": 122,
        "diastolic_mmhg": 78,
        "oxygen_saturation_percent": 98,
    }


def _pasi(score: int) -> dict[str, int]:
    values = {}
    for region in BodyRegion:
        # The face clears first; every other region has the score of the story.
        here = max(score - 1, 0) if region == BodyRegion.HEAD else score
        signs = {"erythema": here, "induration": here, "desquamation": max(here - 1, 0), "area": here}
        values.update({f"{region}_{name}": value for name, value in signs.items()})
    return values


def _palms(score: int) -> dict[str, Any]:
    """Palms that agree with the area scores: the middle of each interval, as a share of the region."""
    middle = {0: Decimal("0"), 1: Decimal("0.05"), 2: Decimal("0.20"), 3: Decimal("0.40"), 4: Decimal("0.60")}
    areas = {region: _pasi(score)[f"{region}_area"] for region in BodyRegion}
    sizes = dict(zip(BodyRegion, (10, 20, 30, 40), strict=True))
    palms = {f"{r}_palms": (middle[areas[r]] * sizes[r]).quantize(Decimal("0.1")) for r in BodyRegion}
    return {"method": "palms", **palms}


def _itch(score: int) -> dict[str, Any]:
    return {"mark_mm": min(score * 20 + 7, 100), "method": "paper"}


def _global(score: int) -> dict[str, int]:
    return {"static_pga": min(score + 1, 5)}


def _life_quality(score: int) -> dict[str, str]:
    degree = str(min(score, 3))
    trouble = str(min(score, 2))
    items = {f"item_{item:02d}": degree for item in (1, 2, 3, 4, 5, 6, 8, 9, 10)}
    return {**items, "item_07": "N", "item_07a": trouble, "has_unclear_marks": "N"}


def _zung(scale: ZungScale) -> dict[str, int]:
    """Few complaints: a little of the items that count forwards, most of the time those that are turned round."""
    return {f"item_{item:02d}": 4 if item in scale.reversed_items else 1 + item % 2 for item in range(1, 21)}


def _infusion(visit: Visit, story: Story) -> dict[str, Any]:
    start = datetime.combine(day_of(visit), time(9, 30), tzinfo=visit.subject.site.zone).astimezone(UTC)
    # As many million cells per mL as the arm gives per kg: as many millilitres as kilograms.
    per_kg = protocol_at(visit).arm(arm_code_at(visit)).cells_per_kg
    return {
        "product_lot": f"MSC-{visit.occurred_on:%y%m}",
        "product_expires_at": start + timedelta(hours=10),
        "viability_percent": Decimal("93.0"),
        "viable_million_per_ml": Decimal(per_kg) / MILLION,
        "weight_kg": story.weight_kg,
        "started_at": start,
        "stopped_at": start + timedelta(minutes=50),
        "volume_ml": story.weight_kg,
        "is_interrupted": "N",
        "has_reaction": "Y" if visit.code == "W0" and any(event.day == 0 for event in story.events) else "N",
    }


def _methotrexate(visit: Visit, story: Story) -> dict[str, Any]:
    return {"dose_mg": Decimal("15.0"), "taken_on": day_of(visit)}


_BY_SCORE: dict[str, Any] = {
    "pasi": _pasi,
    "bsa": _palms,
    "pruritus_vas": _itch,
    "pga": _global,
    "dlqi": _life_quality,
}
_BY_STORY: dict[str, Any] = {
    "demographics": _demographics,
    "psoriasis_history": _psoriasis_history,
    "previous_treatment": _previous_treatment,
    "reproductive_status": _reproductive_status,
    "laboratory": _laboratory,
    "vital_signs": _vital_signs,
    "infusion": _infusion,
    "methotrexate": _methotrexate,
    "zung_sas": lambda _visit, _story: _zung(SAS),
    "zung_sds": lambda _visit, _story: _zung(SDS),
}
