"""Administrators look at asks; what happened is recorded where it happens, in the inbox."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ambassadors.programme.models import Ask
from staff.roles import signed_in
from staff.works_council import may_compare_persons


@admin.register(Ask)
class AskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who was asked for what. What was noted stays with whoever works the alert."""

    list_display = ("contact", "kind", "asked_by", "asked_on", "answer", "answered_on")
    list_filter = ("kind", "answer")
    list_select_related = ("contact", "asked_by")
    search_fields = ("contact__name",)
    fields = list_display
    # No order and no filter by colleague: the list counts what it shows (works-council mode).
    sortable_by = ("contact", "kind", "asked_on", "answer", "answered_on")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By a colleague only outside works-council mode."""
        is_of_colleague = lookup.startswith(("asked_by", "answer_recorded_by"))
        if is_of_colleague and not may_compare_persons(signed_in(request)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
