"""What administrators manage of the asking: clients, contacts, projects, services, sectors.

Invitations, links and responses are not here: raw answers are never altered, and the hash of a
personal link is nobody's business.
"""

from django.contrib import admin

from surveys.models import Client, Contact, Project, ProjectContact, Sector, Service


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Organisations."""

    search_fields = ("name",)


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People at clients."""

    list_display = ("name", "client", "email", "job_title", "language")
    list_filter = ("language",)
    list_select_related = ("client",)
    search_fields = ("name", "email", "client__name")
    autocomplete_fields = ("client",)


class ProjectContactInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who is asked about a project, with their role."""

    model = ProjectContact
    extra = 0
    autocomplete_fields = ("contact",)


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


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the firm offers; what is offered to clients shows on their page."""

    list_display = ("name", "name_en", "is_offered")
    search_fields = ("name",)


@admin.register(Sector)
class SectorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Clients' lines of business."""

    search_fields = ("name",)
