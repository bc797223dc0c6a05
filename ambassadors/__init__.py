"""Ambassadors: which clients talk well of the firm, by name, and while it still matters."""

from ambassadors.celery import app as celery_app

__all__ = ["celery_app"]
