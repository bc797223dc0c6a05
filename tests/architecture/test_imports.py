"""Imports run one way (DESIGN, the house). Every checker is shown a bad module as well."""

import pytest

from tests.architecture.source import PACKAGES, Module, modules

# A package may import those to the right of it. The last two share a floor: `staff` queues its
# mail in `outbox`, whose pages ask `staff` for rights; `circles` sees that they do not go round.
FLOORS = {"ambassadors": 0, "alerts": 1, "surveys": 2, "staff": 3, "outbox": 3}

# Inside an app: doors → everything else (actions, mails, forms, …) → models → pure modules.
WIRING, DOORS, VERBS, ROWS, PURE = range(5)
LAYERS = {
    **dict.fromkeys(("", "apps", "urls", "demo", "checks"), WIRING),
    **dict.fromkeys(
        ("views", "tasks", "importers", "admin", "management", "receivers", "embedded"), DOORS
    ),
    **dict.fromkeys(
        ("middleware", "context_processors", "templatetags", "adapters", "wsgi"), DOORS
    ),
    "webhooks": DOORS,
    **dict.fromkeys(("models", "addresses", "circuit", "endpoints", "durations", "back_off"), ROWS),
    **dict.fromkeys(("ledger", "reports", "signals", "roles"), ROWS),
    **dict.fromkeys(("preferences", "digest_models", "chat_models"), ROWS),
    **dict.fromkeys(("hours", "absence", "council", "kept", "standing_in", "escalation"), ROWS),
}
SUFFIXES = {"_urls": WIRING, "_views": DOORS}  # of one part of an app: ``stop_views``
PURE_MODULES = {
    "outbox.signing",
    "surveys.segmentation",
    "surveys.suspicion",
    "surveys.pacing",
    "outbox.inert",
    "outbox.providers",
    "outbox.transports.replies",
    "outbox.transports.statuses",
    "alerts.clocks",
    "alerts.digest_times",
    "staff.contrast",
    "staff.logo",
    "outbox.autoreplies",
    "outbox.events",
    "outbox.incoming",
    "outbox.refusals",
    "outbox.searching",
    "ambassadors.dashboard.statistics",
    "ambassadors.dashboard.geometry",
    "ambassadors.dashboard.references",
}
CELERY_ALLOWED = {"ambassadors.celery", "ambassadors.embedded"}


def floor_errors(module: Module) -> list[str]:
    return [
        f"{module.name} imports {name}: imports run ambassadors → alerts → surveys → staff, outbox"
        for name in module.imports()
        if (package := name.split(".")[0]) in FLOORS
        and package != module.package
        and FLOORS[package] < FLOORS[module.package]
    ]


def _layer(name: str) -> int:
    if name in PURE_MODULES:
        return PURE
    part = name.partition(".")[2].partition(".")[0]
    of_a_part = (layer for suffix, layer in SUFFIXES.items() if part.endswith(suffix))
    return LAYERS.get(part, next(of_a_part, VERBS))


def _resolve(name: str, known: set[str]) -> str:
    """Return the module that ``name`` (a module, or something in one) belongs to."""
    while name not in known and "." in name:
        name = name.rpartition(".")[0]
    return name


def layer_errors(module: Module, known: set[str]) -> list[str]:
    targets = (_resolve(name, known) for name in module.imports())
    return [
        f"{module.name} imports {target}: views · tasks · admin → actions → models → pure modules"
        for target in targets
        if target.split(".")[0] == module.package
        and "." in target
        and _layer(target) < _layer(module.name)
    ]


def purity_errors(module: Module) -> list[str]:
    return [
        f"{module.name} imports {name}, and must stay pure"
        for name in module.imports()
        if name.split(".")[0] in {"django", "celery", *PACKAGES}
        and not any(name.startswith(pure) for pure in PURE_MODULES)
    ]


