"""What this app tells those above it."""

from django.dispatch import Signal

# Sent inside the transaction that stores a response. Arguments: ``response`` (surveys.models
# .Response, saved), ``replaced`` (the Response that it takes the place of after a reopening, else
# None) and ``now`` (aware datetime). A receiver makes its changes inside a
# ``transaction.atomic``, with or without savepoint. One that raises is logged, and never undoes
# the response (surveys.actions.announcing); what it owed must be found and made again by a
# reconciler. Only a database that is away undoes the response.
response_received = Signal()

# What a client offers, asks for or takes back after answering. Each is sent inside the transaction
# that stores it, with ``response`` and ``now``; a receiver that raises undoes it, so that nothing
# is thanked for, or said to be taken back, that colleagues do not learn of.
consents_given = Signal()  # consents: the new surveys.models.Consent rows, at least one
consent_withdrawn = Signal()  # consent
call_requested = Signal()  # call: the new CallRequest; replaced: the one it replaces, or None
call_withdrawn = Signal()  # call

# What a client says to the question, some days after a – was closed, whether it is solved. Sent
# inside the transaction that stores it, with the invitation locked, with ``response``, ``answer``
# (surveys.models.SolvedAnswer) and ``now``. A receiver that raises undoes the answer.
solved_answered = Signal()
