"""Every read of clinical rows starts from what the user may see."""

from typing import Any

from django.db import models

from accounts.models import User
from accounts.permissions import Permission
from trials.selectors import sites_for


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset whose rows belong to a site; `site_path` is the look-up that leads there."""

    site_path = "site"

    def visible_to(self, user: User, permission: Permission = Permission.VIEW_SUBJECTS) -> "ScopedQuerySet":
        """Only the rows of sites at which the user holds the permission at this moment."""
        return self.filter(**{f"{self.site_path}__in": sites_for(user, permission)})


class OfSubject(ScopedQuerySet):
    """Rows that belong to a subject."""

    site_path = "subject__site"
