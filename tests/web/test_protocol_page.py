"""The protocol as people read it, and who stands on which version."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.registry import catalogue
from patients.services.allocation import make_allocation_list
from protocols.loader import STUDIES, read_folder
from tests.factories import make_member, make_site, make_subject, make_trial, system
from tests.web.pages import signed_in, text
from trials.models import ProtocolVersion, Site, Trial
from trials.services import load_protocol

CALL = """
[[visit]]
code = "W36"
name = "Week 36: telephone call"
name_zh = "第36周"
epoch = "follow_up"
relative_to = "W0"
target = "P252D"
pre_window = "P7D"
post_window = "P7D"
forms = ["pasi"]
by_phone = true

[unscheduled]"""


@pytest.fixture
def randomised() -> Trial:
    return make_trial("NCT03424629")


@pytest.fixture
def reader(trial: Trial) -> Client:
    return signed_in(make_member("monitor", trial=trial))


@pytest.fixture
def amended(trial: Trial) -> ProtocolVersion:
    """Version 1.1: more subjects, one more visit, a stricter criterion."""
    return next_version(
        trial,
        "1.1",
        ("protocol.toml", "planned_subjects = 7", "planned_subjects = 12"),
        ("visits.toml", "[unscheduled]", CALL),
        ("criteria.toml", "calcium_mmol_l > 2.9", "calcium_mmol_l > 2.8"),
    )


def next_version(trial: Trial, version: str, *changes: tuple[str, str, str]) -> ProtocolVersion:
    files = read_folder(STUDIES / trial.registration / "1.0")
    for file, old, new in (("protocol.toml", 'version = "1.0"', f'version = "{version}"'), *changes):
        assert files[file].count(old) == 1, old
        files[file] = files[file].replace(old, new)
    return load_protocol(files=files, catalogue=catalogue(), by=system())[0]


def reading(trial: Trial) -> Client:
    return signed_in(make_member("monitor", trial=trial))


def page_of(client: Client, trial: Trial, version: str = "") -> str:
    response = client.get(reverse("workspace:protocol", args=[trial.registration]), {"version": version})
    assert response.status_code == 200
    return text(response)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def schedule_row(page: str, code: str) -> list[str]:
    """The cells of a visit's row, what is asked for as its label or the codes of the arms."""
    found = re.search(rf'<tr> <th scope="row"> <span class="code">{code}</span>.*?</tr>', page)
    assert found, code
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", found[0])
    return [plain(re.sub(r'<svg[^>]*aria-label="([^"]+)".*?</svg>', r"\1", cell)) for cell in cells]


def form_titles(page: str) -> list[str]:
    return re.findall(r'class="form-name"><span>(.*?)</span>', page)


def test_the_synopsis_names_arms_doses_and_the_way_into_an_arm(db: None, randomised: Trial) -> None:
    page = plain(page_of(reading(randomised), randomised))
    for words in (
        "Tianjin Ever Union Biotechnology",
        "Phase 1",
        "Planned subjects 57",
        "At random, 1 : 1 : 1, stratified by site default",
        "Low-dose UC-MSCs LOW",
        "1 million cells/kg intravenous W0, W1, W2, W3, W5, W7",
        "5 to 25 mg oral W0, W1, W2, W3, W5, W7, W12, W15",
        "it does not say how often a dose is taken",
    ):
        assert words in page


def test_the_page_says_nothing_of_the_list_that_arms_are_given_from(db: None, randomised: Trial) -> None:
    make_site(randomised)
    client = reading(randomised)
    before = page_of(client, randomised)
    made = make_allocation_list(trial=randomised, block_sizes=[3, 6], by=system())
    after = page_of(client, randomised)
    assert made.seed not in after
    assert plain(after) == plain(before)


