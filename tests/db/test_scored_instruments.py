"""PASI, BSA and the global assessment, stored: what the visit before and the protocol bring into a form, and what the
database refuses or takes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from assessments.context import context_of
from assessments.form_data import FormData
from assessments.registry import INSTRUMENTS
from audit.context import acting
from clinical.body_regions import BodyRegion
from patients.models import Finding, Visit
from tests.factories import (
    complete_form,
    infused_subject,
    make_subject,
    make_trial_asking_for,
    take_place,
)
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
NO_PALMS = dict.fromkeys(f"{region}_palms" for region in BodyRegion)
PERCENTS = {f"{region}_percent": Decimal(percent) for region, percent in zip(BodyRegion, (0, 25, 33, 90), strict=True)}


@pytest.fixture
def levels() -> int:
    return 6


@pytest.fixture
def trial(db: None, levels: int) -> Trial:
    return make_trial_asking_for("pga", pga_levels=levels)


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def change_by_hand(form: FormData, change: str, by: User) -> None:
    with (
        transaction.atomic(),
        acting(by=by, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {form._meta.db_table} SET {change} WHERE id = %s", [form.pk])


def test_the_newest_number_of_an_earlier_day_is_known_with_its_day(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    complete_form(take_place(subject, "W4", investigator, on=TODAY - timedelta(days=32)), "pasi", investigator)
    later = take_place(subject, "W8", investigator, on=TODAY - timedelta(days=3))
    known = context_of(later, INSTRUMENTS["pasi"]).previous
    assert known["pasi_total"] == (Decimal("27.0"), TODAY - timedelta(days=32))
    assert "infusion_lot" not in known


def test_neither_the_same_visit_nor_a_later_one_is_previous(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    for code, days_ago in (("W4", 32), ("W8", 4)):
        visit = take_place(subject, code, investigator, on=TODAY - timedelta(days=days_ago))
        complete_form(visit, "bsa", investigator)
    [first, second] = subject.visits.filter(code__in=("W4", "W8")).order_by("position")
    assert "bsa_percent" in context_of(second, INSTRUMENTS["pasi"]).previous
    assert context_of(first, INSTRUMENTS["pasi"]).previous["bsa_percent"][1] < TODAY - timedelta(days=32)


def test_a_pasi_a_few_days_after_one_twice_as_high_asks_for_a_word(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    complete_form(take_place(subject, "W4", investigator, on=TODAY - timedelta(days=31)), "pasi", investigator)
    soon = take_place(subject, "W8", investigator, on=TODAY - timedelta(days=26))
    small = dict.fromkeys((f"{region}_area" for region in BodyRegion), 1)
    with pytest.raises(ValidationError, match="a change by half or more in 5 days"):
        complete_form(soon, "pasi", investigator, **small)


def test_palms_beside_a_bsa_by_regions_are_kept_and_asked_about(visit: Visit, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="it is not asked for any more"):
        complete_form(visit, "bsa", coordinator, method="regions", **PERCENTS)


def test_a_bsa_by_regions_is_stored_and_published(visit: Visit, coordinator: User) -> None:
    form: Any = complete_form(visit, "bsa", coordinator, method="regions", **NO_PALMS, **PERCENTS)
    # 0.2 x 25 + 0.3 x 33 + 0.4 x 90
    assert form.percent == Decimal("50.9")
    assert Finding.objects.get(visit=visit, test_code="bsa_percent").number == Decimal("50.9")


def test_the_database_rounds_half_a_tenth_up_as_the_score_does(visit: Visit, coordinator: User) -> None:
    halves = {**PERCENTS, "upper_limbs_percent": Decimal("25.2"), "trunk_percent": Decimal("33.7")}
    form: Any = complete_form(visit, "bsa", coordinator, method="regions", **NO_PALMS, **halves)
    # 5.04 + 10.11 + 36 = 51.15
    assert form.percent == Decimal("51.2")


@pytest.mark.parametrize("change", ["percent = 50.8", "trunk_percent = 34", "head_percent = NULL", "method = 'palms'"])
def test_the_database_refuses_a_bsa_that_its_regions_do_not_give(visit: Visit, coordinator: User, change: str) -> None:
    form = complete_form(visit, "bsa", coordinator, method="regions", **NO_PALMS, **PERCENTS)
    with pytest.raises(IntegrityError, match="bsa_percent_follows_from_its_method"):
        change_by_hand(form, change, coordinator)


def test_the_database_takes_palms_of_a_form_stored_before_there_was_a_method(visit: Visit, coordinator: User) -> None:
    form: Any = complete_form(visit, "bsa", coordinator)
    change_by_hand(form, "method = ''", coordinator)
    form.refresh_from_db()
    assert (form.method, form.percent) == ("", Decimal("36.0"))


@pytest.mark.parametrize("percent", ["30", "49.9"])
def test_the_database_takes_a_percent_that_its_area_score_means(visit: Visit, coordinator: User, percent: str) -> None:
    form: Any = complete_form(visit, "pasi", coordinator, trunk_percent=Decimal(percent), paper_total=Decimal("27.0"))
    form.refresh_from_db()
    assert (form.trunk_percent, form.paper_total) == (Decimal(percent), Decimal("27.0"))


def test_a_draft_may_have_a_percent_before_its_area_score(visit: Visit, coordinator: User) -> None:
    form: Any = complete_form(visit, "pasi", coordinator, head_percent=Decimal(40))
    change_by_hand(form, "head_area = NULL", coordinator)
    form.refresh_from_db()
    assert (form.head_area, form.head_percent) == (None, Decimal(40))


@pytest.mark.parametrize("levels", [5])
def test_a_level_is_kept_with_the_scale_of_its_protocol(visit: Visit, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="The scale of this protocol ends at 4"):
        complete_form(visit, "pga", coordinator, static_pga=5)
    form: Any = complete_form(visit, "pga", coordinator, static_pga=4)
    assert (form.static_pga, form.scale) == (4, 5)
    with pytest.raises(IntegrityError, match="pga_level_is_on_its_scale"):
        change_by_hand(form, "static_pga = 5", coordinator)


def test_the_database_takes_a_level_stored_before_there_was_a_choice_of_scales(visit: Visit, coordinator: User) -> None:
    form: Any = complete_form(visit, "pga", coordinator)
    change_by_hand(form, "static_pga = 5, scale = NULL", coordinator)
    form.refresh_from_db()
    assert (form.static_pga, form.scale) == (5, None)
