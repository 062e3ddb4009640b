"""Forms filled with plausible values."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from assessments.context import context_of
from assessments.form_data import FormData, FormStatus
from assessments.form_specs import ROW_KEY
from assessments.form_values import objections, stored_values
from assessments.gate.facts import Bag
from assessments.gate.model import InfusionClearance
from assessments.gate.selectors import clearance_of
from assessments.gate.services import clear_infusion
from assessments.instruments.infusion_vital_signs.model import TimePoint
from assessments.instruments.physical_examination.model import BodySystem
from assessments.registry import INSTRUMENTS
from assessments.selectors import stored_rows
from assessments.services import Entry, save_form
from assessments.services.rows import storable, store_rows
from audit.context import acting
from clinical.body_regions import BodyRegion
from clinical.scoring.zung import SAS, SDS
from patients.models import Finding, Visit
from patients.visit_content import arm_code_at, protocol_at
from tests.factories.laboratory import results_for
from tests.factories.trials import make_member


def values_for(code: str, visit: Visit) -> dict[str, Any]:
    """Complete and contradiction-free values of an instrument; PASI 27.0, BSA 36 %, 70.0 kg, the cells that the arm
    plans, DLQI 19, itch 6.3 cm, sPGA 4, SAS and SDS index 25 (no complaint)."""
    morning = datetime.combine(visit.occurred_on, time(9, 30), tzinfo=visit.subject.site.zone).astimezone(UTC)
    values: dict[str, dict[str, Any]] = {
        "demographics": {"birth_date": date(1980, 5, 17), "sex": "M", "race": "ASIAN", "other_race": None},
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
            "method": "palms",
            "head_palms": Decimal("3.5"),
            "upper_limbs_palms": Decimal("7.0"),
            "trunk_palms": Decimal("11.0"),
            "lower_limbs_palms": Decimal("14.5"),
        },
        "infusion": {
            "product_lot": "AD-2301",
            "bag_number": "1",
            "product_expires_at": morning + timedelta(hours=12),
            "viability_percent": Decimal("92.0"),
            "viable_million_per_ml": _million_per_kg(visit),
            "weight_kg": Decimal("70.0"),
            "started_at": morning,
            "stopped_at": morning + timedelta(minutes=45),
            "volume_ml": Decimal("70.0"),
            "is_interrupted": "N",
            "has_reaction": "N",
        },
        "infusion_vital_signs": {
            "readings": tuple(
                {
                    ROW_KEY: point,
                    "measured_at": morning + timedelta(minutes=15 * place),
                    "temperature_c": Decimal("36.7"),
                    "pulse_per_min": 74,
                    "respirations_per_min": 14,
                    "systolic_mmhg": 122,
                    "diastolic_mmhg": 76,
                    "oxygen_saturation_percent": 98,
                }
                for place, point in enumerate(TimePoint.values)
            ),
            "has_abnormality": "N",
        },
        "laboratory": {
            "sampled_on": visit.occurred_on,
            "is_fasting": "Y",
            "results": results_for("laboratory", visit),
        },
        "tumour_markers": {"sampled_on": visit.occurred_on, "results": results_for("tumour_markers", visit)},
        "immune_markers": {"sampled_on": visit.occurred_on, "results": results_for("immune_markers", visit)},
        "psoriasis_history": {
            "psoriasis_type": "plaque",
            "other_type": None,
            "psoriasis_diagnosed_on": date(2010, 9, 1),
            "is_face_only": "N",
            "is_drug_induced": "N",
        },
        "previous_treatment": {
            "topical_use": "past",
            "topical_last_on": visit.occurred_on - timedelta(days=40),
            "systemic_use": "past",
            "systemic_last_on": visit.occurred_on - timedelta(days=120),
            **dict.fromkeys(("phototherapy_use", "biologic_use", "cell_therapy_use", "trial_participation"), "never"),
            **dict.fromkeys(("phototherapy_last_on", "biologic_last_on", "cell_therapy_last_on"), None),
            "trial_participation_last_on": None,
            "has_other_medicines": "N",
            "treatments": (
                {
                    ROW_KEY: "1",
                    "term": "Betamethasone",
                    "kind": "topical",
                    "dose": Decimal("2.000"),
                    "unit": "g",
                    "frequency": "daily",
                    "route": "TOPICAL",
                    "started_on": "2020",
                    "is_ongoing": "N",
                    "ended_on": (visit.occurred_on - timedelta(days=40)).isoformat(),
                    "end_reason": "lack_of_effect",
                },
            ),
        },
        "physical_examination": {
            "systems": tuple(
                {ROW_KEY: system, "result": "normal", "finding": None, "is_significant": None} for system in BodySystem
            ),
        },
        "serology": {
            "sampled_on": visit.occurred_on,
            **dict.fromkeys(("hbsag", "anti_hbc", "anti_hcv", "anti_hiv", "syphilis"), "negative"),
        },
        "pregnancy_test": _pregnancy_test(visit) if code == "pregnancy_test" else {},
        "end_of_treatment": {
            "ended_on": visit.occurred_on,
            "is_completed": "Y",
            **dict.fromkeys(("stop_reason", "other_reason")),
            "last_dose_on": visit.subject.first_treatment_on,
        },
        "end_of_study": {
            "ended_on": visit.occurred_on,
            "is_completed": "Y",
            **dict.fromkeys(("stop_reason", "other_reason", "died_on")),
            "last_contact_on": visit.occurred_on,
            "survival": "alive",
        },
        "reproductive_status": {
            "pregnancy": "never",
            "pregnancy_ended_on": None,
            "lactation": "never",
            "lactation_ended_on": None,
            "pregnancy_test": "negative",
            "pregnancy_test_on": visit.occurred_on,
            "plans_pregnancy": "N",
        },
        "medical_history": {
            "has_conditions": "Y",
            "conditions": (
                {
                    ROW_KEY: "1",
                    "term": "Asthma",
                    "started_on": "2019-05",
                    "is_ongoing": "Y",
                    "ended_on": None,
                    "is_treated": "Y",
                },
                {
                    ROW_KEY: "2",
                    "term": "Fracture",
                    "started_on": "2010",
                    "is_ongoing": "N",
                    "ended_on": "2011",
                    "is_treated": None,
                },
            ),
        },
        "methotrexate": {"dose_mg": Decimal("15.0"), "taken_on": visit.occurred_on},
        "dlqi": {
            **{f"item_{item:02d}": "2" for item in (1, 2, 3, 4, 5, 6, 8, 9, 10)},
            "item_07": "N",
            "item_07a": "1",
            "has_unclear_marks": "N",
        },
        "pruritus_vas": {"mark_mm": 63, "method": "paper"},
        "pga": {"static_pga": 4},
        "zung_sas": {f"item_{item:02d}": 4 if item in SAS.reversed_items else 1 for item in range(1, 21)},
        "zung_sds": {f"item_{item:02d}": 4 if item in SDS.reversed_items else 1 for item in range(1, 21)},
    }
    return values[code]


def _pregnancy_test(visit: Visit) -> dict[str, Any]:
    """Negative on the day of the visit for a woman, not applicable for a man and while the sex is not known."""
    if Finding.objects.filter(subject=visit.subject, test_code="sex", text="F").exists():
        done = {"specimen": "urine", "tested_on": visit.occurred_on, "result": "negative"}
        return {"is_applicable": "Y", "no_test_reason": None, **done}
    return {"is_applicable": "N", "no_test_reason": "male", **dict.fromkeys(("specimen", "tested_on", "result"))}


def _million_per_kg(visit: Visit) -> Decimal:
    """The dose of the subject's arm: in 70 mL for 70 kg, the concentration too. Before there is an arm, 0.5."""
    arm_code = arm_code_at(visit)
    cells = protocol_at(visit).arm(arm_code).cells_per_kg if arm_code else 0
    return Decimal(cells or 500_000) / 10**6


