"""Writing accounts."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.context import acting


@transaction.atomic
def create_account(*, username: str, full_name: str, email: str, password: str, language: str = "en", by: User) -> User:
    """A new account that may sign in; raises ValidationError when a field or the password breaks a rule."""
    user = User(username=username, full_name=full_name, email=email, language=language)
    validate_password(password, user)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.full_clean()
    with acting(by=by, reason="Account created"):
        user.save(force_insert=True)
    return user


@transaction.atomic
def change_password(*, user: User, password: str, by: User) -> None:
    """Replace a password that the caller has already validated."""
    user.set_password(password)
    user.password_changed_at = timezone.now()
    with acting(by=by, reason="Password changed"):
        user.save(update_fields=["password", "password_changed_at"])


@transaction.atomic
def set_language(*, user: User, language: str) -> None:
    """Remember the language a person reads."""
    if user.language != language:
        user.language = language
        with acting(by=user, reason="Language chosen"):
            user.save(update_fields=["language"])
