"""What stands in the boxes of the CIOMS I form, and that all of it is printed."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.utils.translation import override

from safety.printed.cioms import Sender, cioms_boxes, cioms_pdf

CONTENT: dict[str, Any] = {
    "format": 1,
    "trial": "NCT03265613",
    "site": "GZ",
    "country": "CHN",
    "case": "SAE-0007",
    "version": 2,
    "kind": "follow_up",
    "subject": {"number": "GZ-001", "age_years": 46, "sex": "F", "arm": "ADMSC"},
    "event": {
        "term": "Reaction to the infusion",
        "term_code": "infusion_related_reaction",
        "onset": "2026-05-19",
        "ended": "2026-05-20",
        "grade": 3,
        "results_in_death": False,
        "is_life_threatening": True,
        "caused_hospitalisation": True,
        "is_disabling": False,
        "is_congenital_anomaly": False,
        "is_medically_important": False,
        "relation": "probable",
        "relation_procedure": "possible",
        "relation_premedication": "",
        "relation_comparator": "",
        "relation_disease": "unlikely",
        "relation_other": "possible",
        "other_cause": "latex",
        "expectedness": "unexpected",
        "action_taken": "drug_interrupted",
        "treatment_given": "Oxygen",
        "treatments": [2],
        "outcome": "recovered",
    },
    "doses": [
        {"day": "2026-04-20", "amount": "35000000", "unit": "cells", "lot": "AD-2301", "product": "Adipose MSC"},
        {"day": "2026-05-18", "amount": "35000000", "unit": "cells", "lot": "", "product": ""},
    ],
    "medications": [
        {
            "number": 1,
            "name": "Folic acid",
            "indication": "Prevention",
            "dose": "5 mg",
            "route": "ORAL",
            "frequency": "weekly",
            "started": "2026-01",
            "ended": "",
        },
        {
            "number": 2,
            "name": "Dexamethasone",
            "indication": "Reaction",
            "dose": "5 mg",
            "route": "INTRAVENOUS",
            "frequency": "once",
            "started": "2026-05-19",
            "ended": "2026-05-19",
        },
    ],
    "what_is_new": "Letter of discharge received",
    "narrative": "Chills half an hour after the start.",
    "reporter": "Zhang Wei",
    "reporter_role": "physician",
}
SENDER = Sender(
    sponsor="Provincial Hospital",
    product="Product of the arm",
    route="intravenous",
    received_on=date(2026, 5, 20),
    printed_on=date(2026, 5, 21),
)
HEAD = "SUSPECTADVERSEREACTIONREPORTCIOMSFORM"
CHINESE = "输注后半小时出现寒战和低血压，给予氧气。"


def report(**changed: Any) -> dict[str, Any]:
    """The report with other values, those of the event under their own names."""
    content = deepcopy(CONTENT)
    for name, value in changed.items():
        (content["event"] if name in content["event"] else content)[name] = value
    return content


def pages(content: dict[str, Any], *, is_draft: bool = False) -> list[str]:
    """The text of each page, without blanks: the typesetter may break a line anywhere."""
    document = pypdfium2.PdfDocument(cioms_pdf(content, SENDER, is_draft=is_draft))
    found = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return found


def test_every_box_says_what_was_signed() -> None:
    boxes = cioms_boxes(CONTENT, SENDER)
    said = {each["about"]: each["text"] for each in boxes.pop("description")}
    assert boxes == {
        "is_draft": False,
        "control_number": "NCT03265613-SAE-0007",
        "version": 2,
        "kind": "follow_up",
        "initials": "GZ-001",
        "country": "CHN",
        "age_years": 46,
        "sex": "F",
        "onset": {"day": "19", "month": "05", "year": "2026"},
        "seriousness": {
            "died": False,
            "hospital": True,
            "disability": False,
            "threat": True,
            "anomaly": False,
            "important": False,
        },
        "abated": "yes",
        "drugs": [{"product": "Adipose MSC", "lot": "AD-2301"}, {"product": "Product of the arm", "lot": ""}],
        "doses": ["35 million cells, 2026-04-20", "35 million cells, 2026-05-18"],
        "route": "intravenous",
        "indication": "Psoriasis",
        "therapy": {"first": "2026-04-20", "last": "2026-05-18"},
        "therapy_days": 29,
        "concomitant": ["Folic acid, 5 mg, Weekly, By mouth, Prevention, 2026-01 –"],
        "sponsor": "Provincial Hospital",
        "received_on": "2026-05-20",
        "printed_on": "2026-05-21",
        "is_from_professional": True,
    }
    assert said == {
        "event": "Reaction to the infusion",
        "term": "Infusion related reaction",
        "grade": "3 · Prolonged, recurrent, or hospital stay",
        "causality": (
            "cell product: Probable or likely; infusion procedure: Possible; disease: Unlikely; latex: Possible"
        ),
        "expectedness": "Unexpected",
        "action": "Infusion interrupted",
        "treatment": "Dexamethasone; Oxygen",
        "outcome": "Recovered or resolved 2026-05-20",
        "new": "Letter of discharge received",
        "narrative": "Chills half an hour after the start.",
    }


@pytest.mark.parametrize(
    ("related", "susar", "said"),
    [
        (True, True, "a relation to a treatment of the study cannot be excluded; a SUSAR"),
        (False, False, "not related to a treatment of the study; no SUSAR"),
    ],
)
def test_the_judgement_of_the_sponsor_stands_beside_that_of_the_investigator(
    related: bool, susar: bool, said: str
) -> None:
    judgement = {"related_by_sponsor": related, "expectedness": "unexpected", "is_susar": susar}
    boxes = cioms_boxes(report(expectedness="unknown"), replace(SENDER, judgement=judgement))
    found = {each["about"]: each["text"] for each in boxes["description"]}
    assert (found["sponsor"], found["expectedness"]) == (said, "Unexpected")


def test_the_form_is_english_for_every_reader() -> None:
    with override("zh-hans"):
        for_a_chinese_reader = cioms_boxes(CONTENT, SENDER)
    assert for_a_chinese_reader == cioms_boxes(CONTENT, SENDER)


@pytest.mark.parametrize(("onset", "day", "month", "year"), [("2026-05", "", "05", "2026"), ("2026", "", "", "2026")])
def test_what_is_not_known_of_the_onset_stays_empty(onset: str, day: str, month: str, year: str) -> None:
    assert cioms_boxes(report(onset=onset), SENDER)["onset"] == {"day": day, "month": month, "year": year}


@pytest.mark.parametrize(
    ("action", "outcome", "abated"),
    [
        ("drug_withdrawn", "recovering", "yes"),
        ("drug_withdrawn", "recovered_with_sequelae", "yes"),
        ("drug_interrupted", "not_recovered", "no"),
        ("drug_withdrawn", "fatal", "no"),
        ("drug_withdrawn", "unknown", ""),
        ("dose_not_changed", "recovered", "na"),
        ("not_applicable", "recovered", "na"),
        ("unknown", "recovered", ""),
    ],
)
def test_whether_the_reaction_abated_is_said_only_where_the_product_was_stopped(
    action: str, outcome: str, abated: str
) -> None:
    assert cioms_boxes(report(action_taken=action, outcome=outcome), SENDER)["abated"] == abated


def test_before_any_dose_the_product_of_the_arm_stands_alone() -> None:
    boxes = cioms_boxes(report(doses=[]), SENDER)
    assert boxes["drugs"] == [{"product": "Product of the arm", "lot": ""}]
    assert (boxes["doses"], boxes["therapy"], boxes["therapy_days"]) == ([], {"first": "", "last": ""}, None)


def test_the_printed_form_holds_every_box() -> None:
    (page,) = pages(CONTENT)
    for said in (
        "1. Patient initials (subject number) GZ-001",
        "1a. Country CHN",
        "2a. Age 46 years",
        "3. Sex female",
        "19 MAY 2026",
        "7 + 13.",
        "Severity grade: 3",
        "latex: Possible",
        "Adipose MSC, lot AD-2301",
        "35 million cells, 2026-05-18",
        "17. Indication(s) for use Psoriasis",
        "2026-04-20 – 2026-05-18",
        "Folic acid, 5 mg",
        "24a. Name and address of manufacturer (sponsor) Provincial Hospital",
        "24b. Manufacturer control no. NCT03265613-SAE-0007",
        "24c. Date received by manufacturer 2026-05-20",
        "Date of this report 2026-05-21",
        "follow-up 1",
        "NCT03265613-SAE-0007, version 2",
        "page 1 of 1",
    ):
        assert "".join(said.split()) in page
    assert "DRAFT" not in page
    assert page.count("×") == len(["hospital", "threat", "abated", "study", "professional", "follow-up"])


def test_a_draft_says_so() -> None:
    assert "DRAFT" in pages(CONTENT, is_draft=True)[0]


@pytest.mark.parametrize(
    "narrative",
    [
        (CHINESE * 400)[:6000],
        ("The subject had chills, and low blood pressure half an hour later. " * 100)[:6000],
        "\n".join(f"Line {number} of the course." for number in range(260))[:6000],
    ],
    ids=["chinese", "english", "lines"],
)
def test_a_narrative_of_6000_characters_goes_on_and_nothing_of_it_is_lost(narrative: str) -> None:
    first, *others = pages(report(narrative=narrative))
    assert others
    assert "…continuedonthecontinuationpage" in first
    assert "7+13.CONTINUATIONOFTHEDESCRIPTION" in others[0]
    assert all("SAE-0007,version2" in page for page in (first, *others))
    whole = "".join(narrative.split())
    begun = first.split("Narrative:")[1].split("…continued")[0]
    rest = "".join(page.removeprefix(HEAD) for page in others)
    for number in range(2, 2 + len(others)):
        rest = rest.replace(f"NCT03265613-SAE-0007,version2page{number}of{1 + len(others)}", "")
    assert begun + rest.removeprefix("7+13.CONTINUATIONOFTHEDESCRIPTION") == whole


def test_what_somebody_writes_is_text_and_no_instruction_to_the_typesetter() -> None:
    typed = '#panic("x") *bold* $x$ [a] @b \\ <c> // d'
    (page,) = pages(report(narrative=typed))
    assert typed.replace(" ", "") in page
