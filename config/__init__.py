"""Settings, addresses and processes: the top floor, which puts the others together."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
