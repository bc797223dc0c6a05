"""All settings, read from the environment; none has to be set.

Without any, the product runs *embedded*: SQLite in ``var/``, a Celery worker and beat as threads
of ``manage.py serve``, mail kept in the outbox. ``DATABASE_URL``, ``REDIS_URL`` and ``EMAIL_URL``
each switch one part to the full set-up. ``.env.example`` describes every setting; unsafe
combinations are reported by ``ambassadors.checks``.
"""

import os
import secrets
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var")
DEBUG = env.bool("DEBUG", default=False)
_SERVED_AT = DATA_DIR / "site_url"  # written by `manage.py serve` when SITE_URL is not set


def _served_at() -> str:
    """The address at which `serve` last ran, so that a command beside it mails links to there."""
    return _SERVED_AT.read_text(encoding="utf-8").strip() if _SERVED_AT.exists() else ""


SITE_URL = (env.str("SITE_URL", default="") or _served_at() or "http://localhost:8000").rstrip("/")
FIRM_NAME = env.str("FIRM_NAME", default="Ambassadors")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(
        "SITE_URL must be an address such as https://klanten.example.nl; "
        "links in every mail begin with it."
    )


def _stored_secret_key() -> str:
    """The key of this installation, made once and kept in DATA_DIR, readable by its owner only."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = DATA_DIR / f".secret_key.{os.getpid()}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # first one wins when several processes start at once
        except FileExistsError:
            pass  # another process just made it; that one is read below
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")


SECRET_KEY = env.str("SECRET_KEY", default="") or _stored_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if _site.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_site.hostname)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Apps -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ambassadors",
    "ambassadors.board",
    "ambassadors.programme",
    "ambassadors.rollup",
    "ambassadors.steering",
    "alerts",
    "surveys",
    "staff",
    "outbox",
    "allauth",
    "allauth.account",
    "anymail",
    "crispy_forms",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "staff.middleware.BrowserLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "staff.middleware.UserLanguageMiddleware",
]
ROOT_URLCONF = "ambassadors.urls"
WSGI_APPLICATION = "ambassadors.wsgi.application"

_TEMPLATE_DIRS = [BASE_DIR / "templates"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "html",
        "DIRS": _TEMPLATE_DIRS,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "staff.context_processors.shell",
            ]
        },
    },
    {
        # Plain text: Django escapes .txt templates too ("O&#x27;Neil"), this engine does not.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "text",
        "DIRS": _TEMPLATE_DIRS,
        "APP_DIRS": False,
        "OPTIONS": {"autoescape": False},
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ("clear",)
CRISPY_TEMPLATE_PACK = "clear"
CRISPY_FAIL_SILENTLY = False

# Data -----------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if "postgresql" in DATABASES["default"]["ENGINE"]:
        # A server that does not answer: the client gets the page to send again, not a long wait.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
else:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "ambassadors.sqlite3",
            "CONN_MAX_AGE": 60,  # opening reads the whole schema: as long as a client's page
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: with NORMAL a committed answer may be lost when the power fails.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database also beside Redis: Redis may be stopped or wiped, and signing in still works.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "staff_cache",
    },
    # What one process may forget when it ends, such as the last minute of the client's page.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
# Colleagues choose one of the former, clients of the latter; both are translated into.
STAFF_LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
CLIENT_LANGUAGES = [*STAFF_LANGUAGES, ("de", _("German")), ("fr", _("French"))]
LANGUAGES = CLIENT_LANGUAGES
# Of a contact about whose language a project list says nothing.
FIRM_LANGUAGE = env.str("FIRM_LANGUAGE", default="") or LANGUAGE_CODE
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Amsterdam")

# Sign-in ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "staff.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses come from the administrator or the project list
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody mails strangers through the reset page
# Proxies in front that each add to X-Forwarded-For; without it all visitors share one address,
# and with it the limit on wrong passwords. `manage.py serve` reads its own proxy's header.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_USER_DISPLAY = "staff.adapters.display_name"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

# Security ---------------------------------------------------------------------------------------
_is_https = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Static files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-root"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step before the first page
warnings.filterwarnings("ignore", message="No directory at")  # and so no folder of them

# Mail -------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_PROVIDER = ""  # by whose API mail leaves: EMAIL_URL=anymail://resend (outbox/providers.py)
if EMAIL_URL.startswith("anymail://"):
    EMAIL_PROVIDER = (urlsplit(EMAIL_URL).hostname or "").lower()
elif EMAIL_URL:
    _email = env.email_url_config(EMAIL_URL)
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST = _email["EMAIL_HOST"]
    EMAIL_PORT = _email["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _email["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
# A mailbox that gets a copy of every mail the server accepted: tells whether one arrived whose
# reply was missed, so that it is never sent twice (outbox/evidence.py).
ARCHIVE_MAILBOX_URL = env.str("ARCHIVE_MAILBOX_URL", default="")
# Seconds for each step of a handover; all steps together stay within the outbox's lease.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=8)
# Divides every wait of the outbox; other than 1 only where `make faults` breaks things on purpose.
OUTBOX_HASTE = env.int("OUTBOX_HASTE", default=1)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{FIRM_NAME} <ambassadors@{_site.hostname}>"
)
# Where a client's reply goes: none (to the sender), firm (FIRM_REPLY_TO), account_manager.
REPLY_TO = env.str("REPLY_TO", default="none")
FIRM_REPLY_TO = env.str("FIRM_REPLY_TO", default="")
# What comes back. Keys of providers (ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY, …) go to Anymail as is.
ANYMAIL_WEBHOOK_SECRET = env.str("ANYMAIL_WEBHOOK_SECRET", default="")
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in os.environ.items()
    if name.startswith("ANYMAIL_") and value
}
# Hosts that chat addresses and webhooks may lead to although they are not public (outbox/reach.py).
PRIVATE_HOSTS = env.list("PRIVATE_HOSTS", default=[])
BOUNCE_MAILBOX_URL = env.str("BOUNCE_MAILBOX_URL", default="")

# Celery: only the doorbell. Nothing correct depends on a message arriving. ------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives a broker that is away for hours
# A bell that nobody answers costs the client who waits for the thank-you page one short try:
# without max_retries kombu tries again for six seconds, also when it is told not to.
_REDIS_LIMITS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_BROKER_TRANSPORT_OPTIONS = _REDIS_LIMITS if REDIS_URL else {"polling_interval": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="ambassadors")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: no file, nothing to lose
CELERY_TIMEZONE = TIME_ZONE
# Every task can run twice or not at all: who comes late finds the work still there.
_EVERY = {
    "sweep the outbox": ("outbox.tasks.sweep", 5.0 / OUTBOX_HASTE, 5),
    "settle the outbox": ("outbox.tasks.settle", 10.0 / OUTBOX_HASTE, 10),
    "reconcile alerts": ("alerts.tasks.reconcile", 60.0, 60),
    "queue digests": ("alerts.tasks.queue_digests", 60.0, 60),
    "escalate alerts": ("alerts.tasks.escalate", 60.0, 60),
    "refresh figures": ("ambassadors.rollup.tasks.refresh_figures", 5.0, 5),
    "ask whether it is solved": ("surveys.tasks.ask_whether_solved", 600.0, 600),
    "queue board reports": ("ambassadors.board.tasks.queue_board_reports", 300.0, 300),
    "report refused mail": ("outbox.tasks.report_refusals", 60.0, 60),
}
if BOUNCE_MAILBOX_URL:
    _EVERY["read the mailbox"] = ("outbox.tasks.read_mailbox", 180.0, 180)
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": expires}}
    for name, (task, seconds, expires) in _EVERY.items()
}

# The rules of asking (PRODUCT, from close to follow-up) -----------------------------------------
INVITE_CLOSED_WITHIN_DAYS = env.int("INVITE_CLOSED_WITHIN_DAYS", default=30)
# For the automatic run; whoever runs `manage.py send_invitations` asks now (or says --wait).
INVITE_AFTER_WORKING_DAYS = env.int("INVITE_AFTER_WORKING_DAYS", default=2)
# Shorter projects are not asked about halfway: their close would fall in SURVEY_FATIGUE_DAYS.
MID_PROJECT_FROM_DAYS = env.int("MID_PROJECT_FROM_DAYS", default=180)
AFTERCARE_AFTER_DAYS = env.int("AFTERCARE_AFTER_DAYS", default=180)
INVITATION_EXPIRES_AFTER_DAYS = env.int("INVITATION_EXPIRES_AFTER_DAYS", default=30)
SURVEY_FATIGUE_DAYS = env.int("SURVEY_FATIGUE_DAYS", default=90)
# Calendar days after the first mail; as many reminders as there are numbers.
REMIND_AFTER_DAYS = env.list("REMIND_AFTER_DAYS", cast=int, default=[6, 13])
# After a – was closed as solved: the one question whether it is, in the client's view.
ASK_SOLVED_AFTER_WORKING_DAYS = env.int("ASK_SOLVED_AFTER_WORKING_DAYS", default=5)
# Off: invitations and reminders leave only when somebody starts send_invitations, send_reminders.
INVITE_AUTOMATICALLY = env.bool("INVITE_AUTOMATICALLY", default=False)
INVITATIONS_PER_MINUTE = env.int("INVITATIONS_PER_MINUTE", default=30)
PRIVACY_URL = env.str("PRIVACY_URL", default="")
# What looks automatic waits for a person's word (surveys/suspicion.py): never on one sign alone.
HOLD_FASTER_THAN_SECONDS = env.int("HOLD_FASTER_THAN_SECONDS", default=3)
HOLD_AFTER_MAIL_SECONDS = env.int("HOLD_AFTER_MAIL_SECONDS", default=20)
HOLD_BURST = env.int("HOLD_BURST", default=5)
RESPONSE_KEPT_YEARS = env.int("RESPONSE_KEPT_YEARS", default=2)

# Who reads /metrics brings it; without it only this machine may, when SITE_URL names it too.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Log: a story for the person on call; never a token, an address or an answer. --------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "ambassadors.logs.RedactTokens"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "celery": {"level": "WARNING"},
        "apprise": {"level": "CRITICAL"},  # its warnings quote what services say, with addresses
        "fontTools": {"level": "WARNING"},  # lists every letter that a report uses
        "fpdf": {"level": "WARNING"},
        "flufl.bounce": {"level": "CRITICAL"},  # tells of each of its twenty detectors
        "waitress": {"level": "WARNING"},
    },
}