def test_the_schedule_shows_each_visit_with_day_window_and_forms(reader: Client, trial: Trial) -> None:
    page = page_of(reader, trial)
    forms = form_titles(page)
    name, planned, window, *cells = schedule_row(page, "W12")
    assert name == "W12 Week 12: end of treatment period"
    assert (planned, window) == ("Day 85 note 4", "Day 82 to 88")
    asked = {title for title, cell in zip(forms, cells, strict=True) if cell}
    assert {"PASI", "Laboratory"} < asked
    assert "Infusion" not in asked
    assert set(cells) == {"", "asked for"}
    assert schedule_row(page, "W0")[1].startswith("14 days after consent its day is Day 1")


def test_forms_of_treatment_name_the_arms_they_belong_to(db: None, randomised: Trial) -> None:
    page = page_of(reading(randomised), randomised)
    infusion, methotrexate = (form_titles(page).index(title) + 3 for title in ("Infusion", "Methotrexate"))
    found = {code: schedule_row(page, code) for code in ("W0", "W12", "W16")}
    assert {code: (row[infusion], row[methotrexate]) for code, row in found.items()} == {
        "W0": ("LOW HIGH", "MTX"),
        "W12": ("", "MTX"),
        "W16": ("", ""),
    }


def test_where_there_is_one_arm_its_treatment_is_only_marked(reader: Client, trial: Trial) -> None:
    page = page_of(reader, trial)
    assert schedule_row(page, "W4")[form_titles(page).index("Infusion") + 3] == "asked for"


def test_visits_outside_the_schedule_have_their_own_forms(db: None, randomised: Trial) -> None:
    page = page_of(reading(randomised), randomised)
    unscheduled, early = schedule_row(page, "UNS"), schedule_row(page, "ET")
    assert unscheduled[:3] == ["UNS Unscheduled visit", "Whenever there is a need default 10", ""]
    assert early[1].startswith("When a subject stops early")
    assert early.count("asked for") > unscheduled.count("asked for") > 0


def test_a_visit_that_may_be_by_telephone_is_marked(db: None, randomised: Trial) -> None:
    page = page_of(reading(randomised), randomised)
    assert "May be by telephone" in schedule_row(page, "W36")[0]
    assert page.count("May be by telephone") == 1


def test_a_default_is_marked_and_its_note_stands_below_the_schedule_once(db: None, randomised: Trial) -> None:
    page = page_of(reading(randomised), randomised)
    assert [schedule_row(page, code)[1] for code in ("W1", "W2", "W5")] == [
        "Day 8 default 3",
        "Day 15 default 3",
        "Day 36 default 4",
    ]
    note = (
        "The week is from the record. Its window, 1 day to either side where infusions are a week apart, is a default."
    )
    assert page.count(note) == 1
    assert f'<li id="schedule-note-3">{note}' in page
    assert 'href="#schedule-note-3"' in page


def test_criteria_give_the_record_s_words_the_rule_and_its_facts(reader: Client, trial: Trial) -> None:
    page = plain(page_of(reader, trial))
    assert "Rule: “Total calcium” &gt; 2.9 or “Total calcium” &lt; 2" in page
    assert "Total calcium mmol/L · Laboratory calcium_mmol_l &gt; 2.9 || calcium_mmol_l &lt; 2.0" in page
    assert "An investigator answers: Is there another psychiatric disorder, whatever the two scales say?" in page
    assert "Rule: the answer is yes" not in page


def test_outcome_measures_sources_and_examples_are_told(reader: Client, trial: Trial) -> None:
    page = plain(page_of(reader, trial))
    assert "“PASI total”: Subjects who improve from baseline by at least 50 % W12" in page
    assert "Registry record NCT03265613, as shown by MedPath in 2025" in page
    assert "14 made-up subjects run as tests of this version" in page
    assert trial.protocol_versions.get().content_hash in page


def test_the_newest_version_is_shown_unless_another_is_asked_for(
    reader: Client, trial: Trial, amended: ProtocolVersion
) -> None:
    newest, earlier = page_of(reader, trial), page_of(reader, trial, "1.0")
    assert "Planned subjects 12" in plain(newest)
    assert "This is version 1.0." not in newest
    assert "Planned subjects 7" in plain(earlier)
    assert "This is version 1.0. New subjects are registered under version 1.1." in earlier
    assert newest.index("Version 1.1") < newest.index("Version 1.0")


