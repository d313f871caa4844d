"""``chatkit-link models refresh``: the days of a server's own GET /v1/models, and what they change."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from chatkit_link.agents.models.refresh import as_toml, updated, write_dates
from chatkit_link.agents.models.shutdowns import SHIPPED, combine, read_table, shutdowns_for
from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import read_settings
from tests.sdk_server import serve

TODAY = date(2026, 12, 1)


@asynccontextmanager
async def listing(models: Mapping[str, str | None], status: int = 200) -> AsyncGenerator[str]:
    """A server whose GET /v1/models has these days; shape: openai/types/model.py."""

    def answer(request: Request) -> Response:
        if status != 200 or request.headers["authorization"] != "Bearer sk-canary-123":
            return JSONResponse({"error": {"message": "Incorrect API key provided: sk-can***-123."}}, status)
        data = [
            {"id": name, "object": "model", "created": 1, "owned_by": "system", "shutdown_date": day}
            for name, day in models.items()
        ]
        return JSONResponse({"object": "list", "data": data})

    async with serve(Starlette(routes=[Route("/v1/models", answer)])) as address:
        yield f"{address}/v1"


async def refresh(patch: pytest.MonkeyPatch, folder: Path, address: str, *options: str) -> str:
    patch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    patch.setenv("OPENAI_API_KEY", "sk-canary-123\n")
    patch.setenv("OPENAI_BASE_URL", address)
    patch.setenv("CHATKIT_LINK_DATA", str(folder))
    ran = await asyncio.to_thread(
        CliRunner().invoke, cli, ["models", "refresh", *options], catch_exceptions=True, standalone_mode=False
    )
    if ran.exception is not None:
        raise ran.exception
    return ran.output


async def test_a_servers_own_days_count_for_its_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listing({"local-1": "2026-12-24", "local-2": None}) as address:
        output = await refresh(monkeypatch, tmp_path, address)
    assert "1 of 2 models" in output
    notice = shutdowns_for(read_settings()).of_model("local-1", TODAY)
    assert notice is not None and notice.text == "local-1 is shut down on 24 December 2026, in 23 days: choose another."
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert shutdowns_for(read_settings()).find("local-1") is None


async def test_a_server_without_days_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listing({"local-1": None}) as address:
        with pytest.raises(ConfigurationError, match="no shutdown_date of any: nothing is written"):
            await refresh(monkeypatch, tmp_path, address)
    assert not (tmp_path / "model-shutdowns.toml").exists()


async def test_a_refusal_is_reported_with_the_servers_message_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listing({}, status=401) as address:
        with pytest.raises(ConfigurationError, match="status 401: Incorrect API key provided") as refused:
            await refresh(monkeypatch, tmp_path, address)
    assert "sk-can" not in str(refused.value)


async def test_a_named_file_is_written_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with listing({"local-1": "2026-12-24"}) as address:
        await refresh(monkeypatch, tmp_path, address, "--file", str(tmp_path / "table.toml"))
    assert read_table(tmp_path / "table.toml").shutdown[0].models == ["local-1"]
    assert not (tmp_path / "model-shutdowns.toml").exists()


def test_there_has_to_be_a_server_to_ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    ran = CliRunner().invoke(cli, ["models", "refresh"])
    assert isinstance(ran.exception, ConfigurationError)


def test_openais_dates_override_the_shipped_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    settings = read_settings(data=tmp_path, openai_api_key="sk-canary-123")
    listed = {
        "gpt-5": date(2026, 12, 11),  # no news
        "gpt-4.1": date(2027, 3, 1),  # put off
        "gpt-5.1": None,  # not shut down after all
        "gpt-6-luna": date(2028, 1, 1),  # new
        "gpt-6.1-sol": None,
    }
    found = write_dates(settings, listed, tmp_path / "model-shutdowns.toml", date(2030, 1, 1))
    assert (found.listed, found.dated) == (5, 3)
    table = shutdowns_for(settings)
    put_off, new, unchanged = table.find("gpt-4.1"), table.find("gpt-6-luna"), table.find("gpt-5-mini")
    assert put_off is not None and (put_off.date, put_off.replacement) == (date(2027, 3, 1), "gpt-6-luna")
    assert new is not None and new.date == date(2028, 1, 1)
    assert unchanged is not None and unchanged.date == date(2026, 12, 11)
    assert table.find("gpt-5.1") is None

    # Asked again, with another answer.
    write_dates(settings, {"gpt-5.1": date(2027, 4, 2), "gpt-6-luna": None}, tmp_path / "model-shutdowns.toml", TODAY)
    again = read_table(tmp_path / "model-shutdowns.toml")
    assert [(row.models, row.date) for row in again.shutdown] == [
        (["gpt-5.1"], date(2027, 4, 2)),
        (["gpt-4.1"], date(2027, 3, 1)),
    ]
    assert again.undated == []


def test_the_shipped_table_survives_its_own_renewal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    before = read_table(SHIPPED)
    file = tmp_path / "shutdowns.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8")
    dates = {name: row.date for row in before.shutdown for name in row.models}
    write_dates(read_settings(openai_api_key="sk-canary-123"), dates, file, TODAY)
    after = read_table(file)
    assert combine([after]) == combine([before])
    assert after.checked == TODAY


def test_the_shipped_table_is_written_as_the_command_writes_it() -> None:
    assert as_toml(read_table(SHIPPED)) == SHIPPED.read_text(encoding="utf-8")


def test_any_table_can_be_read_back(tmp_path: Path) -> None:
    before = read_table(SHIPPED)
    many = {f"model-{number}": date(2027, 1, number % 28 + 1) for number in range(60)}
    table = updated(before, many | {'odd "name"\\': TODAY, "gpt-5": None}, "asked", TODAY, known=combine([before]))
    file = tmp_path / "table.toml"
    file.write_text(as_toml(table), encoding="utf-8")
    assert read_table(file) == table
