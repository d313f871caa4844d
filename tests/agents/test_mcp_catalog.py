"""``[mcp.NAME]`` of the catalog: what agents get of it, what is asked about, and what is refused at start."""

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatkit_link.agents.catalog import read_catalog
from chatkit_link.app import create_app
from chatkit_link.cli.program import cli
from chatkit_link.errors import ConfigurationError
from tests.agents.agent_builder.test_workflows import chat
from tests.agents.mcp_servers import (
    MODEL,
    SHOP,
    MakeSettings,
    alive,
    catalog,
    free_port,
    http,
    notices,
    stdio,
    table,
    tools_of,
)
from tests.agents.test_approvals import asked, give, questions
from tests.agents.test_models import conversation, scripted
from tests.finished_stream import told
from tests.model_server import Call, Say


@pytest.mark.parametrize("approval", ['"always"', '{ add = "always", fail = "never" }'])
@pytest.mark.parametrize(("choice", "output"), [("Approve", '"3"'), ("Reject", "not approved")])
async def test_a_call_that_is_to_be_approved_is_asked_about_and_made_or_not_after_a_restart(
    make_settings: MakeSettings, tmp_path: Path, approval: str, choice: str, output: str
) -> None:
    headers = {"x-user": f"ada-{tmp_path.name}"}
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("So it is."), Say("Gladly.")) as model:
        settings = catalog(
            make_settings, tmp_path, model, stdio(tmp_path, approval=approval),
            proxy_user_header="x-user", trusted_proxies="127.0.0.1",
        )  # fmt: skip
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Add"))
            assert questions(await asked(client, made.thread_id)) == ["May the assistant call add of shop with: 1, 2?"]
        async with chat(settings, headers) as client:
            done = await give(client, made.thread_id, choice)
            again = await told(client.add_user_message(made.thread_id, "Thanks"))
        requests = conversation(model)
    assert done.text == "So it is."
    assert output in json.dumps(requests[1]["input"][-1]["output"]).replace("\\", "")
    assert again.text == "Gladly."
    assert alive(tmp_path) == []


async def test_a_tool_that_the_policy_does_not_name_is_called_without_a_question(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("3.")) as model:
        settings = catalog(make_settings, tmp_path, model, stdio(tmp_path, approval='{ fail = "always" }'))
        async with chat(settings) as client:
            made = await told(client.create_thread("Add"))
    assert made.text == "3."


