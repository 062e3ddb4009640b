"""The report of a serious event on the CIOMS I form (Council for International Organizations of Medical Sciences).

The form is English whatever language the reader uses; what was written at the site stands as it was written. A person
is named by the subject number alone: the boxes for initials hold it, that for the date of birth stays empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.utils.translation import override

from patients.medication_codes import Frequency, Route
from patients.typeset import typeset
from safety.grade_words import grade_in_words
from safety.report_names import dose_in_words
from safety.terms import RELATION_OF, ActionTaken, Causality, Expectedness, Outcome, ReporterRole, Term

TEMPLATE: Final = Path(__file__).with_name("cioms.typ")
INDICATION: Final = "Psoriasis"
"""What every product of these trials is given for (default: no protocol names it as a value)."""

_STOPPED: Final = frozenset({ActionTaken.DRUG_WITHDRAWN, ActionTaken.DRUG_INTERRUPTED})
_BETTER: Final = frozenset({Outcome.RECOVERED, Outcome.RECOVERING, Outcome.RECOVERED_WITH_SEQUELAE})
_NOT_BETTER: Final = frozenset({Outcome.NOT_RECOVERED, Outcome.FATAL})
_PROFESSIONALS: Final = frozenset({ReporterRole.PHYSICIAN, ReporterRole.PHARMACIST, ReporterRole.OTHER_PROFESSIONAL})

Content = Mapping[str, Any]
Boxes = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """What the report does not say itself: who sends it, when it was received and printed, what the subject's arm is
    given, and what the safety monitor signed about it (`safety.services.assess`). Empty or None where it is not known;
    days are those of the sponsor's calendar."""

    sponsor: str
    product: str
    route: str
    received_on: date | None
    printed_on: date
    judgement: Content = field(default_factory=dict)


def cioms_pdf(content: Content, sender: Sender, *, is_draft: bool) -> bytes:
    """The form filled from a report (`safety.report_content`); a draft says on every page that it is one."""
    return typeset(TEMPLATE, cioms_boxes(content, sender, is_draft=is_draft))


def cioms_boxes(content: Content, sender: Sender, *, is_draft: bool = False) -> Boxes:
    """What stands in each box, by its place in the template; empty where nothing is recorded."""
    with override("en"):
        return {
            "is_draft": is_draft,
            "control_number": f"{content['trial']}-{content['case']}",
            "version": content["version"],
            "kind": content["kind"],
            **_patient(content),
            **_reaction(content, sender.judgement),
            **_drugs(content, sender),
            "concomitant": list(_concomitant(content)),
            "sponsor": sender.sponsor,
            "received_on": _day(sender.received_on),
            "printed_on": _day(sender.printed_on),
            "is_from_professional": content["reporter_role"] in _PROFESSIONALS,
        }


def _patient(content: Content) -> Boxes:
    subject = content["subject"]
    year, month, day = (*content["event"]["onset"].split("-"), "", "")[:3]
    return {
        "initials": subject["number"],
        "country": content["country"],
        "age_years": subject["age_years"],
        "sex": subject["sex"],
        "onset": {"day": day, "month": month, "year": year},
    }


def _reaction(content: Content, judgement: Content) -> Boxes:
    event = content["event"]
    # Whether an event is expected is for the sponsor to judge; until then the site's look is all there is.
    expectedness = judgement.get("expectedness", event["expectedness"])
    said = [
        ("event", event["term"]),
        ("term", str(Term(event["term_code"]).label) if event["term_code"] != Term.OTHER else ""),
        ("grade", grade_in_words(event["term_code"], event["grade"])),
        ("causality", "; ".join(_causality(event))),
        ("sponsor", _by_sponsor(judgement)),
        ("expectedness", str(Expectedness(expectedness).label)),
        ("action", str(ActionTaken(event["action_taken"]).label)),
        ("treatment", "; ".join(_treatment(content))),
        ("outcome", " ".join((str(Outcome(event["outcome"]).label), event["ended"])).strip()),
        ("new", content["what_is_new"]),
        ("narrative", content["narrative"]),
    ]
    return {
        "description": [{"about": about, "text": text} for about, text in said if text],
        "seriousness": {
            "died": event["results_in_death"],
            "hospital": event["caused_hospitalisation"],
            "disability": event["is_disabling"],
            "threat": event["is_life_threatening"],
            "anomaly": event["is_congenital_anomaly"],
            "important": event["is_medically_important"],
        },
        "abated": _abated(event),
    }


def _causality(event: Content) -> Iterator[str]:
    for cause, name in RELATION_OF.items():
        if event[name]:
            named = event["other_cause"] if name == "relation_other" else cause.replace("_", " ")
            yield f"{named}: {Causality(event[name]).label}"


def _by_sponsor(judgement: Content) -> str:
    if not judgement:
        return ""
    related = "a relation to a treatment of the study cannot be excluded"
    found = related if judgement["related_by_sponsor"] else "not related to a treatment of the study"
    return f"{found}; {'a' if judgement['is_susar'] else 'no'} SUSAR"


def _treatment(content: Content) -> Iterator[str]:
    names = {medication["number"]: medication["name"] for medication in content["medications"]}
    yield from (names[number] for number in content["event"]["treatments"] if number in names)
    if content["event"]["treatment_given"]:
        yield content["event"]["treatment_given"]


def _abated(event: Content) -> str:
    """Whether the reaction abated after the product was stopped; empty where that cannot be told from the record."""
    if event["action_taken"] == ActionTaken.UNKNOWN:
        return ""
    if event["action_taken"] not in _STOPPED:
        return "na"
    return "yes" if event["outcome"] in _BETTER else "no" if event["outcome"] in _NOT_BETTER else ""


def _drugs(content: Content, sender: Sender) -> Boxes:
    doses = content["doses"]
    lots = dict.fromkeys((dose["product"] or sender.product, dose["lot"]) for dose in doses)
    days = sorted(dose["day"] for dose in doses)
    return {
        "drugs": [{"product": product, "lot": lot} for product, lot in lots or {(sender.product, ""): None}],
        "doses": [f"{dose_in_words(dose)}, {dose['day']}" for dose in doses],
        "route": sender.route,
        "indication": INDICATION,
        "therapy": {"first": days[0], "last": days[-1]} if days else {"first": "", "last": ""},
        "therapy_days": _days_between(days),
    }


def _days_between(days: Sequence[str]) -> int | None:
    return (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days + 1 if days else None


def _concomitant(content: Content) -> Iterator[str]:
    """Each medicine that was not given against the event, on a line of its own."""
    for medication in content["medications"]:
        if medication["number"] in content["event"]["treatments"]:
            continue
        route, frequency = medication["route"], medication["frequency"]
        parts = (
            medication["name"],
            medication["dose"],
            str(Frequency(frequency).label) if frequency else "",
            str(Route(route).label) if route else "",
            medication["indication"],
            f"{medication['started']} – {medication['ended']}".rstrip(),
        )
        yield ", ".join(part for part in parts if part)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
