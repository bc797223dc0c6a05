"""What the outbox tells those above it."""

from django.dispatch import Signal

# Sent inside the transaction that stores a report about a delivery. Arguments: ``report``
# (outbox.models.Report, saved) and ``now`` (aware datetime). A receiver that raises undoes the
# report, so that whoever told it may tell it again.
delivery_reported = Signal()
