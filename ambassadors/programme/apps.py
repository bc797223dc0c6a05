from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "ambassadors.programme"
    verbose_name = _("Programme of ambassadors")

    def ready(self) -> None:
        from alerts.panels import register
        from ambassadors.programme.panel import asks_panel

        register(asks_panel)
