"""Documents of a case: what is accepted, in which words the rest is refused, and who gets them back."""

import resource
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, FakePayload
from django.urls import reverse

from accounts.models import User
from audit.context import acting
from audit.history import changes
from patients.models import Subject
from safety.models import CaseDocument, SeriousCase
from safety.report_content import record_of
from safety.services import add_document
from tests.factories import make_member, make_subject
from tests.factories.cases import JPEG, PDF, PNG, a_file, serious_event
from tests.web.pages import signed_in, text, words
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")
EXECUTABLE = b"MZ\x90\x00\x03" + bytes(60)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DERMIS_DOCUMENTS = tmp_path
    return tmp_path


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def case(subject: Subject, coordinator: User) -> SeriousCase:
    return serious_event(subject, coordinator).case


def address(name: str, case: SeriousCase, *more: int) -> str:
    subject = case.subject
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, 1, *more])


def attach(client: Client, case: SeriousCase, file: Any = None, title: str = "Discharge letter") -> Any:
    data = {"title": title, **({"file": file} if file is not None else {})}
    return client.post(address("case-attach", case), data)


def refusal(page: Any) -> str:
    assert page.status_code == 422
    assert not CaseDocument.objects.exists()
    (message,) = page.context["form"].errors["file"]
    return str(message)


# --- attaching --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("letter.pdf", PDF, "application/pdf"),
        ("SCAN.PDF", PDF, "application/pdf"),
        ("rash.png", PNG, "image/png"),
        ("rash.jpg", JPEG, "image/jpeg"),
        ("rash.jpeg", JPEG, "image/jpeg"),
        ("出院小结.pdf", PDF, "application/pdf"),
    ],
)
def test_pdf_png_and_jpeg_are_attached(
    nurse: Client, case: SeriousCase, coordinator: User, folder: Path, name: str, content: bytes, media_type: str
) -> None:
    response = attach(nurse, case, SimpleUploadedFile(name, content, "text/html"))
    assert response.status_code == 302
    document = CaseDocument.objects.get()
    assert (document.title, document.media_type, document.size, document.added_by) == (
        "Discharge letter",
        media_type,
        len(content),
        coordinator,
    )
    assert [path.read_bytes() for path in folder.iterdir()] == [content]
    assert name not in document.stored_as
    assert "Discharge letter" in text(nurse.get(response.url))


def test_a_new_document_stands_in_the_audit_trail(nurse: Client, case: SeriousCase, coordinator: User) -> None:
    attach(nurse, case, a_file())
    first = changes(CaseDocument.objects.get(), ["digest"])
    assert [(change.action, change.by) for change in first] == [("insert", str(coordinator))]


@pytest.mark.parametrize("name", ["letter.pdf", "setup.exe", "rash.png"])
def test_a_program_is_refused_whatever_its_name(nurse: Client, case: SeriousCase, folder: Path, name: str) -> None:
    assert "no PDF, PNG or JPEG file" in refusal(attach(nurse, case, a_file(name, EXECUTABLE)))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("letter.png", PDF, "PDF"), ("rash.pdf", JPEG, "JPEG"), ("rash.png.exe", PNG, "PNG"), ("rash", PNG, "PNG")],
)
def test_a_name_that_says_something_else_is_refused(
    nurse: Client, case: SeriousCase, name: str, content: bytes, kind: str
) -> None:
    message = refusal(attach(nurse, case, a_file(name, content)))
    assert message.startswith(f"By its content this is a {kind} file, but it is named {name}.")


def test_an_empty_file_is_refused(nurse: Client, case: SeriousCase) -> None:
    assert refusal(attach(nurse, case, a_file("letter.pdf", b""))) == "The file is empty."


def test_without_a_file_nothing_is_attached(nurse: Client, case: SeriousCase) -> None:
    assert refusal(attach(nurse, case)) == "This field is required."


@pytest.mark.parametrize(("more", "is_accepted"), [(0, True), (1, False)])
def test_the_largest_file_is_accepted_and_one_byte_more_is_not(
    nurse: Client, case: SeriousCase, settings: Any, folder: Path, more: int, is_accepted: bool
) -> None:
    settings.DERMIS_LARGEST_DOCUMENT = 100_000
    content = PDF + bytes(100_000 - len(PDF) + more)
    page = attach(nurse, case, a_file("scan.pdf", content))
    if is_accepted:
        assert page.status_code == 302
        assert CaseDocument.objects.get().size == 100_000
        return
    assert refusal(page) == "The file is larger than 97.7\xa0KB. Scan it with a lower resolution, or split it."
    assert list(folder.iterdir()) == []


def test_what_was_typed_stays_when_the_file_is_refused(nurse: Client, case: SeriousCase, settings: Any) -> None:
    settings.DERMIS_LARGEST_DOCUMENT = 10
    for page in (
        attach(nurse, case, a_file(), title="Letter of 20 May"),
        attach(nurse, case, a_file("x.pdf", EXECUTABLE[:9]), title="Letter of 20 May"),
    ):
        assert page.status_code == 422
        assert 'value="Letter of 20 May"' in text(page)