def celery_errors(module: Module) -> list[str]:
    is_allowed = (
        module.name.endswith(".tasks")
        or module.package == "outbox"
        or module.name in CELERY_ALLOWED
        or module.name.endswith(".commands.serve")
    )
    return [
        f"{module.name} imports {name}: Celery is only the doorbell"
        for name in module.imports()
        if name.split(".")[0] in {"celery", "kombu"} and not is_allowed
    ]


def mail_errors(module: Module) -> list[str]:
    return [
        f"{module.name} imports {name}: mail leaves through the outbox"
        for name in module.imports()
        if (name.startswith(("django.core.mail", "smtplib")) and module.package != "outbox")
    ]


def circles(found: list[Module]) -> list[str]:
    """Return every module that can reach itself through imports, also those in functions."""
    known = {module.name for module in found}
    targets = {
        module.name: {_resolve(name, known) for name in module.imports()} & known - {module.name}
        for module in found
    }

    def reach(name: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(targets[name])
        while waiting:
            if (following := waiting.pop()) not in seen:
                seen.add(following)
                waiting += targets[following]
        return seen

    return [f"{name} imports itself in a circle" for name in sorted(known) if name in reach(name)]


KNOWN = {module.name for module in modules()}


def test_packages_import_one_way():
    assert not [error for module in modules() for error in floor_errors(module)]


def test_files_of_an_app_import_one_way():
    assert not [error for module in modules() for error in layer_errors(module, KNOWN)]


def test_no_module_imports_itself_in_a_circle():
    assert not circles(modules())


def test_pure_modules_know_no_django():
    pure = [module for module in modules() if module.name in PURE_MODULES]
    assert {module.name for module in pure} == PURE_MODULES
    assert not [error for module in pure for error in purity_errors(module)]


def test_celery_stays_in_its_rooms():
    assert not [error for module in modules() for error in celery_errors(module)]


def test_mail_leaves_through_the_outbox_only():
    assert not [error for module in modules() for error in mail_errors(module)]


IN_A_FUNCTION = "def late():\n    from {0} import {1}\n"


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (floor_errors, "surveys.models", "import alerts.models"),
        (floor_errors, "surveys.models", IN_A_FUNCTION.format("alerts.models", "Alert")),
        (floor_errors, "outbox.actions", "from surveys.models import Contact"),
        (floor_errors, "staff.roles", "from ambassadors import settings"),
        (purity_errors, "surveys.segmentation", "from django.db import models"),
        (purity_errors, "alerts.clocks", IN_A_FUNCTION.format("staff.models", "User")),
        (celery_errors, "surveys.actions", "from celery import shared_task"),
        (celery_errors, "alerts.views", IN_A_FUNCTION.format("kombu", "Connection")),
        (mail_errors, "staff.adapters", "from django.core.mail import send_mail"),
        (mail_errors, "staff.adapters", "from django.core import mail"),
        (mail_errors, "alerts.mails", IN_A_FUNCTION.format("smtplib", "SMTP")),
    ],
)
def test_the_checkers_see_what_is_wrong(check, name, text):
    assert check(Module(name, text))


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (floor_errors, "alerts.models", "from surveys.models import Response"),
        (floor_errors, "staff.adapters", "from outbox.queueing import queue_message"),
        (celery_errors, "surveys.tasks", "from celery import shared_task"),
        (mail_errors, "outbox.mail", "from django.core.mail import EmailMessage"),
    ],
)
def test_the_checkers_let_pass_what_is_right(check, name, text):
    assert not check(Module(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alerts.models", "from alerts.actions import close"),
        ("alerts.models", "from alerts import views"),
        ("alerts.actions", IN_A_FUNCTION.format("alerts.views", "detail")),
        ("surveys.segmentation", "from surveys.models import Response"),
    ],
)
def test_the_layer_checker_sees_what_is_wrong(name, text):
    assert layer_errors(Module(name, text), KNOWN)


def test_the_circle_checker_sees_a_circle_through_a_function():
    there = Module("alerts.one", "from alerts import two")
    back = Module("alerts.two", "def late():\n    import alerts.one")
    assert len(circles([there, back])) == 2
    assert not circles([there, Module("alerts.two", "")])
