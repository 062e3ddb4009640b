"""Which draft belongs to which form, visit and person, and what of a page it holds."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES
from assessments.form_draft import FormDraft
from patients.models import Visit
from patients.services.consent import withdraw_consent
from tests.factories import (
    complete_form,
    make_randomised_trial,
    make_site,
    make_subject,
    results_for,
    take_place,
    values_for,
)
from tests.web.pages import text
from trials.models import Site
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")

PALMS = {
    "method": "palms",
    "head_palms": "3.5",
    "upper_limbs_palms": "7.0",
    "trunk_palms": "11.0",
    "lower_limbs_palms": "14.5",
}
RESTORED = "You typed this on 2026-05-20 at 12:00 and did not save it."


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def of(name: str, visit: Visit, code: str = "bsa") -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def typed(version: int = 0, **more: str) -> dict[str, str]:
    return {"assessed_on": "2026-05-20", "version": str(version), **PALMS, **more}


def keep(client: Client, visit: Visit, version: int = 0, **more: str) -> None:
    assert client.post(of("form-live", visit), typed(version, **more)).status_code == 200


def opened(client: Client, visit: Visit, code: str = "bsa") -> str:
    return text(client.get(of("form-edit", visit, code)))


def today(client: Client, visit: Visit) -> str:
    return text(client.get(reverse("workspace:today", args=[visit.subject.site.trial.registration])))


@pytest.fixture
def three_drafts(visit: Visit, nurse: Client, coordinator: User) -> Visit:
    """Drafts of the nurse: two forms of one visit, and one of them at a visit of another subject, which is returned."""
    other = take_place(make_subject(visit.subject.site, coordinator), "SCR", coordinator)
    nurse.post(of("form-live", visit, "pasi"), {"assessed_on": "2026-05-20", "version": "0", "head_area": "5"})
    keep(nurse, visit, head_palms="4.5")
    keep(nurse, other, head_palms="8.5")
    return other


def kept() -> set[tuple[int, str]]:
    return set(FormDraft.objects.values_list("visit_id", "form_code"))


def test_a_draft_is_shown_in_its_own_form_and_visit_only(
    visit: Visit, three_drafts: Visit, nurse: Client, coordinator: User
) -> None:
    assert 'name="head_palms" value="4.5"' in opened(nurse, visit)
    assert 'name="head_palms" value="8.5"' in opened(nurse, three_drafts)
    third = take_place(make_subject(visit.subject.site, coordinator), "SCR", coordinator)
    for where, code in ((visit, "vital_signs"), (third, "bsa")):
        assert "did not save it" not in opened(nurse, where, code)


@pytest.mark.parametrize("ending", ["form-edit", "form-discard", "form-not-done"])
def test_the_end_of_one_draft_leaves_those_of_other_forms_and_visits(
    visit: Visit, three_drafts: Visit, nurse: Client, ending: str
) -> None:
    nurse.post(of(ending, visit), typed(reason_not_done="Left early"))
    assert kept() == {(visit.pk, "pasi"), (three_drafts.pk, "bsa")}


def test_a_newer_draft_is_based_on_the_version_its_page_was_opened_at(
    visit: Visit, nurse: Client, investigator: User
) -> None:
    keep(nurse, visit, head_palms="4.5")
    complete_form(visit, "bsa", investigator)
    with time_machine.travel(datetime(2026, 5, 20, 4, 10, tzinfo=UTC), tick=False):
        keep(nurse, visit, 1, head_palms="5.5")
    draft = FormDraft.objects.get()
    assert (draft.based_on, draft.data["head_palms"]) == (1, ["5.5"])
    assert "You typed this on 2026-05-20 at 12:10 and did not save it." in opened(nurse, visit)


def test_a_save_that_changes_nothing_ends_the_draft(visit: Visit, nurse: Client, coordinator: User) -> None:
    complete_form(visit, "bsa", coordinator)
    keep(nurse, visit, 1, head_palms="4.5")
    nurse.post(of("form-edit", visit), typed(1, complete="1"))
    assert not FormDraft.objects.exists()


def test_a_draft_is_not_discarded_by_opening_an_address(visit: Visit, nurse: Client) -> None:
    keep(nurse, visit, head_palms="4.5")
    assert nurse.get(of("form-discard", visit)).status_code == 405
    assert FormDraft.objects.exists()


@pytest.mark.parametrize(
    "alone",
    [{"head_palms": "abc"}, {"assessed_on": "2026-05-19"}, {"missing__trunk_palms": "refused"}],
    ids=["no value", "another day", "a reason for no value"],
)
def test_a_form_with_nothing_else_typed_keeps_it(visit: Visit, nurse: Client, alone: dict[str, str]) -> None:
    nurse.post(of("form-live", visit), {"assessed_on": "2026-05-20", "version": "0", **alone})
    assert RESTORED in opened(nurse, visit)


def test_what_cannot_be_read_in_a_line_is_kept_too(visit: Visit, nurse: Client) -> None:
    line = {"conditions-keys": "1", "conditions-1-started_on": "in spring"}
    nurse.post(of("form-live", visit, "medical_history"), {"assessed_on": "2026-05-20", "version": "0", **line})
    page = opened(nurse, visit, "medical_history")
    assert RESTORED in page
    assert 'name="conditions-1-started_on" value="in spring"' in page


def test_an_explanation_that_is_all_one_types_is_kept(visit: Visit, nurse: Client) -> None:
    flat = {f"head_{sign}": 0 for sign in ("erythema", "induration", "desquamation")}
    scores = {"assessed_on": "2026-05-20", **values_for("pasi", visit), **flat}
    name = "confirm__head_area_without_signs"
    nurse.post(of("form-edit", visit, "pasi"), {**scores, name: "Pigment only", "version": "0", "complete": "1"})
    nurse.post(of("form-live", visit, "pasi"), {**scores, name: "Pigment and scars", "version": "1"})
    page = opened(nurse, visit, "pasi")
    assert RESTORED in page
    assert 'value="Pigment and scars"' in page


def test_only_what_is_typed_is_kept(visit: Visit, nurse: Client) -> None:
    keep(nurse, visit, head_palms="4.5", csrfmiddlewaretoken="secret", draft="1", complete="1")
    assert set(FormDraft.objects.get().data) == {"assessed_on", *PALMS}


def test_today_lists_nothing_typed_about_a_subject_whose_data_may_not_be_used(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    keep(nurse, visit, head_palms="4.5")
    assert of("form-edit", visit) in today(nurse, visit)
    subject = visit.subject
    withdraw_consent(subject=subject, withdrawn_on=subject.site.today(), scope="data_use", reason="", by=coordinator)
    assert of("form-edit", visit) not in today(nurse, visit)


def test_today_lists_nothing_typed_in_another_trial(visit: Visit, nurse: Client, coordinator: User) -> None:
    elsewhere = make_site(make_randomised_trial())
    delegate(
        user=coordinator, trial=elsewhere.trial, role=ROLES["coordinator"], site=elsewhere, by=User.objects.system()
    )
    keep(nurse, visit, head_palms="4.5")
    other = reverse("workspace:today", args=[elsewhere.trial.registration])
    assert "typed by you and not saved" in today(nurse, visit)
    assert "typed by you and not saved" not in text(nurse.get(other))


def test_units_that_a_form_proposes_are_nothing_typed(visit: Visit, nurse: Client) -> None:
    proposed = {f"results-{row['row_key']}-unit": row["unit"] for row in results_for("laboratory", visit)}
    sent = {"assessed_on": "2026-05-20", "version": "0", **proposed}
    assert "Nothing typed yet" in text(nurse.post(of("form-live", visit, "laboratory"), sent))
    assert not FormDraft.objects.exists()
