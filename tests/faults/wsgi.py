"""The pages, with the clock of this run."""

from tests.faults import clock

clock.install()

from ambassadors.wsgi import application  # noqa: E402

__all__ = ["application"]
