"""Texts of django-allauth and Django that our Dutch says differently: polite *u*, no English left.

Nothing imports this module. It makes `make messages` keep these texts in the translation file,
where they take the place of the library's own translation.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

BORROWED = (
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Please type your current password."),
    gettext_noop("The password reset token was invalid."),
    gettext_noop("This account is currently inactive."),
    gettext_noop("Email"),
    gettext_noop("Remember Me"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password (again)"),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    # Django 5.2 says this with %d; its own Dutch still translates the form with a name.
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
