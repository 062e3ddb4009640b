"""What each invented subject of the demonstration has been through, counted in days before today at the site."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class DemoEvent:
    """An adverse event, so many days after the first infusion."""

    term: str
    day: int
    grade: int
    relation: str
    days_long: int | None
    is_hospitalised: bool = False
    narrative: str = ""
    term_code: str = "other"


@dataclass(frozen=True)
class Story:
    """One subject.

    `consent_ago` and `infused_ago` count days back from today. `stop_at` is the last step taken: consent, forms,
    answers, eligible, screen_failure, enrolled, or the code of the last visit that took place. `severity` is the score
    that every PASI sign and area has at screening; `response` what is taken off it, by visit. `late_at` is a visit
    that takes place the day after its window.
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
    ending: str = ""
    leaves_draft: bool = False
    lacks_calcium: bool = False
    late_at: str = ""
    trial: str = "NCT03265613"


GOOD_RESPONSE = {"W4": 1, "W8": 1, "W12": 2, "W16": 2, "W20": 2, "W24": 2}
FEVER = DemoEvent(
    "Fever after infusion", 0, 1, "probable", 1, narrative="38.4 °C two hours after the infusion.", term_code="fever"
)

STORIES = (
    Story("GZ", "LWM", 1974, "M", Decimal("71.5"), 192, "W24", 182, 3, GOOD_RESPONSE, (FEVER,), ending="completed"),
    Story("GZ", "CXH", 1968, "F", Decimal("58.0"), 128, "W16", 116, 3, {"W12": 1, "W16": 1}),
    Story("GZ", "HJ", 1989, "M", Decimal("82.3"), 41, "W0", 28, 4),
    Story("GZ", "YQ", 1981, "M", Decimal("66.0"), 52, "W0", 40, 2, leaves_draft=True),
    Story(
        "GZ", "ZLL", 1992, "F", Decimal("54.5"), 22, "W0", 10, 3,
        events=(DemoEvent("Headache", 1, 1, "possible", 2), DemoEvent("Pharyngitis", 5, 2, "unlikely", None)),
    ),
    Story("GZ", "SY", 1977, "M", Decimal("75.0"), 6, "answers", severity=3),
    Story("GZ", "MT", 1985, "F", Decimal("61.0"), 1, "consent", severity=2),
    Story("GZ", "GBC", 1990, "M", Decimal("69.0"), 17, "screen_failure", severity=1),
    Story(
        "VIE", "AK", 1971, "F", Decimal("64.0"), 70, "W8", 59, 3, {"W4": 1, "W8": 1},
        events=(
            DemoEvent(
                "Deep vein thrombosis of the arm", 33, 3, "possible", 12, is_hospitalised=True,
                narrative="Admitted for anticoagulation; the subject asked to go on with follow-up.",
                term_code="thromboembolic_event",
            ),
        ),
    ),
    Story("VIE", "PS", 1966, "M", Decimal("90.5"), 12, "enrolled", severity=3),
    Story("VIE", "RM", 1995, "M", Decimal("77.0"), 9, "eligible", severity=2),
    Story("VIE", "TE", 1979, "F", Decimal("59.5"), 60, "W4", 47, 3, {"W4": 1}, ending="withdrawn"),
    Story("VIE", "BH", 1983, "M", Decimal("85.0"), 100, "W12", 86, 4, {"W4": 1, "W8": 2, "W12": 3}),
    Story(
        "GZ", "QF", 1970, "F", Decimal("57.0"), 75, "W8", 62, 3, {"W4": 1, "W6": 1, "W8": 1}, trial="NCT03745417",
        late_at="W6",
    ),
    Story("GZ", "DB", 1988, "M", Decimal("73.5"), 5, "answers", severity=2, lacks_calcium=True, trial="NCT03745417"),
    Story("TJ", "WJ", 1982, "M", Decimal("78.0"), 70, "W7", 56, 3, {"W5": 1, "W7": 1}, trial="NCT03424629"),
    Story("TJ", "ZQ", 1991, "F", Decimal("56.5"), 31, "W2", 17, 3, trial="NCT03424629"),
    Story("TJ", "LT", 1976, "M", Decimal("81.0"), 12, "enrolled", severity=3, trial="NCT03424629"),
    Story("TJ", "HY", 1995, "F", Decimal("60.5"), 8, "eligible", severity=3, trial="NCT03424629"),
    Story("PEK", "GS", 1985, "M", Decimal("69.0"), 24, "W1", 9, 4, trial="NCT03424629"),
    Story("PEK", "XM", 1979, "F", Decimal("63.0"), 2, "consent", severity=3, trial="NCT03424629"),
    Story("CS", "OY", 1980, "F", Decimal("59.0"), 50, "W4", 34, 3, {"W4": 1}, trial="NCT03765957"),
    Story("CS", "PW", 1973, "M", Decimal("76.0"), 6, "answers", severity=3, trial="NCT03765957"),
)  # fmt: skip
