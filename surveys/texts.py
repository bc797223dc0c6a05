"""The wording of mails to clients: placeholders, the product's own words, and filling them in.

A text is plain: what somebody typed is never a template and never markup. A placeholder is
replaced by what it stands for in one pass, so that a project named ``{client}`` stays one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from surveys.models import UNDER_WAY, MailText, OwnTexts, TextKind, Touchpoint

OTHER_PROJECTS = "other_projects"
_IN_SUBJECT = ("contact", "client", "project", "day", "account_manager", "firm")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BRACE = re.compile(r"[{}]")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_BLANKS = re.compile(r"[ \t\r\n]+")  # not the blank that holds a day together


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Subject and opening of a mail, with placeholders."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph filled in, for either part of a mail."""

    text: str
    html: SafeString


def names_for(kind: str, *, in_subject: bool = False) -> tuple[str, ...]:
    """Return the placeholders that a mail of ``kind`` knows, without their braces."""
    asked = () if kind == TextKind.INVITATION else ("asked_on",)
    return (*_IN_SUBJECT, *asked) if in_subject else (*_IN_SUBJECT, *asked, OTHER_PROJECTS)


def unknown_in(text: str, known: tuple[str, ...]) -> list[str]:
    """Return the placeholders of ``text`` that are not among ``known``, with braces, each once."""
    return [
        f"{{{name}}}" for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in known
    ]


def is_broken(text: str) -> bool:
    """Whether ``text`` has a brace that is no part of a placeholder, known or not."""
    return bool(_BRACE.search(_PLACEHOLDER.sub("", text)))


def standard(
    kind: str, *, touchpoint: str = Touchpoint.PROJECT_CLOSE, has_day: bool = True
) -> Wording:
    """Return the product's own wording in the active language.

    ``has_day`` False is for a project whose closing day is not known.
    """
    project = {"project": "{project}"}
    is_under_way = touchpoint in UNDER_WAY
    if kind != TextKind.INVITATION:
        return _reminding(project, is_under_way=is_under_way)
    opening = _occasion(touchpoint, has_day=has_day) % {**project, "day": "{day}"}
    if is_under_way:
        subject = _("How do you experience our work on %(project)s?")
    else:
        subject = _("How do you look back on %(project)s?")
    return Wording(subject=subject % project, body=f"{opening} {{{OTHER_PROJECTS}}}")


def _occasion(touchpoint: str, *, has_day: bool) -> str:
    """Return why we ask at ``touchpoint``, and what it takes."""
    if touchpoint == Touchpoint.MID_PROJECT:
        return _(
            "We are about halfway with %(project)s. I would like to hear how you experience our "
            "work so far. It takes four short questions, half a minute in all."
        )
    if touchpoint == Touchpoint.DELIVERY:
        return _(
            "According to plan, %(project)s is being completed these weeks. I would like to hear "
            "how you experience our work. It takes four short questions, half a minute in all."
        )
    if has_day:
        done = _("We completed %(project)s on %(day)s.")
    else:
        done = _("We worked for you on %(project)s.")
    if touchpoint == Touchpoint.AFTERCARE:
        question = _(
            "I would like to hear how you look back on it now. It takes four short questions, "
            "half a minute in all."
        )
    else:
        question = _(
            "I would like to hear how you experienced our work. It takes four short questions, "
            "half a minute in all."
        )
    return f"{done} {question}"


def _reminding(project: dict[str, str], *, is_under_way: bool) -> Wording:
    asked = {**project, "day": "{asked_on}"}
    if is_under_way:
        subject = _("Reminder: how do you experience our work on %(project)s?")
        opening = _(
            "On %(day)s I asked you how you experience our work on %(project)s. I have not had "
            "your answer yet, and would still like to hear it. It takes half a minute."
        )
    else:
        subject = _("Reminder: how do you look back on %(project)s?")
        opening = _(
            "On %(day)s I asked you how you experienced our work on %(project)s. I have not had "
            "your answer yet, and would still like to hear it. It takes half a minute."
        )
    return Wording(subject=subject % project, body=f"{opening % asked} {{{OTHER_PROJECTS}}}")


def own_text(texts: OwnTexts, kind: str, language: str) -> MailText | None:
    """Return the firm's own text; the last reminder follows the reminder unless it has one."""
    own = texts.get((kind, language))
    if own is None and kind == TextKind.LAST_REMINDER:
        return texts.get((TextKind.REMINDER, language))
    return own


def wording_of(own: MailText | None, kind: str, *, touchpoint: str, has_day: bool) -> Wording:
    """Return what is sent: the firm's own words, else the product's, in the active language.

    The firm's are about a project that is completed; other moments have the product's.
    An own subject is empty where the product's is to be used, which names several projects.
    Words that name a closing day are not for a project without: it gets the product's.
    """
    usual = standard(kind, touchpoint=touchpoint, has_day=has_day)
    if touchpoint != Touchpoint.PROJECT_CLOSE:
        own = None
    subject = own.subject if own and (has_day or "{day}" not in own.subject) else ""
    body = own.body if own and (has_day or "{day}" not in own.body) else usual.body
    return Wording(subject=subject, body=body)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` as one line with its placeholders replaced."""
    return _one_line(_PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text))


def paragraphs(body: str, values: Mapping[str, str]) -> list[Paragraph]:
    """Return ``body`` filled in. Other projects are always named: if not in it, then below it."""
    if f"{{{OTHER_PROJECTS}}}" not in body:
        body = f"{body}\n\n{{{OTHER_PROJECTS}}}"
    plain = {name: _one_line(value) for name, value in values.items()}
    markup: dict[str, str] = {name: escape(value) for name, value in plain.items()}
    markup["project"] = format_html("<b>{}</b>", plain["project"])
    found = []
    for block in _BETWEEN_PARAGRAPHS.split(body.strip()):
        lines = list(_lines(block, plain))
        if lines:
            html = "<br>".join(_lines(escape(block), markup))
            safe = mark_safe(html)  # noqa: S308  every part of it was escaped above
            found.append(Paragraph(text="\n".join(lines), html=safe))
    return found


def about_others(names: str) -> str:
    """Return the sentence that names the other projects, in the active language; or nothing."""
    if not names:
        return ""
    return _(
        "This mail is also about %(projects)s: one answer about these projects together is enough."
    ) % {"projects": names}


def follow_up_sentence(*, project: str, text: str) -> str:
    """Return what a client reads about an earlier answer, in the active language."""
    return _("What we did with your answer about %(project)s: %(text)s") % {
        "project": project,
        "text": text,
    }


def _lines(block: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of ``block`` filled in; one that says nothing any more is left out."""
    for line in block.splitlines():
        if said := filled(line, values):
            yield said


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" ")
