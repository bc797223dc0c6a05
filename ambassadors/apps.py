from django.apps import AppConfig


class AmbassadorsConfig(AppConfig):
    name = "ambassadors"
    verbose_name = "Ambassadors"

    def ready(self) -> None:
        from ambassadors import checks  # noqa: F401  (registers the system checks)
