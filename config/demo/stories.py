"""What each invented subject of the demonstration has been through, counted in days before today at the site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from clinical.safety.workflow import Step


@dataclass(frozen=True)
class DemoMedicine:
    """A medicine, from so many days after the first infusion on, or after the event that it is given against."""

    name: str
    indication: str
    day: int
    days_long: int | None
    kind: str = "other"
    dose: str = ""
    route: str = "ORAL"
    frequency: str = "daily"


@dataclass(frozen=True)
class DemoCase:
    """The report of a serious event, brought as far as `until`; no step: a draft that has been begun.

    `known_hours_ago` is when the site became aware.
    """

    known_hours_ago: int
    narrative: str
    until: Step | None = None
    question: str = ""
    answer: str = ""
    assessment: str = ""


@dataclass(frozen=True)
class DemoEvent:
    """An adverse event, so many days after the first infusion.

    `more` are further values of the event by field name, `grades` the days after its onset from which on it had another
    grade. `was_ticked` says that the infusion form suggests it. An event with a `correction` was reviewed by the safety
    monitor before that.
    """

    term: str
    day: int
    grade: int
    relation: str
    days_long: int | None
    is_hospitalised: bool = False
    narrative: str = ""
    term_code: str = "other"
    more: Mapping[str, str] = field(default_factory=dict)
    grades: tuple[tuple[int, int], ...] = ()
    medicines: tuple[DemoMedicine, ...] = ()
    case: DemoCase | None = None
    was_ticked: bool = False
    is_reviewed: bool = False
    correction: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One subject.

    `consent_ago` and `infused_ago` count days back from today. `stop_at` is the last step taken: consent, forms,
    answers, eligible, screen_failure, enrolled, or the code of the last visit that took place. `severity` is the score
    that every PASI sign and area has at screening; `response` what is taken off it, by visit. `late_at` is a visit
    that takes place the day after its window. `raised_alt` are results above the limit, by visit; the last of them has
    not been judged as an event yet where `leaves_suggestion` says so.
    """

    site: str
    initials: str
    birth_year: int
    sex: str
    weight_kg: Decimal
    consent_ago: int
    stop_at: str
    infused_ago: int | None = None
    severity: int = 3
    response: dict[str, int] = field(default_factory=dict)
    events: tuple[DemoEvent, ...] = ()
    medicines: tuple[DemoMedicine, ...] = ()
    raised_alt: Mapping[str, str] = field(default_factory=dict)
    leaves_suggestion: bool = False
    ending: str = ""
    leaves_draft: bool = False
    lacks_calcium: bool = False
    late_at: str = ""
    trial: str = "NCT03265613"


GOOD_RESPONSE = {"W4": 1, "W8": 1, "W12": 2, "W16": 2, "W20": 2, "W24": 2}
# fmt: off
FEVER = DemoEvent(
    "Fever after infusion", 0, 1, "probable", 1, narrative="38.4 °C two hours after the infusion.", term_code="fever",
    more={"onset_time": "11:40", "relation_procedure": "possible"}, was_ticked=True, is_reviewed=True,
    medicines=(DemoMedicine("Paracetamol", "Fever", 0, 0, dose="500 mg", frequency="once"),),
)
ZOSTER = DemoEvent(
    "Herpes zoster, left trunk", 20, 2, "possible", None,
    narrative="Vesicles in one dermatome, first few and then confluent; no visceral signs.",
    more={"relation_disease": "unlikely", "outcome": "recovering"}, grades=((0, 1), (2, 2), (9, 1)),
    medicines=(
        DemoMedicine("Valaciclovir", "Herpes zoster", 1, 7, dose="1000 mg", frequency="three_times_daily"),
    ),
    correction={"outcome": "recovered", "days_long": 16},
)
THROMBOSIS = DemoEvent(
    "Deep vein thrombosis of the arm", 33, 3, "possible", 12, is_hospitalised=True,
    narrative="Admitted for anticoagulation; the subject asked to go on with follow-up.",
    term_code="thromboembolic_event", more={"relation_procedure": "probable", "expectedness": "unexpected"},
    medicines=(DemoMedicine("Enoxaparin", "Deep vein thrombosis", 0, 12, dose="60 mg", route="SUBCUTANEOUS",
                            frequency="twice_daily"),),
    is_reviewed=True,
    case=DemoCase(
        5,
        "Swelling and pain of the right arm 33 days after the first infusion. Duplex ultrasound: thrombosis of the"
        " brachial vein. Admitted the same day, enoxaparin for twelve days, discharged without symptoms. The site"
        " learned of the stay from the discharge letter.",
        Step.ANSWER,
        "Was a catheter placed in this arm for the infusion, and is a thrombophilia known?",
        "The infusion was given through a peripheral cannula in the same arm. No thrombophilia is known; the tests are"
        " requested.",
    ),
)
CELLULITIS = DemoEvent(
    "Cellulitis of the left forearm", 9, 3, "possible", None, is_hospitalised=True,
    narrative="Redness around the place of the cannula, 38.9 °C; intravenous antibiotics.",
    more={"relation_procedure": "probable"},
    medicines=(DemoMedicine("Cefazolin", "Cellulitis", 0, None, dose="1 g", route="INTRAVENOUS",
                            frequency="three_times_daily"),),
    case=DemoCase(20, "Admitted with cellulitis at the place of the cannula. Blood cultures are taken."),
)
APPENDICITIS = DemoEvent(
    "Appendicitis", 104, 3, "unlikely", 5, is_hospitalised=True,
    narrative="Laparoscopic appendectomy without complications.", more={"treatment_given": "Appendectomy"},
    case=DemoCase(
        7,
        "Pain in the right lower abdomen for one day; ultrasound and leucocytes point to appendicitis. Laparoscopic"
        " appendectomy on the day of admission, discharged after five days.",
        Step.SUBMIT,
    ),
)
PNEUMONIA = DemoEvent(
    "Pneumonia", 26, 3, "possible", None, is_hospitalised=True,
    narrative="Fever, cough and an infiltrate of the right lower lobe.", more={"expectedness": "unexpected"},
    medicines=(DemoMedicine("Ceftriaxone", "Pneumonia", 0, None, dose="2 g", route="INTRAVENOUS"),),
    case=DemoCase(
        9,
        "Fever of 39.1 °C and cough since two days; X-ray: infiltrate of the right lower lobe. Admitted, ceftriaxone,"
        " no oxygen needed. Improving under treatment.",
        Step.ASSESS,
        "Which pathogens were looked for?",
        "Sputum and blood cultures, influenza and SARS-CoV-2; nothing was found so far.",
        "A suppression of the immune response by the product cannot be excluded.",
    ),
)
# fmt: on
HYPERTENSION = DemoMedicine("Ramipril", "Arterial hypertension", -1500, None, dose="5 mg")
METHOTREXATE = DemoMedicine(
    "Methotrexate", "Psoriasis, flare of the scalp", 70, None, kind="systemic", dose="15 mg", frequency="weekly"
)

