"""The pages of PASI, BSA, global assessment and itch: figure, live values, and what is saved."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.registry import INSTRUMENTS
from patients.models import Visit
from tests.factories import (
    complete_form,
    make_subject,
    make_trial_asking_for,
    take_place,
    values_for,
)
from tests.web.pages import words
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

CODES = ("pasi", "bsa", "pga", "pruritus_vas")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def levels() -> int:
    return 6


@pytest.fixture
def trial(db: None, levels: int) -> Trial:
    return make_trial_asking_for(*CODES, pga_levels=levels)


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def source(response: Any) -> str:
    return " ".join(response.content.decode().split())


def of(name: str, visit: Visit, code: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def typed(code: str, visit: Visit, **changed: str) -> dict[str, str]:
    values = {name: str(value) for name, value in values_for(code, visit).items()}
    return {"assessed_on": "2026-05-20", "version": "0", **values, **changed}


def stored(visit: Visit, code: str) -> Any:
    return INSTRUMENTS[code].model._default_manager.filter(visit=visit).first()


def shades(page: str, region: str) -> set[str]:
    """How a region of the figure is shaded, on both sides of the body."""
    return set(re.findall(rf'class="body-region shade-(\w+)" data-region="{region}"', page))


def test_the_figure_has_no_shade_before_anything_is_scored(visit: Visit, nurse: Client) -> None:
    page = nurse.get(of("form-edit", visit, "pasi"))
    assert shades(source(page), "trunk") == {"none"}
    assert words(page).count("no area yet") == 4


def test_the_figure_is_shaded_by_area_score_and_says_it_in_words(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    complete_form(visit, "pasi", coordinator, trunk_area=5)
    page = nurse.get(of("form-edit", visit, "pasi"))
    assert (shades(source(page), "trunk"), shades(source(page), "head")) == ({"5"}, {"3"})
    assert "Trunk 5 70–&lt;90 % · 13.5" in words(page)


def test_a_region_of_the_figure_leads_to_its_row(visit: Visit, nurse: Client) -> None:
    page = source(nurse.get(of("form-edit", visit, "pasi")))
    for region in ("head", "upper_limbs", "trunk", "lower_limbs"):
        assert f'href="#id_{region}_erythema_0"' in page
        assert f'id="id_{region}_erythema_0"' in page


def test_the_figure_comes_along_with_the_live_values_and_only_then_takes_the_place_of_another(
    visit: Visit, nurse: Client
) -> None:
    live = source(nurse.post(of("form-live", visit, "pasi"), typed("pasi", visit, trunk_area="6"), **HTMX))
    assert live.count('id="body-map"') == 1
    assert 'hx-swap-oob="true"' in live
    assert shades(live, "trunk") == {"6"}
    page = source(nurse.get(of("form-edit", visit, "pasi")))
    assert page.count('id="body-map"') == 1
    assert "hx-swap-oob" not in page


def test_a_contradiction_leaves_the_figure_as_typed(visit: Visit, nurse: Client) -> None:
    live = nurse.post(of("form-live", visit, "pasi"), typed("pasi", visit, trunk_area="0"), **HTMX)
    assert shades(source(live), "trunk") == {"0"}
    assert "a sign is scored, but the area is 0" in words(live)


def test_what_may_stand_beside_a_pasi_is_folded_away_until_it_is_used(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    assert '<details class="pasi-more">' in source(nurse.get(of("form-edit", visit, "pasi")))
    complete_form(visit, "pasi", coordinator, trunk_percent=Decimal(40))
    assert '<details class="pasi-more" open>' in source(nurse.get(of("form-edit", visit, "pasi")))


def test_a_percent_that_contradicts_its_score_is_refused_at_the_score(visit: Visit, nurse: Client) -> None:
    response = nurse.post(of("form-edit", visit, "pasi"), typed("pasi", visit, trunk_percent="55", complete="1"))
    assert response.status_code == 422
    assert "55 % of the region is the area score 4, but 3 is scored" in words(response)
    assert stored(visit, "pasi") is None


def test_a_total_from_paper_is_kept_with_a_word_of_explanation(visit: Visit, nurse: Client) -> None:
    data = typed("pasi", visit, paper_total="26.0", complete="1")
    response = nurse.post(of("form-edit", visit, "pasi"), data)
    assert "The paper says 26.0, but these scores add up to 27.0." in words(response)
    nurse.post(of("form-edit", visit, "pasi"), {**data, "confirm__paper_total_differs": "Slip on the paper"})
    assert (stored(visit, "pasi").paper_total, stored(visit, "pasi").total) == (Decimal("26.0"), Decimal("27.0"))


def test_a_new_bsa_begins_with_the_palm_method(visit: Visit, nurse: Client) -> None:
    page = source(nurse.get(of("form-edit", visit, "bsa")))
    assert re.search(r'name="method" value="palms"[^>]*checked', page)


def test_a_bsa_by_regions_is_typed_and_read(visit: Visit, nurse: Client) -> None:
    percents = {f"{r}_percent": p for r, p in zip(("head", "upper_limbs", "trunk", "lower_limbs"), "1234", strict=True)}
    data = {"assessed_on": "2026-05-20", "version": "0", "method": "regions", **percents}
    page = words(nurse.post(of("form-edit", visit, "bsa"), {**data, "complete": "1"}, follow=True))
    assert "percent of each region" in page
    assert stored(visit, "bsa").percent == Decimal("3.0")


def test_a_bsa_asks_only_for_what_its_method_needs(visit: Visit, nurse: Client) -> None:
    def hidden(response: Any) -> set[str]:
        found = re.search(r'data-unasked="([^"]*)"', response.content.decode())
        assert found
        return set(found[1].split())

    percents = {f"{region}_percent" for region in ("head", "upper_limbs", "trunk", "lower_limbs")}
    palms = {name.replace("percent", "palms") for name in percents}
    assert hidden(nurse.get(of("form-edit", visit, "bsa"))) == percents
    sent = {"assessed_on": "2026-05-20", "version": "0", "method": "regions"}
    assert hidden(nurse.post(of("form-live", visit, "bsa"), sent)) == palms


def test_the_bsa_shows_what_the_pasi_of_the_visit_allows(visit: Visit, nurse: Client, coordinator: User) -> None:
    address, data = of("form-live", visit, "bsa"), typed("bsa", visit)
    assert "The PASI areas allow" not in words(nurse.post(address, data))
    complete_form(visit, "pasi", coordinator)
    assert "The PASI areas allow 30 to 50 %" in words(nurse.post(address, data))
    assert "The PASI areas allow 30 to 50 %" in words(nurse.get(of("form-edit", visit, "bsa")))


def test_the_itch_is_shown_with_its_band_and_where_it_was_marked(visit: Visit, nurse: Client) -> None:
    data = typed("pruritus_vas", visit)
    assert "Severity of itch moderate itch" in words(nurse.post(of("form-live", visit, "pruritus_vas"), data))
    page = words(nurse.post(of("form-edit", visit, "pruritus_vas"), {**data, "complete": "1"}, follow=True))
    assert "line of 100 mm on paper" in page


def test_without_a_script_the_itch_is_a_number(visit: Visit, nurse: Client) -> None:
    page = source(nurse.get(of("form-edit", visit, "pruritus_vas")))
    shown = re.sub(r"<template.*?</template>", "", page)
    assert 'name="mark_mm"' in shown
    assert 'type="range"' not in shown


def test_a_scale_of_six_levels_offers_six_and_asks_for_signs(visit: Visit, nurse: Client) -> None:
    page = nurse.get(of("form-edit", visit, "pga"))
    assert re.findall(r'name="static_pga" value="(\d)"', source(page)) == ["0", "1", "2", "3", "4", "5"]
    assert "1 · minimal" in words(page)
    assert 'name="infiltration"' in source(page)


@pytest.mark.parametrize("levels", [5])
def test_a_scale_of_five_levels_offers_five_under_their_own_names(visit: Visit, nurse: Client) -> None:
    page = nurse.get(of("form-edit", visit, "pga"))
    assert re.findall(r'name="static_pga" value="(\d)"', source(page)) == ["0", "1", "2", "3", "4"]
    assert "1 · almost clear" in words(page)
    assert 'name="infiltration"' not in source(page)
    refused = nurse.post(of("form-edit", visit, "pga"), typed("pga", visit, static_pga="5"))
    assert refused.status_code == 422
    read = nurse.post(of("form-edit", visit, "pga"), typed("pga", visit, static_pga="4", complete="1"), follow=True)
    assert "4 · severe" in words(read)
    assert "5 · levels, 0 to 4" in words(read)
    history = nurse.get(of("form-history", visit, "pga") + "?item=static_pga")
    assert "4 · severe" in words(history)
