"""What the page of a lead shows; also beside the list."""

from typing import Any

from django.utils import timezone

from alerts.forms import NoteForm
from alerts.lead_course import lead_course_of
from alerts.lead_forms import HandLeadOverForm, LeadContactForm, LeadForm, StageForm, ValueForm
from alerts.models import Alert, Lead
from alerts.story import last_contact_with, sees_invitation, story_of
from staff.models import User

FORMS: dict[str, type[LeadForm]] = {
    "contact": LeadContactForm,
    "stage": StageForm,
    "value": ValueForm,
    "hand_over": HandLeadOverForm,
}


def fresh_forms(lead: Lead) -> dict[str, Any]:
    """Return what can be filled in about ``lead`` as it stands."""
    names = ("stage", "value") if lead.is_closed else tuple(FORMS)
    return {"note": NoteForm(), **{name: FORMS[name](lead=lead) for name in names}}


def lead_context(lead: Lead, user: User, *, forms: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the template of a lead needs, in a fixed number of queries."""
    story = story_of(lead.response)
    alerts = [*story.open_alerts, *story.earlier_alerts]
    own = getattr(lead.response, "alert", None)
    asked = [alert.pk for alert in (*alerts, *([own] if own else []))]
    visible = Alert.objects.visible_to(user).filter(pk__in=asked).order_by()
    return {
        "lead": lead,
        "story": story,
        "today": timezone.localdate(),
        "last_contact": last_contact_with(lead.response.contact),
        "visible_alerts": set(visible.values_list("pk", flat=True)),
        "course": lead_course_of(lead),
        "sees_invitation": sees_invitation(lead.response, user),
        "later_answers": list(lead.response.later_answers.all()),
        "forms": fresh_forms(lead) if forms is None else forms,
    }
