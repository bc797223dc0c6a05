"""Texts of django-allauth that our Dutch says differently: polite *u*, and no translated English.

Nothing imports this module. It makes `make messages` keep these texts in the translation file,
where they take the place of the library's own translation.
"""

from django.utils.translation import gettext_noop

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
)
