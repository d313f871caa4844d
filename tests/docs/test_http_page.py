"""docs/reference/http-api.md has every route of the application, with its parameters, body and statuses."""

import re
from typing import Any

import pytest

from scripts.document_http import COMMON, PAGE, application, described, groups, operations, text
from tests.http.test_guarded_routes import PUBLIC
from tests.routes import every

APP: Any = application()
OPERATIONS = operations(APP)
SAID = described()


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), "The page is stale: run `python scripts/document_http.py`."


def test_every_route_is_in_the_page_and_no_other_is() -> None:
    """HEAD stands with its GET. A server without a workshop is what the page describes."""
    routes = {str(route) for route in every(APP.routes) if route.method != "HEAD"}
    assert set(SAID) == routes
    assert set(OPERATIONS) < routes
    assert sorted(name for _, names in groups() for name in names) == sorted(SAID)


@pytest.mark.parametrize("name", SAID)
def test_a_route_says_who_may_call_it_as_the_application_decides(name: str) -> None:
    path = name.partition(" ")[2]
    assert (SAID[name]["caller"] in {"anyone", "signed link"}) == (path in PUBLIC)
    asks_for_the_server_key = path.startswith(("/v1/", "/api/threads/"))
    assert (SAID[name]["caller"] == "server key") == asks_for_the_server_key


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_status_of_openapi_is_in_the_page(name: str) -> None:
    failures = {status for status in OPERATIONS[name]["responses"] if status >= "400"}
    assert failures <= COMMON | SAID[name].get("statuses", {}).keys()


@pytest.mark.parametrize("name", SAID)
def test_a_parameter_of_a_path_is_in_its_section(name: str) -> None:
    [section] = [
        part
        for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if part.startswith(f"{name.replace(':path}', '}')}\n")
    ]
    for parameter in re.findall(r"\{(\w+)", name):
        assert f"| `{parameter}` | path |" in section
    for parameter in OPERATIONS.get(name, {}).get("parameters", []):
        assert f"| `{parameter['name']}` | {parameter['in']} |" in section


def test_the_body_of_a_route_is_described_where_it_takes_one() -> None:
    """Bodies that the application reads by itself are in no OpenAPI: those have their fields in the page."""
    models = {
        "POST /api/create-session": "NewHostedSession",
        "POST /api/cancel-session": "OldHostedSession",
        "POST /api/chatkit/session": "ChosenSession",
        "POST /v1/chatkit/sessions": "NewSession",
    }
    for name, model in models.items():
        assert set(SAID[name]["body"]) == _fields(model), name


def _fields(model: str) -> set[str]:
    from pydantic import BaseModel

    found = [one for one in _below(BaseModel) if one.__name__ == model and one.__module__.startswith("chatkit_link")]
    assert len(found) == 1
    return set(found[0].model_fields)


def _below(model: type[Any]) -> list[type[Any]]:
    return [one for child in model.__subclasses__() for one in (child, *_below(child))]
