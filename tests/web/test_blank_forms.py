"""Blank forms to print: the list, one form as a page and as a PDF, the blank casebook."""

import re
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import make_member, make_trial_asking_for
from tests.web.pages import signed_in, words
from trials.models import Trial


def address(name: str, trial: Trial, *rest: str, **query: str) -> str:
    return reverse(f"assessments:{name}", args=[trial.registration, *rest], query=query)


def pages_of(response: Any) -> list[str]:
    assert response.headers["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(response.content)
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return pages


def test_the_list_offers_every_form_of_every_visit_as_a_page_and_as_a_pdf(trial: Trial, nurse: Client) -> None:
    page = nurse.get(address("blank-forms", trial)).content.decode().replace("&amp;", "&")
    for name in ("blank-form", "blank-form-pdf"):
        assert f'href="{address(name, trial, "pasi", version="1.0", visit="W4")}"' in page
        assert f'href="{address(name, trial, "pasi", version="1.0")}"' in page
        assert f'href="{address(name, trial, "infusion", version="1.0", visit="W12")}"' not in page
    assert f'href="{address("blank-casebook-pdf", trial, version="1.0")}"' in page


def test_protocol_page_and_casebook_lead_to_the_blank_forms(trial: Trial, nurse: Client) -> None:
    page = nurse.get(reverse("workspace:protocol", args=[trial.registration])).content.decode()
    assert f'href="{address("blank-forms", trial)}"' in page


def test_a_form_names_trial_version_and_visit_and_leaves_the_subject_open(trial: Trial, nurse: Client) -> None:
    page = words(nurse.get(address("blank-form", trial, "vital_signs", visit="W4")))
    for said in (f"Trial {trial.registration}", "Protocol version 1.0", "Week 4", "Subject number", "initials"):
        assert said in page


def test_a_form_of_no_visit_in_particular_leaves_the_visit_open(trial: Trial, nurse: Client) -> None:
    page = nurse.get(address("blank-form", trial, "vital_signs")).content.decode()
    assert '<dd class="blank-rule"></dd>' in re.sub(r"\s+", " ", page).split("Visit</dt>")[1][:60].replace("> <", "><")
    assert "Week" not in words(nurse.get(address("blank-form", trial, "vital_signs"))).split("Subject number")[0]


def test_the_pdf_says_what_the_page_says(trial: Trial, nurse: Client) -> None:
    pdf = pages_of(nurse.get(address("blank-form-pdf", trial, "vital_signs", visit="W4")))
    assert len(pdf) == 1
    for said in ("Vital signs", trial.registration, "Week 4", "mmHg", "No value:", "vital_signs", "page 1 of 1"):
        assert said in pdf[0]


def test_the_pdf_is_in_the_language_of_the_reader(trial: Trial, nurse: Client) -> None:
    nurse.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    pdf = pages_of(nurse.get(address("blank-form-pdf", trial, "pasi", visit="W4")))
    assert "第4周" in pdf[0].replace(" ", "")


def test_the_casebook_has_all_forms_in_the_order_of_the_visits(trial: Trial, nurse: Client) -> None:
    pages = pages_of(nurse.get(address("blank-casebook-pdf", trial)))
    assert f"page 1 of {len(pages)}" in pages[0]
    assert "Demographics" in pages[0]
    first_infusion = next(place for place, page in enumerate(pages) if "Infusion" in page and "Week 0" in page)
    second_infusion = next(place for place, page in enumerate(pages) if "Infusion" in page and "Week 4" in page)
    assert 0 < first_infusion < second_infusion


@pytest.mark.parametrize("name", ["blank-form", "blank-form-pdf"])
@pytest.mark.parametrize(
    ("form", "query"),
    [("nothing", {}), ("pasi", {"visit": "W99"}), ("infusion", {"visit": "W12"}), ("pasi", {"version": "9"})],
)
def test_a_form_visit_or_version_that_is_not_in_the_protocol_is_not_found(
    trial: Trial, nurse: Client, name: str, form: str, query: dict[str, str]
) -> None:
    assert nurse.get(address(name, trial, form, **query)).status_code == 404


def test_a_version_that_does_not_exist_has_no_forms_and_no_casebook(trial: Trial, nurse: Client) -> None:
    for name in ("blank-forms", "blank-casebook-pdf"):
        assert nurse.get(address(name, trial, version="9")).status_code == 404


MM = 72 / 25.4
"""Points of a PDF in a millimetre."""


def test_the_line_of_the_itch_scale_is_100_mm_long_on_paper(trial: Trial, nurse: Client) -> None:
    response = nurse.get(address("blank-form-pdf", trial, "pruritus_vas", visit="W4"))
    document = pypdfium2.PdfDocument(response.content)
    paths = document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH], max_depth=5)
    boxes = [[side / MM for side in path.get_bounds()] for path in paths]
    # The two upright strokes at the ends of the line; their bounds include the width of the stroke.
    ends = [(left + right) / 2 for left, bottom, right, top in boxes if right - left < 1 and 5 <= top - bottom < 6]
    assert len(ends) == 2
    assert max(ends) - min(ends) == pytest.approx(100, abs=0.05)
    assert [round(side / MM) for side in document[0].get_size()] == [210, 297]
    document.close()


def test_the_page_draws_the_same_line(trial: Trial, nurse: Client) -> None:
    assert 'width="100mm"' in nurse.get(address("blank-form", trial, "pruritus_vas")).content.decode()


def test_a_panel_prints_the_lines_and_units_that_the_protocol_asks(trial: Trial, nurse: Client) -> None:
    page = words(nurse.get(address("blank-form", trial, "laboratory")))
    pdf = " ".join(pages_of(nurse.get(address("blank-form-pdf", trial, "laboratory"))))
    for said in (page, pdf):
        assert "Total calcium" in said and "Cystatin C" in said and "µmol/L" in said
        assert "Interleukin" not in said and "Platelets" in said
    assert page.index("Platelets") < page.index("10^9/L") < page.index("White blood cells")


@pytest.mark.parametrize(("levels", "worst"), [(5, "4 severe"), (6, "5 severe")])
def test_a_global_assessment_is_printed_on_the_scale_of_the_protocol(db: None, levels: int, worst: str) -> None:
    trial = make_trial_asking_for("pga", pga_levels=levels)
    page = words(signed_in(make_member("administrator", trial=trial)).get(address("blank-form", trial, "pga")))
    # The three signs beside it have steps of their own.
    overall = page[page.index("Overall psoriasis today") : page.index("The three signs")]
    assert [said for said in ("4 severe", "5 severe") if said in overall] == [worst]
