"""What this app tells those above it."""

from django.dispatch import Signal

# Sent inside the transaction that stores a response. Arguments: ``response`` (surveys.models
# .Response, saved) and ``now`` (aware datetime). A receiver that raises undoes the response, so
# that a thanked response always has its alert.
response_received = Signal()
