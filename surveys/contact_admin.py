"""The page in the administration where contacts of an existing project come and go.

Contacts are fixed when a project is made (PRODUCT, from close to follow-up, 1). Here alone can
they change afterwards, each time with a reason that is kept.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.roles import signed_in
from surveys.actions import holding
from surveys.models import Contact, ContactChange, Project, ProjectContact


class _ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It stays in the log of the project."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class AddContactForm(_ReasonForm):
    """Which contact of the client to add, and why."""

    contact = forms.ModelChoiceField(label=gettext_lazy("Contact"), queryset=Contact.objects.none())
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, choices=ProjectContact.Role.choices
    )
    field_order = ("contact", "role", "reason")

    def __init__(self, data: Any, *, project: Project) -> None:
        super().__init__(data, auto_id="add_%s")
        own = Contact.objects.filter(client=project.client_id).exclude(projects=project)
        field = self.fields["contact"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = own.order_by("name")


class RemoveContactForm(_ReasonForm):
    """Which contact to take off, and why."""

    part = forms.ModelChoiceField(
        label=gettext_lazy("Contact"), queryset=ProjectContact.objects.none()
    )
    field_order = ("part", "reason")

    def __init__(self, data: Any, *, project: Project) -> None:
        super().__init__(data, auto_id="remove_%s")
        asked = {"invitations__isnull": True, "named_in__isnull": True}
        field = self.fields["part"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = project.project_contacts.filter(**asked).select_related(
            "contact", "project"
        )


def contacts_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the contacts of a project and what changed about them; add one, or take one off."""
    project = get_object_or_404(Project.objects.select_related("client"), pk=pk)
    adding = AddContactForm(_posted(request, "add"), project=project)
    removing = RemoveContactForm(_posted(request, "remove"), project=project)
    if adding.is_valid() or removing.is_valid():
        try:
            _change(request, project, adding, removing)
        except holding.Conflict as conflict:
            messages.warning(request, str(conflict))
        return redirect("admin:surveys_project_contacts", pk=pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Contacts of %(project)s") % {"project": project.name},
        "opts": Project._meta,
        "project": project,
        "parts": project.project_contacts.select_related("contact").order_by("contact__name"),
        "changes": ContactChange.objects.filter(project=project).select_related("contact", "actor"),
        "adding": adding,
        "removing": removing,
    }
    return TemplateResponse(request, "admin/surveys/project/contacts.html", context)


def _posted(request: HttpRequest, act: str) -> Any:
    """Return what was posted to one of the two forms."""
    return request.POST if request.POST.get("act") == act else None


def _change(
    request: HttpRequest, project: Project, adding: AddContactForm, removing: RemoveContactForm
) -> None:
    actor = signed_in(request)
    if adding.is_valid():
        holding.add_contact(project=project, actor=actor, **adding.cleaned_data)
        messages.success(request, _("The contact is added."))
    else:
        given = removing.cleaned_data
        holding.remove_contact(project_contact=given["part"], reason=given["reason"], actor=actor)
        messages.success(request, _("The contact is taken off."))
