"""What administrators set of who hears of alerts: the channels of each division."""

from django.contrib import admin

from alerts.chat_models import DivisionChat


@admin.register(DivisionChat)
class DivisionChatAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which channels hear of the alerts of a division, and of which."""

    list_display = ("division", "address", "hears")
    list_filter = ("division",)
    list_select_related = ("division", "address")
