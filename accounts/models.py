"""The account of one person."""

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited

SYSTEM_USERNAME = "dermis.system"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in names are compared without regard to case: `Wang.Li` and `wang.li` are one person."""
        return self.get(username__iexact=username)

    def system(self) -> "User":
        """The account that scheduled work and the first set-up write under; nobody can sign in with it."""
        return self.get(username=SYSTEM_USERNAME)


@audited
class User(AbstractBaseUser):
    """One person, one account: names are unique without regard to case and accounts are never deleted, so that a name
    once used always means the same person (21 CFR 11.100(a), 11.300(a))."""

    username = models.CharField(
        _("sign-in name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.@+-]+$", _("Use letters, digits and . @ + - _ only."))],
        error_messages={"unique": _("This sign-in name is or was in use. Names are never used again.")},
    )
    full_name = models.CharField(_("full name"), max_length=150, help_text=_("As it is printed beside signatures."))
    email = models.EmailField(_("e-mail address"), help_text=_("For reminders."))
    language = models.CharField(
        _("language"), max_length=10, default="en", choices=[("en", "English"), ("zh-hans", "中文")]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    # The hash must not be copied into history; when it last changed is recorded by `password_changed_at`.
    audit_excludes = ("password", "last_login")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name", "email"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_name_once_in_any_case",
                violation_error_message=_("This sign-in name is or was in use. Names are never used again."),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="account_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="name_is_never_changed", fields=["username"]),
        ]

    def __str__(self) -> str:
        return self.full_name
