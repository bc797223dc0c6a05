"""What the pages after answering show: what stands, and what can still be offered or asked."""

from dataclasses import dataclass
from datetime import date, datetime

from crispy_forms.utils import render_crispy_form
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from surveys.models import (
    WISHES_MAX,
    CallRequest,
    Consent,
    ConsentKind,
    Contact,
    Group,
    Invitation,
    Project,
    Response,
    kinds_offered,
)
from surveys.observing import seal
from surveys.page import Readers, readers_of, sealed
from surveys.wish_forms import MOMENTS, CallForm, ConsentForm, Words, last_digits, words_of


def standing_response(invitation: Invitation) -> Response | None:
    """Return the response that stands for ``invitation``, in hand with it; None before.

    Also None while it is open for a new answer: nobody offers or asks beside the old one then.
    """
    if invitation.standing is None or not invitation.is_answered:
        return None
    response = Response.objects.get(pk=invitation.standing.pk)
    response.invitation = invitation
    return response


def beside(name: str) -> str:
    """Return the address of another page of the same link, in the active language."""
    return f"../{name}/?language={get_language()}"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A consent in the words of the active language."""

    consent: Consent
    words: Words
    given_on: date
    withdrawn_on: date | None


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request to be called, to be read back to the client."""

    request: CallRequest
    readers: Readers  # whose first one calls
    asked_on: date
    moment: object  # "in the morning", in the active language
    digits: str  # the last two of the number we know, when that is the one to call


def agreed(consent: Consent, response: Response) -> Agreed:
    """Put ``consent``, given after ``response``, into words."""
    ended_at = consent.withdrawn_at
    return Agreed(
        consent=consent,
        words=words_of(consent.kind, response),
        given_on=timezone.localdate(consent.given_at),
        withdrawn_on=timezone.localdate(ended_at) if ended_at else None,
    )


def call_in_words(request: CallRequest, contact: Contact, project: Project) -> Call:
    """Put ``request`` into words. A number we know is not shown: links are passed on."""
    return Call(
        request=request,
        readers=readers_of(project),
        asked_on=timezone.localdate(request.asked_at),
        moment=MOMENTS[request.moment],
        digits="" if request.phone else last_digits(contact.phone),
    )


class After:
    """The second step on the thank-you page: optional, and nothing of it chosen beforehand.

    Read from the database at every view: what it says is stored, is stored.
    """

    def __init__(self, invitation: Invitation, response: Response, token: str, now: datetime):
        self.response, self._contact = response, invitation.contact
        self._token, self._now = token, now
        consents = list(Consent.objects.filter(response=response))
        calls = list(CallRequest.objects.filter(response=response))
        standing = [one for one in consents if one.withdrawn_at is None]
        self.agreed = [agreed(one, response) for one in standing]
        request = next((one for one in calls if one.ended_at is None), None)
        self.call = request and call_in_words(request, self._contact, invitation.project)
        self.kinds: tuple[ConsentKind, ...] = tuple(
            kind
            for kind in kinds_offered(response)
            if kind not in {one.kind for one in standing} and len(consents) < WISHES_MAX
        )
        self.may_ask_for_call = len(calls) < WISHES_MAX
        # A form that came back with what was typed; set by whoever took it.
        self.faulty: forms.Form | None = None

    @property
    def mine_link(self) -> str:
        """Where the client sees, and takes back, what was agreed: beside this address."""
        return beside("mine")

    @property
    def has_some(self) -> bool:
        """Whether anything stands."""
        return bool(self.agreed or self.call)

    def new_consent_form(self, data: object = None) -> ConsentForm:
        """Return the form for what is not allowed yet."""
        return ConsentForm(data, response=self.response, kinds=self.kinds)

    def new_call_form(self, data: object = None) -> CallForm:
        """Return the form for a call, or for another one than stands."""
        return CallForm(
            data,
            known=self._contact.phone,
            is_called_anyway=self.response.group == Group.NEGATIVE,
            is_change=self.call is not None,
        )

    @property
    def consent_form(self) -> SafeString | None:
        """The markup of the ticks; None when there is nothing left to allow."""
        if not self.kinds:
            return None
        is_back = isinstance(self.faulty, ConsentForm)
        return self._markup(self.faulty if is_back else self.new_consent_form())

    @property
    def call_form(self) -> SafeString | None:
        """The markup of the question when to call; None when it was changed too often."""
        if not self.may_ask_for_call:
            return None
        is_back = isinstance(self.faulty, CallForm)
        return self._markup(self.faulty if is_back else self.new_call_form())

    @property
    def is_consent_faulty(self) -> bool:
        """Whether the ticks are the form that came back."""
        return isinstance(self.faulty, ConsentForm)

    @property
    def is_call_faulty(self) -> bool:
        """Whether the form for a call is the one that came back."""
        return isinstance(self.faulty, CallForm)

    def _markup(self, form: forms.Form | None) -> SafeString:
        seen = getattr(form, "seen", "") or seal(self._token, self._now)
        return sealed(render_crispy_form(form), seen)


class Mine:
    """Everything that one contact agreed to or asked for, in whatever answer, the newest first.

    Project names and the consents themselves; what was answered is not here.
    """

    def __init__(self, invitation: Invitation):
        contact = invitation.contact
        about = "response__invitation__project_contact__project"
        consents = Consent.objects.of_contact(contact).select_related(about)
        every = [agreed(one, one.response) for one in consents.order_by("-given_at", "pk")]
        calls = CallRequest.objects.of_contact(contact).standing()
        calls = calls.select_related(
            f"{about}__account_manager__supervisor", f"{about}__division__fallback"
        )
        self.agreed = [one for one in every if one.consent.withdrawn_at is None]
        self.ended = [one for one in every if one.consent.withdrawn_at is not None]
        self.calls = [
            call_in_words(one, contact, one.project) for one in calls.order_by("-asked_at", "pk")
        ]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands."""
        return not (self.agreed or self.calls)


def write_to(invitation: Invitation) -> str:
    """Return the address for all else: the one that replies to our mails go to; else empty."""
    if settings.REPLY_TO == "account_manager":
        return invitation.project.account_manager.email
    return str(settings.FIRM_REPLY_TO)
