"""The Celery application: background work such as reminders."""

from celery import Celery

app = Celery("dermis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
