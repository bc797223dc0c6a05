"""What administrators manage of the asking: clients, contacts, projects, services, sectors.

Invitations, links and responses are not here: raw answers are never altered, and the hash of a
personal link is nobody's business.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy

from staff.roles import signed_in
from surveys.actions.reaching import trust_address
from surveys.contact_admin import contacts_view
from surveys.models import Client, Contact, Project, ProjectContact, Sector, Service


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Organisations."""

    list_display = ("name", "language")
    list_filter = ("language",)
    search_fields = ("name",)


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People at clients. That one wants no more questions is for that one alone to say."""

    list_display = (
        "name",
        "client",
        "email",
        "job_title",
        "language",
        "opted_out_at",
        "bounced_at",
    )
    list_filter = (
        "language",
        ("opted_out_at", admin.EmptyFieldListFilter),
        ("bounced_at", admin.EmptyFieldListFilter),
    )
    readonly_fields = ("opted_out_at", "bounced_at")
    actions = ("trust_addresses",)
    list_select_related = ("client",)
    search_fields = ("name", "email", "client__name")
    autocomplete_fields = ("client",)

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """Save; a corrected address is no longer one that does not work."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            self._trust(request, obj)

    @admin.action(description=gettext_lazy("The address works again"))
    def trust_addresses(self, request: HttpRequest, queryset: QuerySet[Contact]) -> None:
        """Take the mark away without another address, such as after a fault at the client's."""
        for contact in queryset.filter(bounced_at__isnull=False):
            self.log_change(request, contact, gettext("The address works again"))
            self._trust(request, contact)

    def _trust(self, request: HttpRequest, contact: Contact) -> None:
        taken_back = trust_address(contact=contact, actor=signed_in(request))
        if taken_back is None:
            return
        text = gettext("%(name)s may be asked again.") % {"name": contact.name}
        if taken_back:
            text += " " + gettext("The next run of the invitations asks anew.")
        self.message_user(request, text)


class ProjectContactInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who is asked about a project. Chosen with the project; later only with a reason."""

    model = ProjectContact
    extra = 0
    autocomplete_fields = ("contact",)

    def has_add_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        return obj is None

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        return ["contact"] if obj else []


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Projects with their contacts."""

    list_display = ("number", "name", "client", "account_manager", "division", "closed_on")
    list_filter = ("state", "division", "service", "sector")
    list_select_related = ("client", "account_manager", "division")
    search_fields = ("number", "name", "client__name")
    autocomplete_fields = ("client", "account_manager", "division", "service", "sector")
    date_hierarchy = "closed_on"
    inlines = (ProjectContactInline,)
    change_form_template = "admin/surveys/project/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        contacts = path(
            "<int:pk>/contacts/",
            self.admin_site.admin_view(contacts_view),
            name="surveys_project_contacts",
        )
        return [contacts, *super().get_urls()]


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the firm offers; what is offered to clients shows on their page."""

    list_display = ("name", "name_en", "is_offered")
    search_fields = ("name",)


@admin.register(Sector)
class SectorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Clients' lines of business."""

    search_fields = ("name",)
