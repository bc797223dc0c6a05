"""The product's settings, with nothing in the background: only pages are measured.

Embedded, `manage.py serve` would send mail in the same process; a set REDIS_URL tells it not to.
The doorbell still rings, into the memory of the process.
"""

from ambassadors.settings import *  # noqa: F403
from ambassadors.settings import REDIS_URL as _REDIS_URL

REDIS_URL = _REDIS_URL or "memory://localhost"
