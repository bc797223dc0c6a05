"""Administrators look at who gets the report; each person chooses for themselves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ambassadors.board.models import BoardSubscription


@admin.register(BoardSubscription)
class BoardSubscriptionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who gets the report by mail, and of which month next."""

    list_display = ("user", "month", "since")
    list_select_related = ("user",)
    fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
