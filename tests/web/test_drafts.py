"""What somebody typed and did not save: kept for that person alone, shown again, forgotten when it is superseded."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.form_draft import FormDraft
from assessments.services.drafts import LARGEST_DRAFT
from patients.models import Visit
from patients.services.consent import withdraw_consent
from tests.factories import complete_form, make_member
from tests.web.pages import signed_in, text
from tests.worlds import screening_visit
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

PALMS = {
    "method": "palms",
    "head_palms": "3.5",
    "upper_limbs_palms": "7.0",
    "trunk_palms": "11.0",
    "lower_limbs_palms": "14.5",
}
RESTORED = "You typed this on 2026-05-20 at 12:00 and did not save it."

WORLDS = {"visit": screening_visit}


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="SCR")


def of(name: str, visit: Visit) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, "bsa"])


def typed(version: int = 0, **more: str) -> dict[str, str]:
    return {"assessed_on": "2026-05-20", "version": str(version), **PALMS, **more}


def keep(client: Client, visit: Visit, version: int = 0, **more: str) -> str:
    """What the page says of keeping it."""
    page = text(client.post(of("form-live", visit), typed(version, **more)))
    return page.split('id="draft-state"')[1].split(">", 1)[1].split("</span>")[0].strip()


def opened(client: Client, visit: Visit) -> str:
    return text(client.get(of("form-edit", visit)))


def today(client: Client, visit: Visit) -> str:
    return text(client.get(reverse("workspace:today", args=[visit.subject.site.trial.registration])))


def test_what_is_typed_is_kept_and_shown_again_with_a_notice(visit: Visit, nurse: Client) -> None:
    assert keep(nurse, visit, head_palms="4.5") == "Draft kept 12:00, seen by you only"
    page = opened(nurse, visit)
    assert RESTORED in page
    assert 'name="head_palms" value="4.5"' in page
    assert "Please look at these points" not in page


def test_nobody_else_sees_what_is_typed(visit: Visit, nurse: Client, doctor: Client) -> None:
    keep(nurse, visit, head_palms="4.5")
    page = opened(doctor, visit)
    assert "did not save it" not in page
    assert 'value="4.5"' not in page


def test_each_person_has_a_draft_of_a_form_and_a_newer_one_replaces_it(
    visit: Visit, nurse: Client, doctor: Client
) -> None:
    for client, palms in ((nurse, "4.5"), (nurse, "5.5"), (doctor, "6.5")):
        keep(client, visit, head_palms=palms)
    assert FormDraft.objects.count() == 2
    assert 'name="head_palms" value="5.5"' in opened(nurse, visit)
    assert 'name="head_palms" value="6.5"' in opened(doctor, visit)


@pytest.mark.parametrize("more", [{}, {"complete": "1"}], ids=["as draft", "as complete"])
def test_ones_own_save_ends_the_draft(visit: Visit, nurse: Client, doctor: Client, more: dict[str, str]) -> None:
    keep(nurse, visit, head_palms="4.5")
    keep(doctor, visit, head_palms="6.5")
    nurse.post(of("form-edit", visit), typed(head_palms="4.5", **more))
    assert [draft.data["head_palms"] for draft in FormDraft.objects.all()] == [["6.5"]]
    assert "did not save it" not in opened(nurse, visit)


def test_a_form_that_was_not_done_ends_the_draft(visit: Visit, nurse: Client) -> None:
    keep(nurse, visit, head_palms="4.5")
    nurse.post(of("form-not-done", visit), {"version": "0", "reason_not_done": "Left early"})
    assert not FormDraft.objects.exists()


def test_a_draft_is_discarded_on_demand(visit: Visit, nurse: Client, coordinator: User) -> None:
    complete_form(visit, "bsa", coordinator)
    keep(nurse, visit, 1, head_palms="4.5")
    page = text(nurse.post(of("form-discard", visit), follow=True))
    assert "the form is as it was saved" in page
    assert 'name="head_palms" value="3.5"' in page
    assert not FormDraft.objects.exists()


def test_what_is_stored_already_is_no_draft(visit: Visit, nurse: Client, coordinator: User) -> None:
    complete_form(visit, "bsa", coordinator)
    keep(nurse, visit, 1, head_palms="4.5")
    assert keep(nurse, visit, 1, head_palms="3.5") == "As it is saved"
    assert not FormDraft.objects.exists()
    assert "did not save it" not in opened(nurse, visit)


def test_a_draft_that_a_save_has_made_equal_gives_no_notice(visit: Visit, nurse: Client, investigator: User) -> None:
    keep(nurse, visit)
    complete_form(visit, "bsa", investigator)
    assert "did not save it" not in opened(nurse, visit)


def test_a_draft_that_is_overtaken_is_shown_beside_what_is_stored(
    visit: Visit, nurse: Client, investigator: User
) -> None:
    keep(nurse, visit, head_palms="4.5")
    complete_form(visit, "bsa", investigator)
    for _time in range(2):  # also after more is typed into that page: what is undecided stays so
        page = opened(nurse, visit)
        assert RESTORED in page
        assert f"{investigator.full_name} has saved this form since you opened it" in page
        assert 'name="choose__head_palms"' in page
        keep(nurse, visit, 1, head_palms="4.5", trunk_palms="9.0", choose__head_palms="typed")


def test_who_types_is_told_that_somebody_has_saved_meanwhile(visit: Visit, nurse: Client, investigator: User) -> None:
    complete_form(visit, "bsa", investigator)
    assert f"{investigator.full_name} has saved this form meanwhile" in keep(nurse, visit, head_palms="4.5")


def test_a_request_that_comes_in_behind_ones_own_save_leaves_no_draft(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    complete_form(visit, "bsa", coordinator)
    assert keep(nurse, visit, head_palms="4.5").startswith("Not kept: you have saved this form elsewhere")
    assert not FormDraft.objects.exists()


def test_what_cannot_be_read_as_a_value_is_kept_too(visit: Visit, nurse: Client) -> None:
    keep(nurse, visit, head_palms="abc", assessed_on="soon")
    page = opened(nurse, visit)
    assert RESTORED in page
    assert 'name="head_palms" value="abc"' in page
    assert 'value="soon"' in page


def test_a_post_larger_than_any_form_is_not_kept(visit: Visit, nurse: Client) -> None:
    assert keep(nurse, visit, head_palms="4" * LARGEST_DRAFT) == "Not kept: too much text for a draft. Save it"
    assert not FormDraft.objects.exists()


def test_nothing_is_kept_after_consent_was_withdrawn(visit: Visit, nurse: Client, coordinator: User) -> None:
    subject = visit.subject
    withdraw_consent(subject=subject, withdrawn_on=subject.site.today(), scope="data_use", reason="", by=coordinator)
    assert nurse.post(of("form-live", visit), typed(head_palms="4.5")).status_code == 409
    assert not FormDraft.objects.exists()


def test_nothing_is_kept_of_people_who_may_not_enter_data(visit: Visit, site: Site) -> None:
    monitor = signed_in(make_member("monitor", site))
    assert monitor.post(of("form-live", visit), typed(head_palms="4.5")).status_code == 403
    assert Client().post(of("form-live", visit), typed(head_palms="4.5")).status_code == 401
    assert not FormDraft.objects.exists()


def test_today_lists_what_its_reader_typed_and_did_not_save(visit: Visit, nurse: Client, doctor: Client) -> None:
    assert "typed by you and not saved" not in today(nurse, visit)
    keep(nurse, visit, head_palms="4.5")
    page = today(nurse, visit)
    assert of("form-edit", visit) in page
    assert page.count("typed by you and not saved") == 1
    assert of("form-edit", visit) not in today(doctor, visit)


def test_today_lists_a_form_once_that_is_both_begun_and_typed_into(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit), typed())
    keep(nurse, visit, 1, head_palms="4.5")
    assert today(nurse, visit).count(of("form-edit", visit)) == 1
