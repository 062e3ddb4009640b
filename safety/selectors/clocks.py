"""The clocks of serious events: what is recorded, and how each clock stands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from clinical.safety.clock_faces import NOTICES, Clock, ClockKind, ClockStage, ClockState, HourClock, in_utc
from clinical.safety.clocks import DAY, ClockFacts, clocks, day_in
from clinical.safety.clocks import AuthorityReport as Sent
from safety.clock_words import IF_SUSAR, LABELS, days_left_in_words, length_left_in_words, moment_in_words
from safety.models import AuthorityReport, ReportVersion, SeriousCase
from trials.selectors import sponsor_zones

_MET = frozenset({ClockState.MET, ClockState.MET_LATE})


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of a case. `zone` is where it is counted: at the site for one in hours, the sponsor's for one in days.

    `is_possible` is one of the authority before anybody has judged whether the event is a SUSAR.
    """

    case: SeriousCase
    clock: Clock
    zone: ZoneInfo
    is_possible: bool = False

    @property
    def ends_at(self) -> datetime:
        """The moment, in UTC, after which it is overdue: of a clock in days, the end of the due day."""
        if isinstance(self.clock, HourClock):
            return in_utc(self.clock.due_at)
        return in_utc(datetime.combine(self.clock.due_on + DAY, time.min, self.zone))

    def state_at(self, now: datetime) -> ClockState:
        """How it stands at this moment."""
        notice = NOTICES[self.clock.kind]
        if isinstance(self.clock, HourClock):
            return self.clock.state_at(now, notice)
        return self.clock.state_on(day_in(self.zone, now), notice)

    def stage_at(self, now: datetime) -> ClockStage | None:
        """The stage that people are told of at this moment; None before the start and once it is met.

        Of the start of a clock that is only possible nobody is told: it is that of the report itself.
        """
        notice = NOTICES[self.clock.kind]
        if isinstance(self.clock, HourClock):
            return self.clock.stage_at(now, notice)
        stage = self.clock.stage_on(day_in(self.zone, now), notice)
        return None if self.is_possible and stage is ClockStage.STARTED else stage

    def shown_at(self, now: datetime) -> "ClockRow":
        """The clock in words of the active language."""
        state, label = self.state_at(now), LABELS[self.clock.kind]
        started, due, met = self._times()
        return ClockRow(
            kind=self.clock.kind,
            label=str(IF_SUSAR % {"report": label} if self.is_possible else label),
            state=state,
            started=started,
            due=due,
            met=met if state in _MET else "",
            left="" if state in _MET else self._left(now),
            ends_at=self.ends_at,
            is_running=state not in _MET,
        )

    def _times(self) -> tuple[str, str, str]:
        clock, zone = self.clock, self.zone
        if isinstance(clock, HourClock):
            return (
                moment_in_words(clock.started_at, zone),
                moment_in_words(clock.due_at, zone),
                moment_in_words(clock.met_at, zone) if clock.met_at else "",
            )
        return clock.started_on.isoformat(), clock.due_on.isoformat(), clock.met_on.isoformat() if clock.met_on else ""

    def _left(self, now: datetime) -> str:
        if isinstance(self.clock, HourClock):
            return length_left_in_words(self.ends_at - in_utc(now))
        return days_left_in_words((self.clock.due_on - day_in(self.zone, now)).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One clock as a page shows it, in words: moments at the site, days of the sponsor's calendar.

    `state` has its look (`{% status "safety_clock" row.state %}`). `met` is when the report was made, `left` what is
    left until the end or how long it has been overdue; one of them is empty. `ends_at` is there to order rows by.
    """

    kind: ClockKind
    label: str
    state: ClockState
    started: str
    due: str
    met: str
    left: str
    ends_at: datetime
    is_running: bool


def facts_of(case: SeriousCase) -> ClockFacts:
    """What is recorded of the case that its clocks depend on."""
    return facts_by_case([case])[case.pk]


def facts_by_case(cases: Sequence[SeriousCase]) -> dict[int, ClockFacts]:
    """`facts_of` by primary key, in a fixed number of statements.

    Where the record was corrected, these are defaults. The site's clock follows the event itself: the sponsor has been
    told by the first report at or after the moment of awareness, so an event that becomes serious again starts the
    clock again, and one that is no longer serious has none. The clocks of the authority follow what the sponsor was
    told and has judged, so no correction gives more time before it is submitted; until a report is judged it may be a
    SUSAR, so they run. A report to the authority before day 0 counts for none, nor does one that is taken back.
    """
    prefetch_related_objects(cases, "event")
    pks = [case.pk for case in cases]
    submitted: dict[int, list[datetime]] = {pk: [] for pk in pks}
    versions = ReportVersion.objects.filter(case__in=pks).order_by("submitted_at")
    for pk, moment in versions.values_list("case_id", "submitted_at"):
        if moment is not None:
            submitted[pk].append(moment)
    sent: dict[int, list[Sent]] = {pk: [] for pk in pks}
    reports = AuthorityReport.objects.filter(case__in=pks, void_reason="").order_by("sent_on", "pk")
    for pk, day, is_complete in reports.values_list("case_id", "sent_on", "is_complete"):
        sent[pk].append(Sent(day, is_complete))
    return {case.pk: _facts(case, submitted[case.pk], sent[case.pk]) for case in cases}


def _facts(case: SeriousCase, submitted: Sequence[datetime], sent: Sequence[Sent]) -> ClockFacts:
    known_at, day_zero = case.event.serious_known_at, case.day_zero
    return ClockFacts(
        serious_known_at=known_at,
        told_sponsor_at=next((moment for moment in submitted if known_at and moment >= known_at), None),
        is_susar=case.is_susar is not False,
        day_zero=day_zero,
        urgent_known_on=case.urgent_known_on,
        reports=tuple(report for report in sent if day_zero is not None and report.sent_on >= day_zero),
    )


def cases_to_watch() -> QuerySet[SeriousCase]:
    """The cases of which a clock may run without a report."""
    told = ReportVersion.objects.filter(case=OuterRef("pk"), submitted_at__gte=OuterRef("event__serious_known_at"))
    waits = Q(event__serious_known_at__isnull=False) & ~Q(Exists(told))
    return SeriousCase.objects.filter(waits | Q(is_susar=True) | Q(is_susar=None, day_zero__isnull=False))


def case_clocks(cases: Collection[SeriousCase]) -> list[CaseClock]:
    """Every clock of the cases, those that are met included, in the order of the cases and of each case's clocks; in a
    fixed number of statements."""
    found = list(cases)
    prefetch_related_objects(found, "subject__site__trial")
    sponsors = sponsor_zones({case.subject.site.trial for case in found})
    facts = facts_by_case(found)
    return [
        _at_its_place(case, clock, sponsors[case.subject.site.trial_id])
        for case in found
        for clock in clocks(facts[case.pk])
    ]


def _at_its_place(case: SeriousCase, clock: Clock, sponsor_zone: ZoneInfo) -> CaseClock:
    if isinstance(clock, HourClock):
        return CaseClock(case, clock, case.subject.site.zone)
    return CaseClock(case, clock, sponsor_zone, is_possible=case.is_susar is None)


def clocks_of(case: SeriousCase, now: datetime | None = None) -> list[ClockRow]:
    """The clocks of the case as they stand, the site's first; those that are met are among them."""
    return clocks_by_case([case], now)[case.pk]


def clocks_by_case(cases: Collection[SeriousCase], now: datetime | None = None) -> dict[int, list[ClockRow]]:
    """`clocks_of` by primary key, in a fixed number of statements."""
    now = now or timezone.now()
    rows: dict[int, list[ClockRow]] = {case.pk: [] for case in cases}
    for each in case_clocks(cases):
        rows[each.case.pk].append(each.shown_at(now))
    return rows


def next_due(rows: Collection[ClockRow]) -> ClockRow | None:
    """The running clock that ends first; None where none runs."""
    return min((row for row in rows if row.is_running), key=lambda row: row.ends_at, default=None)


def due_to_authority(rows: Collection[ClockRow]) -> list[ClockRow]:
    """The running clocks of the authority; those of a case that nobody has judged are among them."""
    return [row for row in rows if row.is_running and row.kind is not ClockKind.SITE_TO_SPONSOR]


def add_next_clock_of_events(events: Iterable[Any]) -> None:
    """Give each of the events of a list the `next_clock` of its case, None without one; they come with site and case.
    In a fixed number of statements."""
    found = [(event, getattr(event, "case", None)) for event in events]
    for event, case in found:
        if case is not None:
            case.subject = event.subject
    rows = clocks_by_case([case for _event, case in found if case is not None])
    for event, case in found:
        event.next_clock = next_due(rows[case.pk]) if case is not None else None


def add_next_clock(cases: Iterable[Any], now: datetime | None = None) -> None:
    """Give each of the cases of a list its `next_clock` (`next_due`), in a fixed number of statements."""
    found = list(cases)
    rows = clocks_by_case(found, now)
    for case in found:
        case.next_clock = next_due(rows[case.pk])
