from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class AmbassadorsConfig(AppConfig):
    name = "ambassadors"
    verbose_name = "Ambassadors"

    def ready(self) -> None:
        from ambassadors import checks  # noqa: F401  (registers the system checks)

        connection_created.connect(_compile_no_statements)


def _compile_no_statements(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Let PostgreSQL run statements as they are: compiling one of ours takes longer than it runs.

    Not as an option of the connection, which a connection pooler in between would refuse.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
