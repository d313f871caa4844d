"""What the log makes of exceptions."""

import logging

import pytest

from chatkit_link.telemetry.logging import setup_logging


@pytest.fixture
def formatter() -> logging.Formatter:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    setup_logging("info")
    (handler,) = logging.getLogger().handlers
    logging.getLogger().handlers[:], logging.getLogger().level = before[0], before[1]
    assert handler.formatter is not None
    return handler.formatter


@pytest.mark.timeout(60)
def test_an_exception_that_is_its_own_cause_is_logged_once(formatter: logging.Formatter) -> None:
    error = RuntimeError("what the user wrote")
    error.__cause__ = error
    assert formatter.formatException((RuntimeError, error, None)).count("builtins.RuntimeError") == 1


@pytest.mark.timeout(60)
def test_two_exceptions_that_are_each_others_context_are_logged_once_each(formatter: logging.Formatter) -> None:
    first, second = ValueError("what the user wrote"), KeyError("what the user wrote")
    first.__context__, second.__context__ = second, first
    text = formatter.formatException((ValueError, first, None))
    assert text.count("builtins.ValueError") == text.count("builtins.KeyError") == 1
    assert "what the user wrote" not in text
