"""Signing, and looking whether what was signed is what is there."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.context import acting
from signatures.models import Meaning, Signature

Content = Mapping[str, Any]


def canonical(content: Content) -> bytes:
    """The one way in which a content is written to be signed: JSON in UTF-8, keys in order, nothing between.

    Raises TypeError for what JSON cannot hold, such as a date: the caller says how a day is written.
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(content: Content) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


@transaction.atomic
def sign(*, content: Content, about: str, meaning: Meaning, by: User) -> Signature:
    """Keep that this person signed this content now.

    The caller has asked for the password again (`accounts.forms.SignOffForm`; 21 CFR 11.200(a)(1)). Raises TypeError as
    `canonical` does.
    """
    signature = Signature(
        signer=by,
        printed_name=by.full_name,
        meaning=meaning,
        about=about,
        content=dict(content),
        digest=digest_of(content),
    )
    with acting(by=by, reason=f"Signed: {meaning}"):
        signature.save(force_insert=True)
    return signature


def is_intact(signature: Signature) -> bool:
    """Whether the content that is kept is the one that was signed."""
    return digest_of(signature.content) == signature.digest


def covers(signature: Signature, content: Content) -> bool:
    """Whether the signature is for exactly this content."""
    return digest_of(content) == signature.digest
