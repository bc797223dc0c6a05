"""A view ≤ 25 lines, a function ≤ 40, a module ≤ 400, a template ≤ 120: past that, a name is
missing (STYLE, rules of the house)."""

import ast

from tests.architecture.source import ROOT, Module, modules, templates

VIEW, FUNCTION, MODULE, TEMPLATE = 25, 40, 400, 120
# Ten tables that refer to one another. The next one makes it a folder; till then it may not grow.
LONGER: dict[str, int] = {}


def size_errors(module: Module) -> list[str]:
    errors = []
    most = LONGER.get(module.name, MODULE)
    if module.lines > most:
        errors.append(f"{module.name}: {module.lines} lines, at most {most}")
    for function, lines in module.functions():
        limit = VIEW if _is_view(module, function) else FUNCTION
        if lines > limit:
            errors.append(f"{module.name}.{function.name}: {lines} lines, at most {limit}")
    return errors


def _is_view(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [argument.arg for argument in function.args.args]
    return ".views" in module.name and arguments[:1] == ["request"]


def template_errors(name: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{name}: {lines} lines, at most {TEMPLATE}"] if lines > TEMPLATE else []


def test_modules_views_and_functions_are_short():
    assert not [error for module in modules() for error in size_errors(module)]


def test_templates_are_short():
    assert not [
        error
        for path in templates()
        for error in template_errors(str(path.relative_to(ROOT)), path.read_text())
    ]


def _function(lines: int, argument: str) -> str:
    return f"def long({argument}):\n" + "    pass\n" * (lines - 1)


def test_the_checkers_see_what_is_too_long():
    assert size_errors(Module("alerts.actions", "\n" * 401))
    assert not size_errors(Module("alerts.actions", "\n" * 400))
    assert size_errors(Module("alerts.actions", _function(41, "alert")))
    assert not size_errors(Module("alerts.actions", _function(40, "alert")))
    assert size_errors(Module("alerts.views", _function(26, "request")))
    assert not size_errors(Module("alerts.views", _function(25, "request")))
    assert template_errors("long.html", "\n" * 121)
    assert not template_errors("short.html", "\n" * 120)
