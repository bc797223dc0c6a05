"""What administrators manage of the firm: users and divisions."""

from typing import Any

import allauth.account.admin  # noqa: F401  (registers EmailAddress)
import django.contrib.auth.admin  # noqa: F401  (registers Group)
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from staff.models import Division, User

# One door: the admin's own sign-in form would go round the rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = _("Administration")
# Roles are in staff.roles and addresses in User; these tables mean nothing here. The imports above
# register them, so that they can be taken out whatever the order of the apps.
admin.site.unregister([Group, EmailAddress])


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A user without password: they choose one themselves, through "Forgot your password?"."""

    class Meta:
        model = User
        fields = (
            "name",
            "email",
            "phone",
            "language",
            "division",
            "supervisor",
            "is_management",
            "is_administrator",
            "is_active",
        )
        help_texts = {
            "email": _("They choose a password themselves, with “Forgot your password?”.")
        }

    def clean_email(self) -> str:
        """Return the address in lower case, as it is stored; refuse one that exists already."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a user with this address already."))
        return email

    def clean_supervisor(self) -> User | None:
        """Refuse a supervisor who is the user or somebody below them."""
        supervisor: User | None = self.cleaned_data["supervisor"]
        if supervisor is None or self.instance.pk is None:
            return supervisor
        below = User.objects.team_ids(self.instance) | {self.instance.pk}
        if supervisor.pk in below:
            raise forms.ValidationError(_("Somebody cannot be their own supervisor."))
        return supervisor


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Users are switched off, never deleted: their alerts and notes stay."""

    form = UserForm
    list_display = ("name", "email", "division", "supervisor", "is_management", "is_active")
    list_filter = ("is_active", "is_management", "is_administrator", "division")
    list_select_related = ("division", "supervisor")
    search_fields = ("name", "email")
    autocomplete_fields = ("division", "supervisor")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Never by password: each filter would tell a little of its hash."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new user cannot sign in until they have chosen a password."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Division)
class DivisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Divisions, with who gets alerts when somebody is missing."""

    list_display = ("name", "fallback")
    list_select_related = ("fallback",)
    search_fields = ("name",)
    autocomplete_fields = ("fallback",)
