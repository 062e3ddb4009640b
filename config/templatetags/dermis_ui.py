"""Template tags of the look: one icon sprite, and every status as word, icon and colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

from django import template
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()


@dataclass(frozen=True)
class StatusLook:
    """How one status value looks: its word, a symbol of icons.svg, the name of a colour pair of tokens.css."""

    word: Promise
    icon: str
    tone: str


class StatusContext(TypedDict):
    """What components/status.html reads."""

    look: StatusLook


# The words of grades 1 to 5 are those of CTCAE version 5.0, "Grades".
STATUS_LOOKS: Final[Mapping[str, Mapping[str, StatusLook]]] = {
    "form": {
        "not_started": StatusLook(_("Not started"), "circle", "quiet"),
        "draft": StatusLook(_("Draft"), "draft", "warning"),
        "complete": StatusLook(_("Complete"), "check-circle", "good"),
        "not_done": StatusLook(_("Not done"), "minus-circle", "neutral"),
    },
    "visit": {
        "planned": StatusLook(_("Planned"), "calendar", "quiet"),
        "due": StatusLook(_("Due"), "clock", "info"),
        "overdue": StatusLook(_("Overdue"), "alert", "danger"),
        "done": StatusLook(_("Done"), "check-circle", "good"),
        "missed": StatusLook(_("Missed"), "cross-circle", "warning"),
        "cancelled": StatusLook(_("Cancelled"), "minus-circle", "neutral"),
    },
    "window": {
        "closes": StatusLook(_("Window closes"), "clock", "warning"),
        "closed": StatusLook(_("Window closed"), "alert", "danger"),
    },
    "calendar_feed": {
        "answers": StatusLook(_("In use"), "check-circle", "good"),
        "silent": StatusLook(_("No longer answers"), "minus-circle", "neutral"),
        "revoked": StatusLook(_("Revoked"), "lock", "neutral"),
    },
    "eligibility": {
        "met": StatusLook(_("Met"), "check", "good"),
        "not_met": StatusLook(_("Not met"), "cross", "danger"),
        "unknown": StatusLook(_("Unknown"), "question", "warning"),
    },
    "gate": {
        "met": StatusLook(_("Met"), "check", "good"),
        "open": StatusLook(_("Open"), "cross", "danger"),
        "unknown": StatusLook(_("Unknown"), "question", "warning"),
        "not_applicable": StatusLook(_("Does not apply"), "minus", "quiet"),
    },
    "standing": {
        "satisfied": StatusLook(_("Satisfied"), "check", "good"),
        "failed": StatusLook(_("Failed"), "cross", "danger"),
        "unknown": StatusLook(_("Unknown"), "question", "warning"),
    },
    "subject": {
        "screening": StatusLook(_("In screening"), "search", "info"),
        "screen_failure": StatusLook(_("Screen failure"), "cross-circle", "neutral"),
        "eligible": StatusLook(_("Eligible"), "check", "accent"),
        "enrolled": StatusLook(_("Enrolled"), "plus", "accent"),
        "on_treatment": StatusLook(_("On treatment"), "infusion", "accent"),
        "follow_up": StatusLook(_("In follow-up"), "calendar", "info"),
        "completed": StatusLook(_("Completed"), "check-circle", "good"),
        "withdrawn": StatusLook(_("Withdrawn"), "sign-out", "warning"),
    },
    "consent": {
        "valid": StatusLook(_("Valid"), "check-circle", "good"),
        "not_yet": StatusLook(_("Not valid yet"), "clock", "quiet"),
        "over": StatusLook(_("No longer valid"), "minus-circle", "neutral"),
        "due": StatusLook(_("Re-consent due"), "alert", "warning"),
        "treatment": StatusLook(_("Treatment withdrawn"), "minus-circle", "warning"),
        "follow_up": StatusLook(_("Follow-up withdrawn"), "sign-out", "warning"),
        "data_use": StatusLook(_("Use of data withdrawn"), "lock", "danger"),
    },
    "wording": {
        "licensed": StatusLook(_("Licensed text"), "check-circle", "good"),
        "neutral": StatusLook(_("Neutral topics"), "circle", "quiet"),
    },
    "normal_range": {
        "valid": StatusLook(_("Valid"), "check-circle", "good"),
        "not_yet": StatusLook(_("Not valid yet"), "clock", "quiet"),
        "over": StatusLook(_("Replaced"), "history", "neutral"),
    },
    "enrolment": {
        "open": StatusLook(_("Open"), "check-circle", "good"),
        "full": StatusLook(_("Full"), "minus-circle", "neutral"),
        "stopped": StatusLook(_("Stopped"), "cross-circle", "danger"),
        "reopened": StatusLook(_("Reopened"), "history", "quiet"),
    },
    "list": {
        "True": StatusLook(_("As its seed gives"), "check-circle", "good"),
        "False": StatusLook(_("Not as its seed gives"), "alert", "danger"),
    },
    "grade": {
        "1": StatusLook(_("Grade 1, mild"), "flag", "neutral"),
        "2": StatusLook(_("Grade 2, moderate"), "flag", "info"),
        "3": StatusLook(_("Grade 3, severe"), "flag", "warning"),
        "4": StatusLook(_("Grade 4, life-threatening"), "alert", "danger"),
        "5": StatusLook(_("Grade 5, death"), "alert", "critical"),
    },
    "deviation": {
        "draft": StatusLook(_("To complete"), "draft", "warning"),
        "complete": StatusLook(_("Complete"), "check-circle", "good"),
        "void": StatusLook(_("No deviation"), "minus-circle", "neutral"),
    },
    "severity": {
        "minor": StatusLook(_("Minor"), "flag", "neutral"),
        "important": StatusLook(_("Important"), "alert", "danger"),
    },
    "protocol": {
        "frozen": StatusLook(_("Frozen"), "lock", "info"),
        "unused": StatusLook(_("Nobody on it yet"), "circle", "quiet"),
    },
    "contact": {
        "may_be_by_phone": StatusLook(_("May be by telephone"), "phone", "info"),
    },
    "change": {
        "added": StatusLook(_("Added"), "plus", "good"),
        "removed": StatusLook(_("Removed"), "minus", "danger"),
        "changed": StatusLook(_("Changed"), "draft", "info"),
    },
    "lot": {
        "quarantine": StatusLook(_("In quarantine"), "clock", "warning"),
        "released": StatusLook(_("Released"), "check-circle", "good"),
        "rejected": StatusLook(_("Rejected"), "cross-circle", "neutral"),
        "recalled": StatusLook(_("Recalled"), "alert", "critical"),
    },
    "reminder": {
        "opens_soon": StatusLook(_("Opens soon"), "calendar", "quiet"),
        "open": StatusLook(_("Window open"), "clock", "info"),
        "closes_soon": StatusLook(_("Closes soon"), "clock", "warning"),
        "closed": StatusLook(_("Missed"), "alert", "danger"),
        "due": StatusLook(_("To be signed again"), "alert", "warning"),
        "lapses_soon": StatusLook(_("Lapses soon"), "clock", "warning"),
        "to_review": StatusLook(_("To be reviewed"), "alert", "warning"),
        "submitted": StatusLook(_("Reported"), "alert", "danger"),
        "follow_up_begun": StatusLook(_("New information"), "draft", "info"),
        "follow_up": StatusLook(_("Follow-up"), "alert", "warning"),
        "questions": StatusLook(_("Question"), "question", "warning"),
        "answered": StatusLook(_("Answered"), "inbox", "info"),
        "assessed": StatusLook(_("Assessed"), "check-circle", "good"),
        "started": StatusLook(_("Clock runs"), "clock", "info"),
        "due_soon": StatusLook(_("Due soon"), "clock", "warning"),
        "last_warning": StatusLook(_("Last warning"), "alert", "warning"),
        "overdue": StatusLook(_("Overdue"), "alert", "danger"),
        "escalated": StatusLook(_("Still overdue"), "alert", "critical"),
        "holds": StatusLook(_("Rule holds"), "alert", "critical"),
    },
    "safety_clock": {
        "running": StatusLook(_("Clock runs"), "clock", "info"),
        "due_soon": StatusLook(_("Due soon"), "clock", "warning"),
        "overdue": StatusLook(_("Overdue"), "alert", "critical"),
        "met": StatusLook(_("In time"), "check-circle", "good"),
        "met_late": StatusLook(_("Late"), "history", "warning"),
    },
    "review": {
        "not_reviewed": StatusLook(_("Not reviewed"), "circle", "warning"),
        "changed": StatusLook(_("Changed since"), "history", "danger"),
        "reviewed": StatusLook(_("Reviewed"), "check-circle", "good"),
    },
    "stopping_rule": {
        "holds": StatusLook(_("Rule holds"), "alert", "critical"),
        "does_not_hold": StatusLook(_("Does not hold"), "check", "good"),
    },
    "inbox": {
        "unread": StatusLook(_("Unread"), "circle", "accent"),
        "late": StatusLook(_("Late"), "history", "warning"),
    },
    "mail": {
        "sent": StatusLook(_("Sent"), "check-circle", "good"),
        "waiting": StatusLook(_("Waits"), "clock", "quiet"),
        "failed": StatusLook(_("Failed, tried again"), "alert", "warning"),
        "given_up": StatusLook(_("Given up"), "cross-circle", "danger"),
    },
    "queue": {
        "answers": StatusLook(_("Queue answers"), "check-circle", "good"),
        "silent": StatusLook(_("Queue does not answer"), "cross-circle", "danger"),
    },
    "run": {
        "alive": StatusLook(_("In time"), "check-circle", "good"),
        "overdue": StatusLook(_("Overdue"), "alert", "danger"),
    },
    "task": {
        "PENDING": StatusLook(_("Waits"), "clock", "quiet"),
        "RECEIVED": StatusLook(_("Waits"), "clock", "quiet"),
        "STARTED": StatusLook(_("Running"), "clock", "info"),
        "SUCCESS": StatusLook(_("Done"), "check-circle", "good"),
        "RETRY": StatusLook(_("Failed, tried again"), "alert", "warning"),
        "FAILURE": StatusLook(_("Failed"), "cross-circle", "danger"),
        "REVOKED": StatusLook(_("Expired"), "minus-circle", "neutral"),
    },
    "expiry": {
        "over": StatusLook(_("Expired"), "minus-circle", "danger"),
    },
    "special_interest": {
        "yes": StatusLook(_("Special interest"), "flag", "info"),
    },
    "serious": {
        "yes": StatusLook(_("Serious"), "alert", "critical"),
        "no": StatusLook(_("Not serious"), "minus", "quiet"),
    },
    "case": {
        "draft": StatusLook(_("Draft"), "draft", "warning"),
        "submitted": StatusLook(_("Submitted"), "inbox", "info"),
        "in_review": StatusLook(_("In medical review"), "search", "info"),
        "questions": StatusLook(_("Questions to the site"), "question", "warning"),
        "assessed": StatusLook(_("Assessed"), "check-circle", "good"),
        "closed": StatusLook(_("Closed"), "lock", "neutral"),
    },
    "susar": {
        "None": StatusLook(_("Not judged yet"), "question", "quiet"),
        "True": StatusLook(_("SUSAR"), "alert", "critical"),
        "False": StatusLook(_("No SUSAR"), "minus", "neutral"),
    },
    "signature": {
        "True": StatusLook(_("Content is as it was signed"), "check-circle", "good"),
        "False": StatusLook(_("Content is not as it was signed"), "alert", "critical"),
    },
}


@register.inclusion_tag("components/status.html")
def status(kind: str, value: str | int | None) -> StatusContext:
    """Show one status as word, icon and colour.

    A kind or value without a look raises `KeyError`: no state may show blank.
    """
    return {"look": STATUS_LOOKS[kind][str(value)]}


@register.simple_tag
def grade_tone(grade: int) -> str:
    """The name of the colour pair of a CTCAE grade, for pictures; the grade itself stands there too."""
    return STATUS_LOOKS["grade"][str(grade)].tone


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a symbol of icons.svg: decorative (hidden from screen readers) unless `label` says what it means."""
    source = f"{static('dermis/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            source,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        source,
    )
