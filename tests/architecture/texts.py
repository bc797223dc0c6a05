"""Every text that code and templates hand to gettext, found without gettext's own programs."""

import ast
import re
from collections.abc import Iterator

from django.utils.translation.template import templatize

from tests.architecture.source import ROOT, modules, templates

Text = tuple[str | None, str]  # context, msgid

# Position of the msgid, and of the context where there is one.
CALLS = {
    name + suffix: places
    for suffix in ("", "_lazy")
    for name, places in {
        "_": (0, None),
        "gettext": (0, None),
        "gettext_noop": (0, None),
        "ngettext": (0, None),
        "pgettext": (1, 0),
        "npgettext": (1, 0),
    }.items()
}
_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(
    rf"\b(_|gettext|ngettext|pgettext|npgettext)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)"
)


def texts_in_code(source: str) -> Iterator[Text]:
    """Yield what Python source hands to gettext; a variable cannot be seen and is left out."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name not in CALLS:
            continue
        place, context = CALLS[name]
        if len(node.args) > place and isinstance(text := _value(node.args[place]), str):
            yield (None if context is None else _value(node.args[context])), text


def _value(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def texts_in_template(source: str) -> Iterator[Text]:
    """Yield what a template hands to gettext: Django turns its tags into calls, we read those."""
    for name, arguments in _CALL.findall(templatize(source)):
        values = [ast.literal_eval(text.lstrip("u")) for text in re.findall(_STRING, arguments)]
        place, context = CALLS[name]
        yield (None if context is None else values[context]), values[place]


def all_texts() -> dict[Text, str]:
    """Return every text in use with the first file that uses it."""
    found: dict[Text, str] = {}
    for module in modules():
        for text in texts_in_code(module.text):
            found.setdefault(text, module.name)
    for path in templates():
        for text in texts_in_template(path.read_text()):
            found.setdefault(text, str(path.relative_to(ROOT)))
    return found
