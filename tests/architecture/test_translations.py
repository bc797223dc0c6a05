"""Dutch is complete, says what the English says, and is compiled."""

import re

import polib
import pytest

from tests.architecture.source import ROOT
from tests.architecture.texts import all_texts, texts_in_code, texts_in_template

FOLDER = ROOT / "locale" / "nl" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def dutch():
    return polib.pofile(str(FOLDER / "django.po"))


def translation_errors(catalogue, texts):
    """Return every text in use that is missing from the catalogue, or not done in it."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    errors = []
    for (context, msgid), where in texts.items():
        entry = entries.get((context, msgid))
        if entry is None:
            errors.append(f"{where}: {msgid!r} is not in the catalogue")
        elif not entry.translated():
            errors.append(f"{where}: {msgid!r} is {'fuzzy' if entry.fuzzy else 'untranslated'}")
    return errors


def placeholder_errors(entry):
    """Return each Dutch form whose placeholders are not those of the English."""
    wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    forms = list(entry.msgstr_plural.values()) or [entry.msgstr]
    return [
        f"{entry.msgid!r}: {form!r}"
        for number, form in enumerate(forms)
        # The singular may say "één" where the plural counts.
        if (used := set(PLACEHOLDER.findall(form))) != wanted
        and not (len(forms) > 1 and number == 0 and used < wanted)
    ]


def test_every_text_in_use_is_translated():
    assert not translation_errors(dutch(), all_texts())


def test_every_translation_keeps_the_placeholders():
    assert not [error for entry in dutch() for error in placeholder_errors(entry)]


def test_the_compiled_catalogue_is_the_written_one():
    written = {
        (entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr
        for entry in dutch().translated_entries()
    }
    compiled = {
        (entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr
        for entry in polib.mofile(str(FOLDER / "django.mo"))
    }
    assert compiled == written


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "New text" %}', (None, "New text")),
        ("{% translate 'New text' as name %}", (None, "New text")),
        ('{% translate "Open" context "door" %}', ("door", "Open")),
        ('{{ _("New text")|upper }}', (None, "New text")),
        ("{% blocktranslate %}Dear {{ name }}{% endblocktranslate %}", (None, "Dear %(name)s")),
        (
            "{% blocktranslate trimmed %}\n  One\n  line\n{% endblocktranslate %}",
            (None, "One line"),
        ),
        (
            "{% blocktranslate count n=n %}one{% plural %}{{ n }} many{% endblocktranslate %}",
            (None, "one"),
        ),
        (
            '{% blocktranslate context "door" %}It\'s "open"{% endblocktranslate %}',
            ("door", 'It\'s "open"'),
        ),
    ],
)
def test_texts_of_templates_are_found(source, expected):
    assert list(texts_in_template(source)) == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("_('New text')", (None, "New text")),
        ("gettext('one ' 'sentence')", (None, "one sentence")),
        ("gettext_lazy('New text')", (None, "New text")),
        ("translation.gettext('New text')", (None, "New text")),
        ("ngettext('one', '%(n)s many', n)", (None, "one")),
        ("pgettext_lazy('door', 'Open')", ("door", "Open")),
    ],
)
def test_texts_of_code_are_found(source, expected):
    assert list(texts_in_code(source)) == [expected]


def test_the_checker_sees_what_is_missing_and_what_is_not_done():
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="done", msgstr="af"))
    catalogue.append(polib.POEntry(msgid="empty", msgstr=""))
    catalogue.append(polib.POEntry(msgid="fuzzy", msgstr="vaag", flags=["fuzzy"]))
    used = dict.fromkeys([(None, text) for text in ("done", "empty", "fuzzy", "new")], "page.html")
    assert len(translation_errors(catalogue, used)) == 3


def test_the_checker_sees_a_lost_placeholder():
    assert placeholder_errors(polib.POEntry(msgid="Dear %(name)s", msgstr="Beste %(naam)s"))
    assert not placeholder_errors(polib.POEntry(msgid="Dear %(name)s", msgstr="Beste %(name)s"))
