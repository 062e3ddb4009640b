"""Electronic signatures: who, when, with which meaning, under exactly what, and for ever."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from signatures.models import Meaning, Signature
from signatures.services import canonical, covers, digest_of, is_intact, sign
from tests.factories import UserFactory
from tests.worlds import NOW

CONTENT: dict[str, Any] = {"b": [1, "38.9 °C 发热"], "a": {"yes": True, "none": None}}


@pytest.fixture
def signer(db: None) -> User:
    return UserFactory(full_name="Zhang Wei")


@pytest.fixture
def signature(signer: User) -> Signature:
    return sign(content=CONTENT, about="test:1", meaning=Meaning.AUTHORSHIP, by=signer)


def stored(signature: Signature) -> Signature:
    return Signature.objects.get(pk=signature.pk)


def test_the_canonical_form_is_one_whatever_the_order_of_the_keys() -> None:
    assert canonical(CONTENT) == '{"a":{"none":null,"yes":true},"b":[1,"38.9 °C 发热"]}'.encode()
    assert canonical({"a": CONTENT["a"], "b": CONTENT["b"]}) == canonical(CONTENT)


def test_the_digest_is_the_sha_256_of_the_canonical_form() -> None:
    assert digest_of({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@pytest.mark.parametrize("value", [date(2026, 5, 20), float("nan"), {1, 2}])
def test_what_has_no_one_form_cannot_be_signed(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical({"a": value})


@pytest.mark.usefixtures("clock")
def test_a_signature_says_who_when_with_which_meaning_and_under_what(signer: User) -> None:
    found = stored(sign(content=CONTENT, about="test:1", meaning=Meaning.ASSESSMENT, by=signer))
    assert (found.signer, found.printed_name, found.signed_at) == (signer, "Zhang Wei", NOW)
    assert (found.meaning, found.about, found.content, found.digest) == (
        "assessment",
        "test:1",
        CONTENT,
        digest_of(CONTENT),
    )
    assert str(found) == "Zhang Wei, 2026-05-20 04:00 UTC"


def test_a_signature_fits_the_content_that_was_signed_and_no_other(signature: Signature) -> None:
    found = stored(signature)
    assert is_intact(found)
    assert covers(found, CONTENT)
    assert not covers(found, {**CONTENT, "b": [1, "38.8 °C 发热"]})
    assert not covers(found, {**CONTENT, "c": ""})


def test_content_that_somebody_changed_is_seen(signature: Signature) -> None:
    found = stored(signature)
    found.content["b"][0] = 2
    assert not is_intact(found)


def test_the_name_stays_as_it_was_when_the_account_is_renamed(signature: Signature, signer: User) -> None:
    with acting(by=signer, reason="Married"):
        User.objects.filter(pk=signer.pk).update(full_name="Zhang-Bauer Wei")
    assert stored(signature).printed_name == "Zhang Wei"


@pytest.mark.parametrize("column", ["content", "printed_name", "meaning", "about", "digest", "signed_at"])
def test_the_database_refuses_every_change(signature: Signature, signer: User, column: str) -> None:
    value = {"content": {}, "signed_at": datetime(2020, 1, 1, tzinfo=UTC), "digest": "0" * 64}.get(column, "x")
    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
        acting(by=signer, reason="x"),
    ):
        Signature.objects.filter(pk=signature.pk).update(**{column: value})
    assert is_intact(stored(signature))


def test_the_database_refuses_to_delete_or_empty(signature: Signature, signer: User) -> None:
    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
        acting(by=signer, reason="x"),
    ):
        signature.delete()
    with (
        pytest.raises(Exception, match=r"(?i)truncate|permission"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE signatures_signature CASCADE")
    assert Signature.objects.exists()


def test_the_database_refuses_a_signature_without_digest_meaning_or_matter(signer: User) -> None:
    good = {
        "signer": signer,
        "printed_name": "Zhang Wei",
        "meaning": "authorship",
        "about": "test:1",
        "content": {},
        "digest": "0" * 64,
    }
    for name, value in (("digest", "XYZ"), ("meaning", "other"), ("about", "")):
        with pytest.raises(IntegrityError), transaction.atomic(), acting(by=signer):
            Signature.objects.create(**{**good, name: value})


def test_signing_stands_in_the_audit_trail(signature: Signature) -> None:
    first = changes(signature, ["digest"])
    assert [(change.action, change.by, change.reason) for change in first] == [
        ("insert", "Zhang Wei", "Signed: authorship")
    ]
