"""The mails that go to clients."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from outbox.mail import Mail, Person, compose, site_address
from staff.branding import current_brand
from staff.models import User
from surveys import texts
from surveys.additions import Additions
from surveys.languages import written_day
from surveys.models import (
    Invitation,
    MailText,
    OwnTexts,
    Satisfaction,
    SolvedQuestion,
    TextKind,
    Verdict,
)
from surveys.questions import questions_of


def compose_invitation(
    invitation: Invitation, token: str, *, additions: Additions | None = None
) -> Mail:
    """Return the invitation in the contact's language, in the account manager's name.

    ``token`` opens the page. The three links preselect question 1 and record nothing.
    ``additions`` are those of the batch; without, they are fetched for this one.
    """
    additions = additions or Additions.of([invitation])
    return _compose("invitation", invitation, _links(token), **_opened(invitation, additions))


def compose_reminder(
    invitation: Invitation,
    token: str,
    *,
    number: int,
    sent_at: datetime,
    own_texts: OwnTexts | None = None,
) -> Mail:
    """Return the ``number``-th reminder of the mail that was sent at ``sent_at``.

    Like the invitation, and shorter. The last one of REMIND_AFTER_DAYS says that it is.
    ``own_texts`` are the firm's, fetched when they are not given.
    """
    if own_texts is None:
        own_texts = MailText.objects.all().in_hand()
    is_last = number >= len(settings.REMIND_AFTER_DAYS)
    more = _reminding(invitation, own_texts, sent_at=sent_at, is_last=is_last)
    return _compose("reminder", invitation, _links(token), **more)


def compose_sample(
    kind: str, invitation: Invitation, own_texts: OwnTexts, *, page: str, to: Person
) -> Mail:
    """Return a mail of ``kind`` about an invented ``invitation``, for a colleague to look at.

    Every link leads to ``page``, and no mail program offers to unsubscribe. It goes to ``to``.
    """
    links = dict.fromkeys((*Satisfaction.values, "page", "stop"), page)
    if kind == TextKind.INVITATION:
        more = _opened(invitation, Additions(texts=own_texts))
        mail = _compose("invitation", invitation, links, to=to, **more)
    else:
        is_last = kind == TextKind.LAST_REMINDER
        sent_at = invitation.invited_at
        more = _reminding(invitation, own_texts, sent_at=sent_at, is_last=is_last)
        mail = _compose("reminder", invitation, links, to=to, **more)
    for header in _one_click(page):
        del mail.extra_headers[header]
    return mail


def _opened(invitation: Invitation, additions: Additions) -> dict[str, Any]:
    """Return what an invitation says beside what every mail says."""
    with translation.override(invitation.language):
        more = _worded(TextKind.INVITATION, invitation, additions.texts)
        if told := additions.follow_ups.get(invitation.pk):
            more["follow_up"] = texts.follow_up_sentence(
                project=told.response.project.name, text=told.text
            )
    return {**more, "personal_line": additions.lines.get(invitation.project_contact_id, "")}


def _reminding(
    invitation: Invitation, own_texts: OwnTexts, *, sent_at: datetime, is_last: bool
) -> dict[str, Any]:
    """Return what a reminder says beside what every mail says."""
    kind = TextKind.LAST_REMINDER if is_last else TextKind.REMINDER
    with translation.override(invitation.language):
        asked_on = written_day(timezone.localdate(sent_at))
        return {**_worded(kind, invitation, own_texts, asked_on=asked_on), "is_last": is_last}


def _worded(
    kind: TextKind, invitation: Invitation, own_texts: OwnTexts, **more: str
) -> dict[str, Any]:
    """Return subject and opening of a mail, filled in, in the active language."""
    project = invitation.project
    own = texts.own_text(own_texts, kind, invitation.language)
    wording = texts.wording_of(
        own, kind, touchpoint=invitation.touchpoint, has_day=project.closed_on is not None
    )
    values = {
        "contact": invitation.contact.name,
        "client": project.client.name,
        "project": project.name,
        "day": written_day(project.closed_on) if project.closed_on else "",
        "account_manager": project.account_manager.name,
        "firm": current_brand().name,
        texts.OTHER_PROJECTS: texts.about_others(invitation.other_names),
        **more,
    }
    subject = texts.filled(wording.subject, values)
    return {"own_subject": subject, "opening": texts.paragraphs(wording.body, values)}


def compose_reopened(invitation: Invitation, token: str, *, answered_at: datetime) -> Mail:
    """Return the mail that says that the answer of ``answered_at`` may be given anew."""
    more: dict[str, Any] = {"answered_on": timezone.localdate(answered_at)}
    return _compose("reopened", invitation, _links(token), **more)


def compose_solved(question: SolvedQuestion, token: str) -> Mail:
    """Return the mail that asks, after a – was closed as solved, whether it is.

    Two links preselect an answer on the page that ``token`` opens, and record nothing.
    """
    response = question.response
    page = site_address(reverse("surveys:solved", args=[token]))
    links = {verdict.value: f"{page}?solved={verdict.value}" for verdict in Verdict}
    assert question.expires_at is not None  # it is being asked
    return _compose(
        "solved",
        response.invitation,
        {**_links(token), **links, "page": page},
        language=question.language,
        answered_on=timezone.localdate(response.submitted_at),
        expires_on=timezone.localdate(question.expires_at),
    )


def _compose(
    name: str,
    invitation: Invitation,
    links: dict[str, str],
    *,
    to: Person | None = None,
    language: str = "",
    **more: Any,
) -> Mail:
    """Return the mail ``name`` with everything that a mail about an invitation speaks of.

    In the invitation's language, unless it is to be in another.
    """
    contact, project = invitation.contact, invitation.project
    language = language or invitation.language
    manager = project.account_manager
    return compose(
        name,
        {
            "invitation": invitation,
            "contact": contact,
            "project": project,
            "client": project.client,
            "account_manager": manager,
            "supervisor": manager.supervisor,
            "links": links,
            "own_question": questions_of(invitation, language).satisfaction,
            "expires_on": timezone.localdate(invitation.expires_at),
            "privacy_url": settings.PRIVACY_URL,
            **more,
        },
        to=to or Person(name=contact.name, address=contact.email),
        language=language,
        sender_name=manager.name,
        reply_to=_reply_to(manager),
        headers=_one_click(links["stop"]),
    )


def _links(token: str) -> dict[str, str]:
    """Return every address that ``token`` opens: of each answer, the page, and to stop."""
    page = site_address(reverse("surveys:page", args=[token]))
    stop = site_address(reverse("surveys:stop", args=[token]))
    answers = {answer.value: f"{page}?satisfaction={answer.value}" for answer in Satisfaction}
    return {**answers, "page": page, "stop": stop}


def _one_click(stop: str) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _reply_to(manager: User) -> Person | None:
    """Return where a client's reply goes, as REPLY_TO says; None leaves it to the sender."""
    if settings.REPLY_TO == "account_manager":
        return Person(name=manager.name, address=manager.email)
    if settings.REPLY_TO == "firm" and settings.FIRM_REPLY_TO:
        return Person(name=current_brand().name, address=settings.FIRM_REPLY_TO)
    return None
