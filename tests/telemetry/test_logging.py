"""The log leaves the text of exceptions out, whatever they look like."""

import logging
import sys

from chatkit_link.telemetry.logging import setup_logging


def test_exceptions_that_are_each_others_cause_are_written_once() -> None:
    """Such a circle once kept the whole process busy for ever."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    try:
        setup_logging("error")
        form = root.handlers[0].formatter
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert form is not None
    first, second = ValueError("sk-canary-123"), KeyError("sk-canary-123")
    first.__context__, second.__context__ = second, first
    try:
        raise first
    except ValueError:
        text = form.formatException(sys.exc_info())  # pyright: ignore[reportArgumentType]
    assert (text.count("builtins.ValueError"), text.count("builtins.KeyError")) == (1, 1)
    assert "canary" not in text
