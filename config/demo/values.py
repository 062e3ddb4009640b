"""What the forms of an invented subject say."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from assessments.form_specs import ROW_KEY
from assessments.instruments.infusion_vital_signs.model import TimePoint
from assessments.instruments.physical_examination.model import BodySystem
from assessments.services import day_of
from clinical.body_regions import BodyRegion
from clinical.scoring.zung import SAS, SDS, ZungScale
from config.demo.laboratory import immune_markers, laboratory, tumour_markers
from config.demo.lots import MILLION_PER_ML, lot_in_use
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
    return {"birth_date": date(story.birth_year, 5, 17), "sex": story.sex, "race": race, "other_race": None}


def _psoriasis_history(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "psoriasis_type": "plaque",
        "other_type": None,
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
        "has_other_medicines": "N",
        "treatments": tuple(
            {
                ROW_KEY: str(number),
                "term": term,
                "kind": kind,
                "dose": dose,
                "unit": unit,
                "frequency": frequency,
                "route": route,
                "started_on": str(on.year - years),
                "is_ongoing": "N",
                "ended_on": f"{on - timedelta(days=days):%Y-%m-%d}",
                "end_reason": "lack_of_effect",
            }
            for number, (term, kind, dose, unit, frequency, route, years, days) in enumerate(_THERAPIES, start=1)
        ),
    }


_THERAPIES = (
    ("Calcipotriol with betamethasone", "topical", Decimal("3.000"), "g", "daily", "TOPICAL", 4, 21),
    ("Acitretin", "systemic", Decimal("25.000"), "mg", "daily", "ORAL", 2, 95),
    ("Narrow-band UVB", "phototherapy", None, None, "several_a_week", None, 3, 180),
)
"""Name, kind, dose, unit, frequency, route, years since the start, days since the end."""


def _medical_history(visit: Visit, story: Story) -> dict[str, Any]:
    row = {
        ROW_KEY: "1",
        "term": "Arterial hypertension",
        "started_on": str(story.birth_year + 30),
        "is_ongoing": "Y",
        "ended_on": None,
        "is_treated": "Y",
    }
    has_one = story.birth_year < 1980
    return {"has_conditions": "Y" if has_one else "N", "conditions": (row,) if has_one else ()}


def _physical_examination(visit: Visit, story: Story) -> dict[str, Any]:
    normal = {"result": "normal", "finding": None, "is_significant": None}
    stout = {"result": "abnormal", "finding": "Obese, otherwise without findings", "is_significant": "N"}
    is_stout = story.weight_kg > 80
    return {
        "systems": tuple(
            {ROW_KEY: system, **(stout if is_stout and system == BodySystem.GENERAL else normal)}
            for system in BodySystem
        )
    }


def _serology(visit: Visit, story: Story) -> dict[str, Any]:
    tests = ("hbsag", "anti_hbc", "anti_hcv", "anti_hiv", "syphilis")
    return {"sampled_on": day_of(visit), **dict.fromkeys(tests, "negative")}


def _pregnancy_test(visit: Visit, story: Story) -> dict[str, Any]:
    if story.sex == "M":
        return {"is_applicable": "N", "no_test_reason": "male", **dict.fromkeys(("specimen", "tested_on", "result"))}
    return {
        "is_applicable": "Y",
        "no_test_reason": None,
        "specimen": "urine",
        "tested_on": day_of(visit),
        "result": "negative",
    }


def _end_of_treatment(visit: Visit, story: Story) -> dict[str, Any]:
    treated = Visit.objects.filter(subject=visit.subject, outcome="done", code__in=_treatment_visits(visit))
    last = treated.order_by("position").last()
    return {
        "ended_on": day_of(visit),
        "is_completed": "Y",
        **dict.fromkeys(("stop_reason", "other_reason")),
        "last_dose_on": None if last is None else day_of(last),
    }


def _treatment_visits(visit: Visit) -> tuple[str, ...]:
    arm = protocol_at(visit).arm(arm_code_at(visit))
    return arm.infusion_visits if arm.is_infused else arm.dosing_visits


def _end_of_study(visit: Visit, story: Story) -> dict[str, Any]:
    return {
        "ended_on": day_of(visit),
        "is_completed": "Y",
        **dict.fromkeys(("stop_reason", "other_reason", "died_on")),
        "last_contact_on": day_of(visit),
        "survival": "alive",
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
    per_kg = Decimal(protocol_at(visit).arm(arm_code_at(visit)).cells_per_kg) / MILLION
    return {
        "product_lot": lot_in_use(visit.subject.site.trial),
        "bag_number": f"{visit.subject_id}-{visit.code}",
        "viability_percent": Decimal("93.0"),
        "counted_cells": "viable",
        "viable_million_per_ml": MILLION_PER_ML,
        "was_thawed": "Y",
        "thaw_started_at": start - timedelta(minutes=25),
        "thaw_ended_at": start - timedelta(minutes=15),
        "weight_kg": story.weight_kg,
        "had_premedication": "N",
        "started_at": start,
        "stopped_at": start + timedelta(minutes=50),
        "volume_ml": (story.weight_kg * per_kg / MILLION_PER_ML).quantize(Decimal("0.1")),
        "is_completed": "Y",
        "is_interrupted": "N",
        "has_reaction": "Y" if visit.code == "W0" and any(event.day == 0 for event in story.events) else "N",
    }


def _infusion_vital_signs(visit: Visit, story: Story) -> dict[str, Any]:
    start = datetime.combine(day_of(visit), time(9, 20), tzinfo=visit.subject.site.zone).astimezone(UTC)
    has_fever = visit.code == "W0" and any(event.day == 0 for event in story.events)
    minutes = dict(zip(TimePoint.values, (0, 25, 40, 59, 60, 90, 180, 1450), strict=True))
    readings = tuple(
        {
            ROW_KEY: point,
            "measured_at": start + timedelta(minutes=minutes[point]),
            "temperature_c": Decimal("38.4") if has_fever and point == "AFTER120" else Decimal("36.6"),
            "pulse_per_min": 76,
            "respirations_per_min": 15,
            "systolic_mmhg": 124,
            "diastolic_mmhg": 79,
            "oxygen_saturation_percent": 98,
        }
        for point in TimePoint.values
    )
    return {
        "readings": readings,
        "has_abnormality": "Y" if has_fever else "N",
        "remarks": "Fever, recorded as an adverse event" if has_fever else None,
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
    "laboratory": laboratory,
    "tumour_markers": tumour_markers,
    "immune_markers": immune_markers,
    "vital_signs": _vital_signs,
    "infusion": _infusion,
    "infusion_vital_signs": _infusion_vital_signs,
    "methotrexate": _methotrexate,
    "medical_history": _medical_history,
    "physical_examination": _physical_examination,
    "serology": _serology,
    "pregnancy_test": _pregnancy_test,
    "end_of_treatment": _end_of_treatment,
    "end_of_study": _end_of_study,
    "zung_sas": lambda _visit, _story: _zung(SAS),
    "zung_sds": lambda _visit, _story: _zung(SDS),
}
