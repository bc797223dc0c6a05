"""The part of docs/webhooks.md that follows from the registry: every event with its example."""

import json

from outbox.event_types import EventType, event_types

BEGIN = "<!-- events: written by `manage.py webhook_events` -->"
END = "<!-- end of events -->"
_EXAMPLE_AT = "2026-11-20T14:02:31.417Z"


def events_in_markdown() -> str:
    """Return every registered event as Markdown, between BEGIN and END."""
    parts = [BEGIN, *(_section(kind) for kind in event_types()), END]
    return "\n\n".join(parts) + "\n"


def _section(kind: EventType) -> str:
    example = {"type": kind.name, "timestamp": _EXAMPLE_AT, "data": kind.example}
    lines = [f"### `{kind.name}`", "", kind.meaning, ""]
    if kind.own_words:
        names = ", ".join(f"`{name}`" for name in kind.own_words)
        lines += [f"The client's own words, null unless this webhook asks for them: {names}.", ""]
    return "\n".join([*lines, "```json", json.dumps(example, indent=2, ensure_ascii=False), "```"])


def with_events(page: str) -> str:
    """Return ``page`` with the part between BEGIN and END written anew.

    Raises ValueError when the page has no such part.
    """
    head, begin, rest = page.partition(BEGIN)
    _old, end, tail = rest.partition(END + "\n")
    if not begin or not end:
        raise ValueError("the page has no part for events")
    return head + events_in_markdown() + tail