@pytest.mark.parametrize("version", ["9.9", "1.0 ", "1", "'"])
def test_a_version_that_is_not_stored_is_not_found(reader: Client, trial: Trial, version: str) -> None:
    url = reverse("workspace:protocol", args=[trial.registration])
    assert reader.get(url, {"version": version}).status_code == 404


def test_what_changed_since_the_version_before_is_said_in_words(
    reader: Client, trial: Trial, amended: ProtocolVersion
) -> None:
    page = plain(page_of(reader, trial))
    assert "What changed since 1.0" in page
    assert "Changed The trial planned subjects: 12 (was: 7)" in page
    assert "Added Visit W36: Week 36: telephone call" in page
    assert "rule: “Total calcium” &gt; 2.8 or “Total calcium” &lt; 2 (was: “Total calcium” &gt; 2.9 or" in page
    assert "What changed since" not in page_of(reader, trial, "1.0")


def test_another_notice_before_a_window_closes_is_said_in_words(reader: Client, trial: Trial) -> None:
    line = "reminder_days_before = 3"
    next_version(trial, "1.1", ("protocol.toml", line, f"{line}\nreminder_days_before_closing = 1"))
    page = plain(page_of(reader, trial))
    assert "3 before the window opens, 1 before it closes (was: 3 before the window opens, 3 before it closes)" in page


def test_a_version_that_changes_nothing_to_notice_says_so(reader: Client, trial: Trial) -> None:
    next_version(trial, "1.1", ("protocol.toml", "as shown by MedPath in 2025", "as shown by MedPath in 2026"))
    assert "only notes, sources or example subjects differ" in page_of(reader, trial)


def test_who_stands_on_a_version_is_counted_by_site(
    reader: Client, trial: Trial, site: Site, other_site: Site, coordinator: User
) -> None:
    assert "Nobody on it yet" in page_of(reader, trial)
    for _ in range(2):
        make_subject(site, coordinator)
    make_subject(other_site, system())
    next_version(trial, "1.1")
    make_subject(site, coordinator)
    page = page_of(reader, trial)
    new, old = re.findall(r'<div class="version-head">.*?</code>', page)
    assert "Frozen" in new and "1 subject stands on it; a change is a new version." in new
    assert "3 subjects stand on it; a change is a new version." in old
    subjects = reverse("patients:subject-list", args=[trial.registration])
    assert f'<a href="{subjects}?version=1.0&amp;site=GZ">GZ: 2</a>' in old
    assert f'<a href="{subjects}?version=1.0&amp;site=VIE">VIE: 1</a>' in old


def test_subjects_are_linked_only_at_sites_where_the_reader_may_see_them(
    trial: Trial, site: Site, other_site: Site, coordinator: User
) -> None:
    make_subject(site, coordinator)
    make_subject(other_site, system())
    own = page_of(signed_in(coordinator), trial)
    assert "&amp;site=GZ" in own
    assert "&amp;site=VIE" not in own
    assert "VIE: 1" in own
    statistician = page_of(signed_in(make_member("statistician", trial=trial)), trial)
    assert "GZ: 1" in statistician
    assert "&amp;site=" not in statistician


def test_subjects_of_another_trial_are_not_counted(reader: Client, trial: Trial, randomised: Trial) -> None:
    make_subject(make_site(randomised, "VIE"), system())
    assert "Nobody on it yet" in page_of(reader, trial)


@pytest.mark.parametrize("registration", ["NCT03265613", "NCT03424629", "NCT03745417", "NCT03765957"])
def test_every_protocol_that_comes_with_dermis_can_be_read(db: None, registration: str) -> None:
    trial = make_trial(registration)
    page = page_of(reading(trial), trial)
    version = trial.protocol_versions.get()
    assert version.content_hash in page
    assert page.count("<h1>") == 1
