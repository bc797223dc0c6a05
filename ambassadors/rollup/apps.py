from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class RollupConfig(AppConfig):
    name = "ambassadors.rollup"
    verbose_name = _("Figures")

    def ready(self) -> None:
        from ambassadors.rollup.watching import rest_while_migrating, watch_after_migrating

        pre_migrate.connect(rest_while_migrating, sender=self)
        post_migrate.connect(watch_after_migrating, sender=self)
