"""A signature."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.tracking import audited


class Meaning(models.TextChoices):
    """What the signer says by signing (21 CFR 11.50(a)(3))."""

    AUTHORSHIP = "authorship", _("I have made this report, and it is true to the best of my knowledge")
    ASSESSMENT = "assessment", _("I have reviewed this report, and this is my assessment")


@audited
class Signature(models.Model):
    """One person signed exactly this content at this moment. It is never changed or deleted.

    `about` says what was signed, as in `safety.report:12:1`. `content` is kept as it was signed, and `digest` is the
    SHA-256 of its canonical form (`signatures.services.digest_of`), so a later change of either shows.
    """

    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("signed by")
    )
    printed_name = models.CharField(_("name as it was then"), max_length=150)
    meaning = models.CharField(_("meaning"), max_length=20, choices=Meaning.choices)
    about = models.CharField(_("what was signed"), max_length=120)
    content = models.JSONField(_("content"))
    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    signed_at = models.DateTimeField(_("signed at"), default=timezone.now)

    class Meta:
        verbose_name = _("signature")
        ordering = ("signed_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="signatures_known_meaning", condition=Q(meaning__in=["authorship", "assessment"])
            ),
            models.CheckConstraint(name="signatures_has_digest", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="signatures_says_about_what", condition=~Q(about="")),
        ]
        indexes = [models.Index(fields=["about"], name="signatures_about")]
        triggers = [
            pgtrigger.Protect(name="signature_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.printed_name}, {self.signed_at:%Y-%m-%d %H:%M} UTC"
