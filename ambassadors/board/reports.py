"""Make the report of a month: now for whoever asks, once for all who are mailed."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import translation

from ambassadors.board import months
from ambassadors.board.figures import read_board
from ambassadors.board.models import MonthlyReport
from ambassadors.board.page import draw

_KEPT_MONTHS = 3  # somebody who is mailed late gets what the others got


def make_report(month: date, *, language: str, now: datetime) -> bytes:
    """Return the report of ``month`` in ``language`` with the figures of ``now``, as a PDF."""
    with translation.override(language):
        return draw(read_board(month, now=now))


def mailed_report(month: date, *, language: str, now: datetime) -> bytes:
    """Return the report that everybody is mailed; made when first asked for, and stored then."""
    kept = MonthlyReport.objects.filter(month=month, language=language)
    if (found := kept.first()) is not None:
        return bytes(found.pdf)
    pdf = make_report(month, language=language, now=now)
    try:
        with transaction.atomic():
            MonthlyReport.objects.create(month=month, language=language, pdf=pdf, made_at=now)
    except IntegrityError:  # another worker was first
        return bytes(kept.get().pdf)
    return pdf


def forget_old_reports(now_month: date) -> int:
    """Delete what nobody is mailed any more, with the names in it; return how many."""
    before = months.after(now_month, -_KEPT_MONTHS)
    return MonthlyReport.objects.filter(month__lt=before).delete()[0]
