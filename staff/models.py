"""The firm itself: how it looks, divisions, and the people who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from staff.absence import Absence  # noqa: F401  (a table of this app)
from staff.council import CouncilDecision  # noqa: F401  (a table of this app)
from staff.hours import Closing, OpeningHours  # noqa: F401  (tables of this app)
from staff.logo import Kind

_MAX_LEVELS = 10  # of supervisors above supervisors; a deeper firm, or a loop, is cut off here


class Division(models.Model):
    """A part of the firm that projects belong to."""

    name = models.CharField(_("name"), max_length=100)
    fallback = models.ForeignKey(
        "staff.User",
        verbose_name=_("fallback"),
        help_text=_("Gets alerts when the account manager or supervisor is missing or inactive."),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="fallback_for",
    )

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="division_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    """Many users."""

    def active(self) -> UserQuerySet:
        """Return those who can sign in and be mailed."""
        return self.filter(is_active=True)

    def team_ids(self, supervisor: User) -> set[int]:
        """Return the ids of everybody below ``supervisor``, at every level, without themselves."""
        return self.below({supervisor.pk}) - {supervisor.pk}

    def below(self, ids: set[int]) -> set[int]:
        """Return the ids of everybody below any of ``ids``, at every level."""
        found: set[int] = set()
        level = ids
        for _level in range(_MAX_LEVELS):
            below = self.filter(supervisor__in=level).exclude(pk__in=found | ids)
            level = set(below.values_list("pk", flat=True))
            if not level:
                break
            found |= level
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Make users."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without ``password`` the account cannot sign in until it is set."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user: User = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an administrator who is also management: the first account of an installation."""
        fields = {"is_administrator": True, "is_management": True, **fields}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by address, whatever its capitals."""
        user: User = self.get(email__iexact=(username or "").strip())
        return user


class User(AbstractBaseUser):
    """Somebody of the firm. Account managers and supervisors follow from projects and teams."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.STAFF_LANGUAGES, default="nl"
    )
    division = models.ForeignKey(
        Division,
        verbose_name=_("division"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
    )
    supervisor = models.ForeignKey(
        "self",
        verbose_name=_("supervisor"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
    )
    is_management = models.BooleanField(
        _("management"), default=False, help_text=_("Sees all alerts and the dashboard.")
    )
    is_administrator = models.BooleanField(
        _("administrator"), default=False, help_text=_("Manages users, lists and the outbox.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch off instead of deleting.")
    )
    joined_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
            models.CheckConstraint(
                condition=~models.Q(supervisor=models.F("id")), name="user_not_own_supervisor"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the address in lower case, whoever typed it: sign-in looks it up that way."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def first_name(self) -> str:
        """The first word of the name, for "Beste Sanne"."""
        return self.name.split()[0] if self.name.split() else self.email

    @property
    def initials(self) -> str:
        """Two capitals for the avatar: first and last word of the name."""
        words = [word for word in self.name.replace("-", " ").split() if word[0].isalpha()]
        picked = [words[0], words[-1]] if len(words) > 1 else words
        return "".join(word[0].upper() for word in picked) or "?"

    @cached_property
    def has_team(self) -> bool:
        """Whether somebody has this user as supervisor. Asked once for each row in hand."""
        return self.pk is not None and self.reports.exists()

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens: for administrators."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Administrators may change what the admin registers; nobody else enters it."""
        return self.is_active and self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        """See ``has_perm``."""
        return self.is_active and self.is_administrator


def first_active(*users: User | None) -> User | None:
    """Return the first of ``users`` who is there and works here; None when nobody is."""
    return next((user for user in users if user is not None and user.is_active), None)


class Brand(models.Model):
    """How the firm looks to its clients: one row, or none, which is its name in ink.

    Read it through ``staff.branding``, which spares the client's page the query.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=80, blank=True)  # empty: FIRM_NAME
    logo = models.BinaryField(null=True, blank=True)  # cleaned by staff.logo_upload
    logo_kind = models.CharField(max_length=3, blank=True)
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    accent = models.CharField(max_length=7, blank=True)
    signature = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="brand_one_row"),
            models.CheckConstraint(
                condition=models.Q(accent="") | models.Q(accent__regex=r"^#[0-9a-f]{6}$"),
                name="brand_accent_is_colour",
            ),
            models.CheckConstraint(
                condition=models.Q(logo__isnull=True, logo_kind="", logo_width=0, logo_height=0)
                | models.Q(
                    logo__isnull=False,
                    logo_kind__in=[kind.value for kind in Kind],
                    logo_width__gt=0,
                    logo_height__gt=0,
                ),
                name="brand_logo_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name or settings.FIRM_NAME


class CacheEntry(models.Model):
    """The table behind ``django.core.cache.backends.db``; only that backend reads and writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "staff_cache"
        default_permissions = ()

    def __str__(self) -> str:
        return self.cache_key
