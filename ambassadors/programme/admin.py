"""Administrators look at asks; what happened is recorded where it happens, in the inbox."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ambassadors.programme.models import Ask


@admin.register(Ask)
class AskAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who was asked for what. What was noted stays with whoever works the alert."""

    list_display = ("contact", "kind", "asked_by", "asked_on", "answer", "answered_on")
    list_filter = ("kind", "answer")
    list_select_related = ("contact", "asked_by")
    search_fields = ("contact__name",)
    fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