async def test_only_the_allowed_tools_are_given_and_only_the_named_variables(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", " canary-1\n")
    monkeypatch.setenv("OTHER_TOKEN", "canary-2")
    script = [Call("variable", {"name": "SHOP_TOKEN"}), Call("variable", {"name": "OTHER_TOKEN"}), Say("Seen.")]
    async with scripted(*script) as model:
        shop = stdio(tmp_path, env=["SHOP_TOKEN"], tools=["variable", "add"])
        async with chat(catalog(make_settings, tmp_path, model, shop)) as client:
            made = await told(client.create_thread("Look"))
        requests = conversation(model)
    assert made.text == "Seen."
    assert sorted(tools_of(requests[0])) == ["add", "variable"]
    outputs = [item["output"] for item in requests[2]["input"] if item.get("type") == "function_call_output"]
    assert ["canary-1" in json.dumps(outputs[0]), "unset" in json.dumps(outputs[1])] == [True, True]


async def test_the_bundled_agent_gets_tools_and_keeps_its_own_where_two_have_one_name(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    """Its own ``search`` looks in the documents."""
    other = stdio(tmp_path, name="other", tools=["add"])
    shop = stdio(tmp_path, tools=["search", "add"], approval='{ search = "always" }')
    (tmp_path / "chatkit-link.toml").write_text(f'[agents.research]\nmcp = ["shop", "other"]\n{shop}\n{other}')
    script = [
        Call("search", {"query": "green tea"}),
        Call("other__add", {"a": 1, "b": 2}),
        Call("shop__search", {"query": "tea"}),
        Say("None."),
    ]
    headers = {"x-user": f"ada-{tmp_path.name}"}
    async with scripted(*script) as model:
        settings = make_settings(
            config=tmp_path / "chatkit-link.toml", openai_api_key="sk-1", openai_base_url=model.address,
            model=MODEL, search="local", proxy_user_header="x-user", trusted_proxies="127.0.0.1",
        )  # fmt: skip
        async with chat(settings, headers) as client:
            made = await told(client.create_thread("Tea?"))
            assert questions(await asked(client, made.thread_id)) == [
                "May the assistant call shop__search of shop with: tea?"
            ]
            done = await give(client, made.thread_id, "Approve")
        requests = conversation(model)
    assert sorted(tools_of(requests[0])) == ["add", "other__add", "read", "search", "shop__search"]
    assert "steep for two minutes" in json.dumps(requests[1]["input"])
    assert "The shop has no tea." in json.dumps(requests[3]["input"])
    assert done.text == "None."


async def test_headers_come_from_the_environment_and_a_server_that_refuses_them_is_named(
    make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_AUTHORIZATION", "Bearer canary")
    port = free_port()
    async with scripted(Call("add", {"a": 1, "b": 2}), Say("3.")) as model, http(port, "--bearer", "canary") as url:
        shop = table("shop", url=url, headers='{ Authorization = "SHOP_AUTHORIZATION" }')
        async with chat(catalog(make_settings, tmp_path, model, shop)) as client:
            made = await told(client.create_thread("Add"))
    assert notices(made) == []
    assert made.text == "3."


REFUSED = {
    '[mcp.shop]\nargs = ["x"]': "needs either command, to start a server, or url",
    '[mcp.shop]\ncommand = "x"\nurl = "https://shop.example"': "needs either command",
    '[mcp.shop]\nurl = "https://shop.example"\nenv = ["TOKEN"]': "env and cwd belong to a command",
    '[mcp.shop]\ncommand = "x"\nheaders = { A = "TOKEN" }': "headers belong to a url",
    '[mcp.shop]\ncommand = "x"\nargs = ["--token=ghp_canary"]': "args has something in it that looks like a secret",
    '[mcp.shop]\ncommand = "x"\nargs = ["--key", "sk-canary"]': "args has something in it that looks like a secret",
    '[mcp.shop]\nurl = "https://me:canary@shop.example"': "url has something in it that looks like a secret",
    '[mcp.shop]\nurl = "https://shop.example?api_key=canary"': "url has something in it that looks like a secret",
    '[mcp.shop]\ncommand = "x"\nenv = ["ghp_canary"]': "env must be the NAME of an environment variable",
    '[mcp.shop]\ncommand = "x"\nenv = ["TOKEN=canary"]': "env must be the NAME of an environment variable",
    '[mcp.shop]\nurl = "https://shop.example"\nheaders = { Authorization = "Bearer canary" }': "Authorization must be",
    '[mcp.shop]\nurl = "https://shop.example"\nheaders = { A = "AKIACANARY1234567890" }': "A must be the NAME",
    '[mcp.shop]\nurl = "http://shop.example.com"\nheaders = { A = "TOKEN" }': "must be an https address",
    '[mcp.shop]\nurl = "ftp://shop.example"': "url must start with",
    '[mcp.shop]\ncommand = "x"\napproval = "sometimes"': "approval",
    '[mcp.shop]\ncommand = "x"\ntimeout = 0': "timeout",
    '[mcp.shop]\ncommand = "x"\nsecret = "canary"': "secret",
    '[mcp."a b"]\ncommand = "x"': "a name has at most",
    '[agents.research]\nmcp = ["shop"]': "lists the MCP server 'shop', but the file has none",
    '[agents.research]\nmcp = ["shop"]\n[mcp.desk]\ncommand = "x"': "those of the file are ['desk']",
    "[agents.mine]": "[agents.mine] needs a target",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_work_is_refused_at_start_without_repeating_a_secret(tmp_path: Path, text: str) -> None:
    (tmp_path / "chatkit-link.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=re.escape(REFUSED[text])) as refused:
        read_catalog(tmp_path / "chatkit-link.toml", {})
    assert "canary" not in str(refused.value).lower()


LISTS = {
    "respond": ("async def respond(ctx):\n    yield\n", {}, "its target is no openai-agents Agent"),
    "server": (
        "from chatkit.server import ChatKitServer\nclass Server(ChatKitServer):\n    pass\n",
        {},
        "its target is no openai-agents Agent",
    ),
    "agent": (
        'from agents import Agent\nagent = Agent(name="Clerk")\n',
        {"env": ["UNSET_TOKEN"]},
        "needs UNSET_TOKEN, which is not set",
    ),
}


@pytest.mark.parametrize("case", LISTS)
async def test_an_agent_that_cannot_have_the_servers_that_it_lists_is_refused_at_start(
    make_settings: MakeSettings, tmp_path: Path, case: str
) -> None:
    text, keys, expected = LISTS[case]
    async with scripted() as model:
        settings = catalog(make_settings, tmp_path, model, table("shop", command="x", **keys), agent=text)
        app = create_app(settings)
        with pytest.raises(ConfigurationError, match=re.escape(expected)):
            async with app.router.lifespan_context(app):
                pass


def test_the_command_agents_lists_the_tools_of_each_server_or_the_reason_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brings.py").write_text(
        "from agents import Agent\nfrom agents.mcp import MCPServerStdio\n"
        f'own = MCPServerStdio({{"command": {sys.executable!r}, "args": [{str(SHOP)!r}, "--at-start", "exit"]}})\n'
        'agent = Agent(name="Brings", mcp_servers=[own])\n'
    )
    shop = stdio(tmp_path, tools=["add", "serch"])
    gone = table("gone", url=f"http://127.0.0.1:{free_port()}/mcp", required=True)
    (tmp_path / "chatkit-link.toml").write_text(
        f'[agents.research]\nmcp = ["shop", "gone"]\n[agents.brings]\ntarget = "brings.py"\n{shop}\n{gone}'
    )
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(tmp_path / "chatkit-link.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("chatkit_link.cli.start.setup_logging", lambda _: None)  # this process's log is pytest's
    result = CliRunner().invoke(cli, ["agents"])
    lines = [re.split(r"\s{2,}", line.strip()) for line in result.output.splitlines()]
    assert ["shop", "research", "add (it has no serch, which the catalog names)"] in lines
    assert ["gone", "research", "not available: Could not reach the server"] in lines
    own = next(line for line in lines if line[0].startswith("stdio: "))
    assert own[1:] == ["brings", "not available: it ended or closed the connection"]
    assert result.exit_code == 1  # one that is required is not there
    assert alive(tmp_path) == []
