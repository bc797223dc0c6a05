from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SteeringConfig(AppConfig):
    name = "ambassadors.steering"
    verbose_name = _("Steering")

    def ready(self) -> None:
        from ambassadors.steering.challenges import menu_link
        from staff.menu import register

        register(menu_link)
