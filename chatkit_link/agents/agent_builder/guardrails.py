"""The package openai-guardrails, where it is installed: what exported files use of it."""

import importlib
import importlib.util
import logging
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from openai import AsyncOpenAI

from chatkit_link.agents.errors.explain import Failure
from chatkit_link.limits.meter import report_usage

#: What a check needs beside the package; its name as an export has it -> the package.
_MODELS = {"Contains PII": "en_core_web_sm"}
#: How it is installed, for the log.
_INSTALL = {
    "openai-guardrails": "pip install 'chatkit-link[guardrails]'",
    "en_core_web_sm": "python -m spacy download en_core_web_sm",
}
logger = logging.getLogger(__name__)


def load_guardrails() -> Any:
    """The package, or None. It is large: its import takes seconds."""
    try:
        return importlib.import_module("guardrails.runtime")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "guardrails":
            raise
        return None


def without_guardrails(given: list[Any]) -> list[Any]:
    """The results where there is no package: none, if none are asked for. Raises Failure."""
    if not any(_is_empty(value) for value in given):
        raise _missing("openai-guardrails")
    return []


def missing_models(given: list[Any]) -> list[str]:
    """The language models that the named checks need, and that are not installed.

    The package would try to install one by itself, in the middle of an answer, and end the process where it cannot.
    """
    named = {str(name) for value in given for name in _check_names(value)}
    return [model for check, model in _MODELS.items() if check in named and importlib.util.find_spec(model) is None]


def install_command(package: str) -> str:
    return _INSTALL[package]


def _missing(package: str) -> Failure:
    logger.error("guardrails need the package %s, which is not installed: run `%s`", package, _INSTALL[package])
    return Failure("guardrails_missing", package=package)


def _check_names(value: Any) -> Iterator[Any]:
    """The names of the checks in a configuration, a bundle, or a list of checks that are ready."""
    inside: Any = _part(value, "guardrails", value)
    for each in cast("list[Any]", inside) if isinstance(inside, list) else []:
        yield _part(_part(each, "definition", each), "name", None)


def _part(value: Any, name: str, default: Any) -> Any:
    fields: Mapping[str, Any] = cast("dict[str, Any]", value) if isinstance(value, dict) else _attributes(value, name)
    return fields.get(name, default)


def _attributes(value: Any, name: str) -> Mapping[str, Any]:
    return {name: getattr(value, name)} if hasattr(value, name) else {}


async def run_guardrails(library: Any, client: AsyncOpenAI | None, context: Any, *args: Any, **given: Any) -> Any:
    """The results. client: is asked instead of the file's own; None if there is none."""
    if models := missing_models([*args, *given.values()]):
        raise _missing(models[0])
    if client is not None and hasattr(context, "guardrail_llm"):
        context = SimpleNamespace(**{**vars(context), "guardrail_llm": client})
    try:
        return await library.run_guardrails(context, *args, **given)
    except ExceptionGroup as group:  # the package runs them in a task group
        raise group.exceptions[0] from group
    except Exception as error:
        if type(error) is not Exception:
            raise
        # What the package makes of any failure of a model's server; its text is that server's.
        raise Failure("guardrails_failed") from error


def report_guardrails(given: list[Any], results: list[Any]) -> None:
    """Report the checks' use of models."""
    checks = [each for value in given if isinstance(value, list) for each in cast("list[Any]", value)]
    models = {each.definition.name: getattr(each.config, "model", None) for each in checks if hasattr(each, "config")}
    for result in results:
        used: dict[str, Any] = result.info.get("token_usage") or {}
        if used.get("total_tokens"):
            report_usage(
                str(models.get(result.info.get("guardrail_name")) or "unknown"),
                requests=1,
                input_tokens=used.get("prompt_tokens") or 0,
                output_tokens=used.get("completion_tokens") or 0,
            )


def failures(results: list[Any]) -> dict[str, Any]:
    """The result of ``build_guardrail_fail_output``, where the exporter's own fails on what was not checked."""
    found: list[dict[str, Any]] = [each.info or {} for each in results if each.tripwire_triggered]
    return {str(info.get("guardrail_name")): {"failed": True} for info in found}


def _is_empty(value: Any) -> bool:
    """Whether this is a configuration that names no guardrails."""
    return isinstance(value, dict) and cast("dict[str, Any]", value).get("guardrails") == []
