"""The Celery application: background work such as reminders."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep
from structlog.contextvars import bind_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
app = Celery("dermis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_server_does(**_: Any) -> None:
    """Keeps Celery from putting handlers and formats of its own in place of ours."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


def name_the_task(sender: Any, task: Any, **_: Any) -> None:
    """Every line of a task says which one it is, not only the first."""
    bind_contextvars(task=task.name)


bind_extra_task_metadata.connect(name_the_task)