class Endless(FakePayload):
    """A form with a large file that is made up while it is read."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        super().__init__()
        self.head, self.left, self.tail = head, size, tail

    def read(self, size: int | None = None) -> bytes:
        size = size or 2**16
        if self.head:
            given, self.head = self.head[:size], self.head[size:]
        elif self.left:
            given = bytes(min(size, self.left))
            self.left -= len(given)
        else:
            given, self.tail = self.tail[:size], self.tail[size:]
        return given

    def readline(self, size: int | None = None, /) -> bytes:
        raise AssertionError("nobody reads an upload by lines")

    def close(self) -> None:
        pass


def part(name: str, more: str = "") -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'


def test_two_hundred_megabytes_are_refused_without_keeping_them(nurse: Client, case: SeriousCase, folder: Path) -> None:
    size = 200 * 2**20
    head = part("title") + "Scan\r\n" + part("file", '; filename="scan.pdf"') + "%PDF-"
    tail = f"\r\n--{BOUNDARY}--\r\n"
    sent = Endless(head.encode(), size, tail.encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    page = nurse.generic(
        "POST",
        address("case-attach", case),
        **{"wsgi.input": sent, "CONTENT_TYPE": MULTIPART_CONTENT, "CONTENT_LENGTH": str(len(head) + size + len(tail))},
    )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert "larger than 20.0" in refusal(page)
    assert 'value="Scan"' in text(page)
    assert list(folder.iterdir()) == []
    assert grown < 40 * 1024, f"{grown} KB"


def test_a_request_that_is_silent_about_its_length_is_counted(
    nurse: Client, case: SeriousCase, settings: Any, folder: Path
) -> None:
    settings.DERMIS_LARGEST_DOCUMENT = 200_000
    page = attach(nurse, case, a_file("scan.pdf", PDF + bytes(900_000)))
    assert "larger than 195.3" in refusal(page)
    assert list(folder.iterdir()) == []


def test_a_document_is_never_changed_or_deleted(nurse: Client, case: SeriousCase, coordinator: User) -> None:
    attach(nurse, case, a_file())
    for change in (lambda rows: rows.update(title="Other"), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError), transaction.atomic(), acting(by=coordinator, reason="x"):
            change(CaseDocument.objects.all())


def test_a_file_whose_row_is_refused_is_not_left_behind(case: SeriousCase, coordinator: User, folder: Path) -> None:
    with pytest.raises(ValidationError):
        add_document(case=case, title=" ", file=a_file(), by=coordinator)
    assert list(folder.iterdir()) == []


def test_the_name_of_the_file_is_kept_nowhere(nurse: Client, case: SeriousCase) -> None:
    page = text(nurse.get(attach(nurse, case, a_file("Wang Fang 13800138000.pdf")).url))
    assert "Discharge letter" in page
    kept = [*CaseDocument.objects.values(), *CaseDocument.pgh_event_model.objects.values()]
    for said in (page, str(kept), str(record_of(case))):
        assert "Wang Fang" not in said


# --- fetching ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def document(case: SeriousCase, coordinator: User) -> CaseDocument:
    return add_document(case=case, title="Letter", file=a_file('出院 "1".pdf'), by=coordinator)


def test_a_document_is_sent_to_be_saved_and_never_to_be_shown(
    nurse: Client, case: SeriousCase, document: CaseDocument
) -> None:
    response = nurse.get(address("case-document", case, document.pk))
    assert b"".join(response.streaming_content) == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="SAE-0001-1.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"


def test_documents_are_sent_under_case_number_and_ending(
    nurse: Client, case: SeriousCase, document: CaseDocument, coordinator: User
) -> None:
    photograph = add_document(case=case, title="Rash", file=a_file("Wang.jpeg", JPEG), by=coordinator)
    response = nurse.get(address("case-document", case, photograph.pk))
    assert b"".join(response.streaming_content) == JPEG
    assert response.headers["Content-Disposition"] == 'attachment; filename="SAE-0001-2.jpg"'


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("monitor", 200),
        ("safety_monitor", 200),
        ("data_manager", 200),
        ("auditor", 200),
        ("statistician", 404),
        ("administrator", 404),
    ],
)
def test_only_those_who_may_see_the_event_fetch_it(
    site: Site, case: SeriousCase, document: CaseDocument, role: str, status: int
) -> None:
    response = signed_in(make_member(role, site)).get(address("case-document", case, document.pk))
    assert response.status_code == status


def test_nobody_of_another_site_or_without_sign_in_fetches_it(
    other_site: Site, case: SeriousCase, document: CaseDocument
) -> None:
    url = address("case-document", case, document.pk)
    assert signed_in(make_member("investigator", other_site)).get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_a_document_of_another_case_is_not_found_under_this_one(
    nurse: Client, subject: Subject, case: SeriousCase, document: CaseDocument, coordinator: User
) -> None:
    other = serious_event(subject, coordinator)
    url = reverse(
        "safety:case-document",
        args=[subject.site.trial.registration, subject.number, other.number, document.pk],
    )
    assert nurse.get(url).status_code == 404


def test_a_file_that_is_no_longer_as_it_was_added_is_not_sent(
    nurse: Client, case: SeriousCase, document: CaseDocument, folder: Path
) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(PDF + b"more")
    page = nurse.get(address("case-document", case, document.pk))
    assert page.status_code == 409
    assert "no longer as it was added" in words(page)


@pytest.mark.parametrize(
    ("role", "status"), [("investigator", 200), ("safety_monitor", 200), ("monitor", 403), ("auditor", 403)]
)
def test_those_who_have_a_part_in_the_case_attach(
    site: Site, trial: Trial, case: SeriousCase, role: str, status: int
) -> None:
    assert signed_in(make_member(role, site)).get(address("case-attach", case)).status_code == status
