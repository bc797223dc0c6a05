"""How a person wants to be told of each kind of news, and what the firm leaves to them.

Who never chose has no row: then the default holds, which is the product's promise (PRODUCT, the
three groups): at once, by e-mail.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff.models import User
from surveys.models import Group


class News(models.TextChoices):
    """What a colleague can be told."""

    OWN_MINUS = "own_minus", _("A – alert that I own")
    OWN_PLUS = "own_plus", _("A + alert that I own")
    TEAM_MINUS = "team_minus", _("A – alert of my team, for information")
    TEAM_PLUS = "team_plus", _("A + alert of my team, for information")
    CALL = "call", _("A client wants to be called")
    CONSENT = "consent", _("A client gave permission for something")
    LEAD = "lead", _("A lead: a 0 who wants more of our services")


class Way(models.TextChoices):
    """How somebody is told."""

    MAIL = "mail", _("at once, by e-mail")
    MAIL_AND_CHAT = "mail_and_chat", _("at once, by e-mail and chat")
    CHAT = "chat", _("at once, by chat only")
    DIGEST = "digest", _("in the daily digest")


class Freedom(models.TextChoices):
    """What the firm leaves to each person, for one kind of news."""

    MAIL = "mail", _("Always by e-mail at once; chat may come beside it")
    AT_ONCE = "at_once", _("Always at once, by e-mail or by chat")
    OWN_CHOICE = "own_choice", _("Each person's own choice, also the digest")


WAYS: dict[str, tuple[Way, ...]] = {
    Freedom.MAIL: (Way.MAIL, Way.MAIL_AND_CHAT),
    Freedom.AT_ONCE: (Way.MAIL, Way.MAIL_AND_CHAT, Way.CHAT),
    Freedom.OWN_CHOICE: tuple(Way),
}
# News without an alert row behind it: nobody would notice a chat that did not arrive.
MAILED_ANYWAY = (News.CALL, News.CONSENT)
DEFAULT_FREEDOMS: dict[str, Freedom] = {
    **dict.fromkeys(News.values, Freedom.OWN_CHOICE),
    News.OWN_MINUS: Freedom.MAIL,
}
WITH_CHAT = (Way.MAIL_AND_CHAT, Way.CHAT)
# A lead has no mail of its own (PRODUCT, the three groups): it stands in the digest, always.
CHOSEN = tuple(news for news in News if news is not News.LEAD)
OF_ALERTS = (News.OWN_MINUS, News.OWN_PLUS, News.TEAM_MINUS, News.TEAM_PLUS)
FOR_SUPERVISORS = (News.TEAM_MINUS, News.TEAM_PLUS)


def news_of_alert(group: str, *, is_owner: bool) -> News:
    """Return which kind of news an alert of ``group`` is to its owner, or to whoever is informed.

    Raises KeyError for a 0, which raises no alert.
    """
    kinds = {
        (Group.NEGATIVE, True): News.OWN_MINUS,
        (Group.POSITIVE, True): News.OWN_PLUS,
        (Group.NEGATIVE, False): News.TEAM_MINUS,
        (Group.POSITIVE, False): News.TEAM_PLUS,
    }
    return kinds[Group(group), is_owner]


def within(way: str, freedom: str) -> Way:
    """Return ``way`` as far as ``freedom`` allows it, else what comes nearest and says more."""
    wanted = Way(way)
    if wanted in WAYS[freedom]:
        return wanted
    return Way.MAIL_AND_CHAT if wanted in WITH_CHAT else Way.MAIL


class Preference(models.Model):
    """How one person wants to be told of one kind of news."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    news = models.CharField(_("news"), max_length=20, choices=News.choices)
    way = models.CharField(_("way"), max_length=20, choices=Way.choices)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "news"], name="preference_once_per_news"),
            models.CheckConstraint(
                condition=models.Q(news__in=[news.value for news in CHOSEN]),
                name="preference_news_known",
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=Way.values), name="preference_way_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.news} {self.way}"


class NewsRule(models.Model):
    """What the firm leaves to each person for one kind of news; no row: the default."""

    news = models.CharField(_("news"), max_length=20, choices=News.choices, unique=True)
    freedom = models.CharField(_("freedom"), max_length=20, choices=Freedom.choices)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rule about news")
        verbose_name_plural = _("rules about news")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(news__in=[news.value for news in CHOSEN]),
                name="news_rule_news_known",
            ),
            models.CheckConstraint(
                condition=models.Q(freedom__in=Freedom.values), name="news_rule_freedom_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.news}: {self.freedom}"