STORIES = (
    Story("GZ", "LWM", 1974, "M", Decimal("71.5"), 192, "W24", 182, 3, GOOD_RESPONSE, (FEVER,), ending="completed",
          medicines=(HYPERTENSION,), raised_alt={"W4": "61"}),
    Story("GZ", "CXH", 1968, "F", Decimal("58.0"), 128, "W16", 116, 3, {"W12": 1, "W16": 1}, (APPENDICITIS,)),
    Story("GZ", "HJ", 1989, "M", Decimal("82.3"), 41, "W0", 28, 4),
    Story("GZ", "YQ", 1981, "M", Decimal("66.0"), 52, "W0", 40, 2, leaves_draft=True),
    Story(
        "GZ", "ZLL", 1992, "F", Decimal("54.5"), 22, "W0", 10, 3,
        events=(
            DemoEvent("Headache", 1, 1, "possible", 2), DemoEvent("Pharyngitis", 5, 2, "unlikely", None), CELLULITIS,
        ),
    ),
    Story("GZ", "SY", 1977, "M", Decimal("75.0"), 6, "answers", severity=3),
    Story("GZ", "MT", 1985, "F", Decimal("61.0"), 1, "consent", severity=2),
    Story("GZ", "GBC", 1990, "M", Decimal("69.0"), 17, "screen_failure", severity=1),
    Story(
        "VIE", "AK", 1971, "F", Decimal("64.0"), 70, "W8", 59, 3, {"W4": 1, "W8": 1}, (THROMBOSIS,),
        medicines=(HYPERTENSION,),
    ),
    Story("VIE", "PS", 1966, "M", Decimal("90.5"), 12, "enrolled", severity=3),
    Story("VIE", "RM", 1995, "M", Decimal("77.0"), 9, "eligible", severity=2),
    Story("VIE", "TE", 1979, "F", Decimal("59.5"), 60, "W4", 47, 3, {"W4": 1}, ending="withdrawn"),
    Story("VIE", "BH", 1983, "M", Decimal("85.0"), 100, "W12", 86, 4, {"W4": 1, "W8": 2, "W12": 3},
          medicines=(METHOTREXATE,), raised_alt={"W12": "164"}, leaves_suggestion=True),
    Story(
        "GZ", "QF", 1970, "F", Decimal("57.0"), 75, "W8", 62, 3, {"W4": 1, "W6": 1, "W8": 1}, trial="NCT03745417",
        late_at="W6", events=(ZOSTER,),
    ),
    Story("GZ", "DB", 1988, "M", Decimal("73.5"), 5, "answers", severity=2, lacks_calcium=True, trial="NCT03745417"),
    Story("TJ", "WJ", 1982, "M", Decimal("78.0"), 70, "W7", 56, 3, {"W5": 1, "W7": 1}, trial="NCT03424629"),
    Story("TJ", "ZQ", 1991, "F", Decimal("56.5"), 31, "W2", 17, 3, trial="NCT03424629"),
    Story("TJ", "LT", 1976, "M", Decimal("81.0"), 12, "enrolled", severity=3, trial="NCT03424629"),
    Story("TJ", "HY", 1995, "F", Decimal("60.5"), 8, "eligible", severity=3, trial="NCT03424629"),
    Story("PEK", "GS", 1985, "M", Decimal("69.0"), 24, "W1", 9, 4, trial="NCT03424629"),
    Story("PEK", "XM", 1979, "F", Decimal("63.0"), 2, "consent", severity=3, trial="NCT03424629"),
    Story("CS", "OY", 1980, "F", Decimal("59.0"), 50, "W4", 34, 3, {"W4": 1}, (PNEUMONIA,), trial="NCT03765957"),
    Story("CS", "PW", 1973, "M", Decimal("76.0"), 6, "answers", severity=3, trial="NCT03765957"),
)  # fmt: skip
