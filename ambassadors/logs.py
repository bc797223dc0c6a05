"""Keep the client's token out of every log line and error report."""

import logging

from outbox.redaction import redact


class RedactTokens(logging.Filter):
    """Rewrite the finished message, so that a token inside any argument is caught as well."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # wrong placeholders: a log line never fails a request
            record.msg, record.args = "malformed log call: %s", (redact(str(record.msg)),)
            message = record.getMessage()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
