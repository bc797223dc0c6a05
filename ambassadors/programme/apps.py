from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "ambassadors.programme"
    verbose_name = _("Programme of ambassadors")

    def ready(self) -> None:
        from alerts import panels, to_ask
        from ambassadors.programme.panel import ASKS, asks_panel

        panels.register(asks_panel)
        to_ask.register(ASKS)
