"""A bare Django project on the product's database: the middleware of `startproject`."""

from benchmarks import quiet
from benchmarks.quiet import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare.urls"
_LEFT_OUT = ("allauth", "crispy", "csp", "django.contrib.admin")
INSTALLED_APPS = [app for app in quiet.INSTALLED_APPS if not app.startswith(_LEFT_OUT)]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
