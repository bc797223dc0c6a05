"""How long things last in the outbox: every wait that another one leans on, side by side.

OUTBOX_HASTE divides them all, so that a test of minutes covers what takes an hour in life, with
the same proportions. It is 1 everywhere else.
"""

from datetime import timedelta

from django.conf import settings


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds / settings.OUTBOX_HASTE)


# A claim. A dead worker's is taken over within a minute: the lease, and the sweep's turn after it.
LEASE = _seconds(50)
ENOUGH_TO_SEND = _seconds(30)  # for the bytes and the server's answer to them
SWEEP_EVERY = _seconds(5)  # also by whoever is sending: a long queue keeps the sweep waiting
DOT = _seconds(40)  # for the reply to the final dot; with the marker's fresh lease in reserve
MARK_TO_DOT = _seconds(5)  # whoever was asleep for longer between marker and dot sends none
RECORD_WITHIN = _seconds(120)  # a database that is away just when the server has said yes

# What perhaps arrived.
FIRST_LOOK_AFTER = _seconds(30)
LOOK_EVERY = _seconds(30)
RESEND_AFTER = _seconds(120)
WAIT_AT_MOST = _seconds(3600)

# What was refused for now.
BACK_OFF = tuple(_seconds(seconds) for seconds in (0, 5, 15, 30, 60, 120, 300, 600))
BACK_OFF_LATER = _seconds(900)
GIVE_UP_AFTER = timedelta(hours=72)
PROBE_EVERY = _seconds(120)
