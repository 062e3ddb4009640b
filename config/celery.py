"""The Celery application: background work such as reminders."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
app = Celery("dermis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
