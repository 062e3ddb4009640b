"""Starts the audit app: after every migrate the database's own safeguards are laid again."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from audit.hardening import harden_after_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        post_migrate.connect(harden_after_migrate, sender=self, dispatch_uid="audit.harden")
