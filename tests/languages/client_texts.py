"""Every text that a client can meet, found by following the templates from the client's doors."""

import ast
import re

from surveys.models import Interest, Recommendation, Satisfaction
from tests.architecture.source import ROOT, Module, modules, templates
from tests.architecture.texts import Text, texts_in_code, texts_in_template

LANGUAGES = ("nl", "en", "de", "fr")
FOLDER = ROOT / "templates"
# Where a client comes in. What these import counts as well, down to the floors below.
DOORS = (
    "surveys.views",
    "surveys.stop_views",
    "surveys.after_views",
    "surveys.solved_views",
    "surveys.mails",
)
COLLEAGUES_WORDS = ("surveys.models", "surveys.actions")  # but for the choices of the form
CHOICES = (Satisfaction, Recommendation, Interest)
_BASE = "surveys/base.html"
_NAMES = re.compile(r"""["']((?:[\w-]+/)*[\w-]+\.(?:html|txt))["']""")
_PARENT = re.compile(r"""{% extends ["']([^"']+)["'] %}""")
_INCLUDED = re.compile(r"""{% include ["']([^"']+)["']""")


def client_modules() -> list[Module]:
    """Return the modules of ``surveys`` whose texts a client can meet."""
    known = {module.name: module for module in modules() if module.package == "surveys"}
    open_, found = list(DOORS), {}
    while open_:
        name = open_.pop()
        if name in known and name not in found and not name.startswith(COLLEAGUES_WORDS):
            found[name] = known[name]
            open_ += known[name].imports()
            open_ += [imported.rpartition(".")[0] for imported in known[name].imports()]
    return [found[name] for name in sorted(found)]


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _is_client_page(name: str) -> bool:
    """Whether ``name`` draws itself inside the client's frame, or stands in for it."""
    while parent := _PARENT.search(_source(name)):
        name = parent[1]
    return name == _BASE


def client_mails() -> set[str]:
    """Return the names of the mails that ``surveys.mails`` composes: folders of templates/mail."""
    (module,) = (module for module in modules() if module.name == "surveys.mails")
    words = {
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {path.name for path in (FOLDER / "mail").iterdir() if path.name in words}


def client_templates() -> set[str]:
    """Return every template of a client's page or mail, with what each of them includes."""
    names = [str(path.relative_to(FOLDER)) for path in templates()]
    mails = tuple(f"mail/{name}/" for name in client_mails())
    open_ = [
        name
        for name in names
        if name in {_BASE, "500.html"}
        or (name.startswith("surveys/") and "/parts/" not in name and _is_client_page(name))
        or name.startswith(mails)
    ]
    # What the layout of the form and its pack name in code.
    for module in client_modules():
        open_ += [name for name in _NAMES.findall(module.text) if (FOLDER / name).exists()]
    open_ += ["clear/display_form.html", "clear/inputs.html", "clear/field.html"]
    found: set[str] = set()
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += _INCLUDED.findall(_source(name))
    return found


def client_texts() -> dict[Text, str]:
    """Return every text with the file that uses it."""
    found: dict[Text, str] = {}
    for name in sorted(client_templates()):
        for text in texts_in_template(_source(name)):
            found.setdefault(text, name)
    for module in client_modules():
        for text in texts_in_code(module.text):
            found.setdefault(text, module.name)
    for module in modules():
        if module.name == "surveys.models.answers":
            for text in _choices(module.tree):
                found.setdefault(text, module.name)
    return found


def _choices(tree: ast.Module) -> list[Text]:
    """Return the labels of the answers that a client chooses from."""
    names = {choices.__name__ for choices in CHOICES}
    return [
        text
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name in names
        for text in texts_in_code(ast.unparse(node))
    ]
