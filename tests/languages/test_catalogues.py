"""German and French hold all that a client reads, nothing else, and are compiled."""

import polib
import pytest

from surveys.languages import NAMES
from tests.architecture.source import ROOT
from tests.architecture.test_translations import placeholder_errors, translation_errors
from tests.languages.client_texts import client_mails, client_templates, client_texts

BOTH = pytest.mark.parametrize("language", ["de", "fr"])


def folder(language):
    return ROOT / "locale" / language / "LC_MESSAGES"


def catalogue(language):
    return polib.pofile(str(folder(language) / "django.po"))


@BOTH
def test_every_text_that_a_client_reads_is_translated(language):
    assert not translation_errors(catalogue(language), client_texts())


@BOTH
def test_words_of_colleagues_are_not_in_it(language):
    texts = client_texts()
    kept = [(entry.msgctxt, entry.msgid) for entry in catalogue(language)]
    assert not [text for text in kept if text not in texts]
    assert len(kept) == len(set(kept))


@BOTH
def test_every_translation_keeps_the_placeholders(language):
    assert not [error for entry in catalogue(language) for error in placeholder_errors(entry)]


@BOTH
def test_the_compiled_catalogue_is_the_written_one(language):
    written, compiled = (
        {(entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in entries}
        for entries in (
            catalogue(language).translated_entries(),
            polib.mofile(str(folder(language) / "django.mo")),
        )
    )
    assert compiled == written


@BOTH
def test_the_tone_is_the_house_tone(language):
    """No exclamation mark, and in French the blank before a sign does not break the line."""
    said = [
        form
        for entry in catalogue(language)
        for form in (list(entry.msgstr_plural.values()) or [entry.msgstr])
    ]
    assert not [text for text in said if "!" in text]
    assert not [text for text in said if language == "fr" and any(f" {s}" in text for s in "?:;»")]


def test_the_search_for_texts_reaches_every_kind_of_place():
    found = {msgid for _context, msgid in client_texts()}
    assert found >= {
        "Four questions about %(project)s",  # a page
        "What made the difference for you?",  # a template that only code names
        "Error:",  # included by the pack
        "More than satisfied",  # a choice of a model
        "Send my answers",  # the form
        "Kind regards,",  # a mail
        "Something went wrong on our side",  # our fault
    }
    assert "alert" not in client_mails()
    assert not [name for name in client_templates() if name.startswith(("alerts/", "account/"))]


def test_every_language_of_clients_has_its_own_name(settings):
    assert list(NAMES) == [code for code, _label in settings.CLIENT_LANGUAGES]
    assert {code for code, _label in settings.STAFF_LANGUAGES} == {"nl", "en"}