def entry_for(code: str, visit: Visit, **changed: Any) -> Entry:
    """An entry of the instrument on the day of the visit, with some values changed."""
    values = {**values_for(code, visit), **changed}
    return Entry(values=values, assessed_on=visit.occurred_on, confirmed=_kept(code, visit, values))


AREAS_DISAGREE = frozenset({"pasi_disagrees_with_bsa", "bsa_disagrees_with_pasi"})
"""Asked where a test changes one of the two and not the other."""


def _kept(code: str, visit: Visit, values: dict[str, Any]) -> dict[str, str]:
    if code not in ("pasi", "bsa"):
        return {}
    spec = INSTRUMENTS[code]
    raised = {objection.code for objection in objections(spec, values, context_of(visit, spec))}
    return dict.fromkeys(raised & AREAS_DISAGREE, "Kept for the test")


def write_past_schedule(visit: Visit, code: str, by: User, **changed: Any) -> FormData:
    """The instrument as a complete row with its lines, also where no protocol asks for it; nothing is derived or
    published."""
    spec = INSTRUMENTS[code]
    values = {**values_for(code, visit), **changed}
    form = spec.model(
        visit=visit,
        status=FormStatus.COMPLETE,
        assessed_on=visit.occurred_on,
        assessed_by=by,
        **{item.name: storable(spec.column(item.name), values.get(item.name)) for item in spec.items},
    )
    with acting(by=by):
        form.save()
        store_rows(spec, form, stored_rows(spec, None), values, {})
    return form


def clear(visit: Visit, by: User, *, lot_number: str = "AD-2301", bag_number: str = "1") -> InfusionClearance:
    """The gate of the infusion passed with a colleague, whatever is open."""
    bag = Bag(
        lot_number=lot_number,
        bag_number=bag_number,
        thaw_started_at=None,
        thaw_ended_at=None,
        starts_at=datetime.combine(visit.occurred_on, time(9), tzinfo=visit.subject.site.zone),
    )
    return clear_infusion(
        visit=visit, bag=bag, by=by, second_person=_colleague(visit), override_reason="Made up for a test"
    )


def _colleague(visit: Visit) -> User:
    site = visit.subject.site
    username = f"colleague.{site.pk}"
    return User.objects.filter(username=username).first() or make_member("coordinator", site, username=username)


def complete_form(visit: Visit, code: str, by: User, **changed: Any) -> FormData:
    """The instrument, stored as complete; an infusion is cleared before."""
    if INSTRUMENTS[code].needs_clearance and clearance_of(visit) is None:
        clear(visit, by)
    return save_form(
        spec=INSTRUMENTS[code],
        visit=visit,
        entry=entry_for(code, visit, **changed),
        complete=True,
        by=by,
        expected_version=0,
    )


def correct_form(visit: Visit, code: str, by: User, **changed: Any) -> FormData:
    """The stored instrument with some values changed, for a reason."""
    spec = INSTRUMENTS[code]
    stored = spec.model._default_manager.get(visit=visit, repeat_key="")
    values = stored_values(spec, stored, stored_rows(spec, stored))
    return save_form(
        spec=spec,
        visit=visit,
        entry=Entry(
            values={**values, **changed},
            assessed_on=stored.assessed_on,
            confirmed={**stored.confirmed_checks, **_kept(code, visit, {**values, **changed})},
        ),
        complete=True,
        by=by,
        expected_version=stored.row_version,
        reason="Source document read again",
    )
