"""What administrators manage of the asking: clients, contacts, projects, services, sectors.

Invitations, links and responses are not here: raw answers are never altered, and the hash of a
personal link is nobody's business.
"""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path

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

    list_display = ("name", "client", "email", "job_title", "language", "opted_out_at")
    list_filter = ("language", ("opted_out_at", admin.EmptyFieldListFilter))
    readonly_fields = ("opted_out_at",)
    list_select_related = ("client",)
    search_fields = ("name", "email", "client__name")
    autocomplete_fields = ("client",)


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
