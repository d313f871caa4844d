"""Writes docs/reference/http-api.md from the OpenAPI document and the routes of the application.

Paths, parameters, bodies and statuses are OpenAPI's; what it does not have is in ``scripts/reference/http.toml``, and
so are the routes that it leaves out. Run it when a route changes: ``.venv/bin/python scripts/document_http.py``.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from scripts.markdown import table  # noqa: E402 - behind the path

PAGE: Final = ROOT / "docs" / "reference" / "http-api.md"
WORDS: Final = ROOT / "scripts" / "reference" / "http.md"
ROUTES: Final = ROOT / "scripts" / "reference" / "http.toml"
#: Said of the whole API at the top of the page.
COMMON: Final = frozenset({"401", "404", "405", "422", "500", "503"})


def application() -> Any:
    """The application with its defaults; nothing of it is opened."""
    from chatkit_link.app import create_app  # noqa: PLC0415 - imported late, wherever its parts stand
    from chatkit_link.settings import Settings  # noqa: PLC0415

    return create_app(Settings.model_validate({}))


def operations(app: Any) -> dict[str, dict[str, Any]]:
    """``METHOD path`` -> the operation in OpenAPI."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def described() -> dict[str, dict[str, Any]]:
    """``METHOD path`` -> what http.toml says of it."""
    return {key: value for key, value in _words().items() if " /" in key}


def _words() -> dict[str, Any]:
    return tomllib.loads(ROUTES.read_text(encoding="utf-8"))


def groups() -> list[tuple[str, list[str]]]:
    """(title, operations) in the order of the page; each operation is in the first group that has its path."""
    found: dict[str, list[str]] = {group["title"]: [] for group in _words()["groups"]}
    for name in described():
        found[_group(name.partition(" ")[2])].append(name)
    return list(found.items())


def _group(path: str) -> str:
    for group in _words()["groups"]:
        prefixes: list[str] = [group["prefix"]] if isinstance(group["prefix"], str) else group["prefix"]
        if any(path == prefix or path.startswith(f"{prefix.rstrip('/')}/") for prefix in prefixes):
            return group["title"]
    raise SystemExit(f"scripts/reference/http.toml has no group for {path}.")


def text() -> str:
    """The page."""
    known, said = operations(application()), described()
    parts: list[str] = []
    for title, names in groups():
        parts.append(f"## {title}")
        parts += [part for name in names for part in _section(name, said[name], known.get(name, {}))]
    return WORDS.read_text(encoding="utf-8").replace("{routes}", "\n\n".join(parts))


def _section(name: str, said: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {name.replace(':path}', '}')}"
    yield said["about"]
    yield f"Caller: {said['caller']}."
    if rows := list(_parameters(name, operation)):
        yield table(["Parameter", "In", "Values", "Meaning"], rows)
    if media := next(iter(operation.get("requestBody", {}).get("content", {})), "application/json"):
        if body := said.get("body"):
            yield f"Body (`{media}`):"
            yield table(["Field", "Meaning"], ([f"`{field}`", meaning] for field, meaning in body.items()))
        elif "requestBody" in operation:
            yield f"Body: `{media}`."
    yield table(["Status", "Meaning"], _statuses(said, operation))


def _parameters(name: str, operation: dict[str, Any]) -> Iterator[list[str]]:
    words = _words()["parameters"] | _words()[name].get("parameters", {})
    listed: list[dict[str, Any]] = operation.get("parameters") or [
        {"name": part.strip("{}").partition(":")[0], "in": "path", "schema": {"type": "string"}}
        for part in name.split("/")
        if part.startswith("{")
    ]
    for one in listed:
        own = f"{one['name']} ({'run' if '/runs/' in name else 'shared' if '/shared/' in name else ''})"
        yield [f"`{one['name']}`", one["in"], _values(one["schema"]), words.get(own, words[one["name"]])]


def _values(schema: dict[str, Any]) -> str:
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema) | schema
    default = f"; `{schema['default']}` if not given" if schema.get("default") else ""
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"]) + default
    if "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}{default}"
    return (f"at most {schema['maxLength']:,} characters" if "maxLength" in schema else "text") + default


def _statuses(said: dict[str, Any], operation: dict[str, Any]) -> Iterator[list[str]]:
    successes = [status for status in operation.get("responses", {"200": {}}) if status < "400"]
    yield [", ".join(successes), said["answer"]]
    for status, meaning in said.get("statuses", {}).items():
        yield [status, meaning]


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
