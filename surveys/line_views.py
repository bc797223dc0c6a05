"""The page on which an account manager writes a personal line to one contact."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from staff.roles import Right, requires, signed_in
from surveys.actions.adding import write_line
from surveys.actions.holding import Conflict
from surveys.models import LINE_MAX, PersonalLine, ProjectContact
from surveys.plain_text import PlainTextField


class LineForm(forms.Form):
    """One sentence to one contact."""

    text = PlainTextField(
        label=gettext_lazy("Personal sentence"),
        help_text=gettext_lazy("At most 200 characters. Leave it empty to say nothing."),
        max_length=LINE_MAX,
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.PREPARE_INVITATIONS)
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a personal line to one contact of an own project, and store it."""
    user = signed_in(request)
    own = ProjectContact.objects.written_to_by(user).of_closed_projects()
    part = get_object_or_404(own.select_related("contact__client", "project__client"), pk=pk)
    said = PersonalLine.objects.filter(project_contact=part, author=user).first()
    form = LineForm(request.POST or None, initial={"text": said.text if said else ""})
    back = reverse("invitations:list") + (f"?{request.GET.urlencode()}" if request.GET else "")
    if not form.is_valid():
        return render(request, "invitations/line.html", {"part": part, "form": form, "back": back})
    text = form.cleaned_data["text"]
    try:
        write_line(project_contact=part, author=user, text=text)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        done = _("Your sentence to %(name)s is saved.") if text else _("%(name)s gets no sentence.")
        messages.success(request, done % {"name": part.contact.name})
    return redirect(back)
