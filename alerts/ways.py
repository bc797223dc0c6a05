"""By which way somebody is told: what they chose, as far as the firm leaves it to them."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from alerts.preferences import CHOSEN, DEFAULT_FREEDOMS, News, NewsRule, Preference, Way, within
from staff.models import User
from staff.remembered import Remembered


def _who_chose() -> frozenset[int]:
    """Return the ids of those who chose a way for anything."""
    return frozenset(Preference.objects.values_list("user_id", flat=True).distinct())


# Most never choose. Whoever did so a moment ago elsewhere still gets a mail at once, the promise.
who_chose = Remembered(_who_chose, rows=(Preference,))


def ways_of(readers: Iterable[tuple[User, News]]) -> dict[tuple[int, News], Way]:
    """Return the way of each reader for their kind of news; no query as long as they never chose.

    Without a choice it is e-mail at once. A choice that the firm no longer allows counts as the
    nearest one that it does.
    """
    wanted = list(readers)
    ways = {(user.pk, news): Way.MAIL for user, news in wanted}
    mine = Q()
    for user, news in wanted:
        if user.pk in who_chose():
            mine |= Q(user=user, news=news)
    chosen = list(Preference.objects.filter(mine)) if mine else []
    if not chosen:
        return ways
    rules = freedoms()
    for preference in chosen:
        news = News(preference.news)
        ways[preference.user_id, news] = within(preference.way, rules[news])
    return ways


def way_of(user: User, news: News) -> Way:
    """Return the way of one reader for one kind of news."""
    return ways_of([(user, news)])[user.pk, news]


def freedoms() -> dict[str, str]:
    """Return what the firm leaves to each person, for every kind of news."""
    own = dict(NewsRule.objects.values_list("news", "freedom"))
    return {**DEFAULT_FREEDOMS, **own}


def choose(user: User, ways: dict[str, str]) -> None:
    """Store the choices of ``user``: a way for each kind of news that they filled in."""
    Preference.objects.bulk_create(
        [Preference(user=user, news=news, way=way) for news, way in ways.items()],
        update_conflicts=True,
        unique_fields=["user", "news"],
        update_fields=["way"],
    )
    who_chose.forget_with_commit()


def rule(decided: dict[str, str], *, actor: User) -> None:
    """Store what the firm leaves to each person. What people chose before stays stored."""
    now = timezone.now()
    NewsRule.objects.bulk_create(
        [
            NewsRule(news=news, freedom=freedom, changed_at=now, changed_by=actor)
            for news, freedom in decided.items()
            if news in CHOSEN
        ],
        update_conflicts=True,
        unique_fields=["news"],
        update_fields=["freedom", "changed_at", "changed_by"],
    )
