"""What a target may be, and what its parameters are filled with."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from chatkit.server import ChatKitServer
from chatkit.types import ThreadStreamEvent

from chatkit_link.agents.brought_servers.construct import Offered, construct
from chatkit_link.agents.brought_servers.memory_store import MemoryStore
from chatkit_link.errors import ConfigurationError
from chatkit_link.settings import Settings
from tests.agents.brought_servers.conftest import Serve, client_of, refusals
from tests.finished_stream import stored, text_of, told

MADE = (
    "TakesStore", "TakesBothByOtherNames", "TakesByAnnotation", "TakesItsOwnClass", "MayTakeStore", "PassesOn",
    "PassesOnOthers", "TakesSettings", "HasSettingsOfItsOwn", "OwnStore", "HandsItOn", "UsesAGlobal",
    "create_chatkit_server", "build", "connect", "instance",
)  # fmt: skip


async def test_a_server_of_every_shape_answers_and_its_thread_is_ours(serve: Serve) -> None:
    """It counts the messages that its store has: those of both turns, and of this thread alone."""
    async with serve(*MADE) as address:
        for name in MADE:
            async with client_of(address, name) as client, client_of(address, name) as other:
                made = await told(client.create_thread("Hello"))
                assert made.view.text.startswith("1"), (name, made.view.errors)
                again = await told(client.add_user_message(made.thread_id, "And again"))
                assert again.view.text.startswith("3"), (name, again.view.errors)
                texts = [text_of(item) for item in await stored(client, made.thread_id)]
                assert [texts[0], texts[2]] == ["Hello", "And again"] and len(texts) == 4, name
                assert (await other.list_threads()).data == [], name
                assert (await told(other.create_thread("Hi"))).view.text.startswith("1"), name


async def test_a_server_that_gives_super_its_own_store_is_made_while_an_error_is_handled(
    make_settings: Callable[..., Settings],
) -> None:
    own = MemoryStore()

    class Made(ChatKitServer[Any]):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(store=own, **kwargs)

        async def respond(self, thread: Any, input_user_message: Any, context: Any) -> AsyncIterator[ThreadStreamEvent]:
            return
            yield

    try:
        raise ValueError
    except ValueError:
        server = await construct(Made, Offered(MemoryStore(), None, make_settings()), "made.py:Made", Path())
    assert server.store is own


async def test_a_store_that_was_handed_on_is_replaced_everywhere(serve: Serve) -> None:
    async with serve("HandsItOn", "UsesAGlobal", "instance") as address:
        for name, expected in {"HandsItOn": "1 tool 1", "instance": "1 tool 1", "UsesAGlobal": "1 global 1"}.items():
            async with client_of(address, name) as client:
                assert (await told(client.create_thread("Hello"))).view.text == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("WantsOptions", r"does not know what WantsOptions.__init__ wants as settings"),
        ("WantsCaller", r"caller: a server is made once, for all callers\. Read the caller from the context"),
        ("Breaks", r"cannot be made: KeyError: 'city' \(shapes.py, line \d+\)"),
        ("ForgetsSuper", r"does not call super\(\).__init__\(store\)"),
        ("nothing", r"called as a factory, and returned nothing"),
        ("asks", r"calls asks as a factory of a ChatKitServer and does not know prompt"),
        ("returns_a_class", r"returned the class OwnStore: write `return OwnStore\(store\)`"),
        (
            "Overrides",
            r"Agent target 'shapes.py:Overrides': Overrides.process \(shapes.py:\d+\) is never called here\.",
        ),
        ("overriding", r"Agent target 'shapes.py:overriding': Overrides.process .* is never called here\."),
    ],
)
async def test_what_cannot_be_made_is_refused_at_start_with_the_reason_and_the_others_are_served(
    name: str, message: str, catalog: Callable[..., Path], make_settings: Callable[..., Settings]
) -> None:
    refused = await refusals(make_settings(config=catalog(("bad", name, ""), "OwnStore")))
    assert list(refused) == ["bad"]
    assert re.search(message, refused["bad"]), refused


async def test_the_factory_of_a_refusal_works_once_its_dots_are_filled(
    project: Path, catalog: Callable[..., Path], make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (await refusals(make_settings(config=catalog("WantsMore"))))["wantsmore"]
    assert "instructions and history_limit" in text
    assert '"server_factory.py:create_server"' in text
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    assert len(lines) == 3
    filled = "\n".join(lines).replace("instructions=...", 'instructions="Be kind"').replace("limit=...", "limit=5")
    (project / "server_factory.py").write_text(f"{filled}\n")
    (project / "chatkit-link.toml").write_text('[agents.more]\ntarget = "server_factory.py:create_server"\n')
    monkeypatch.syspath_prepend(str(project))
    assert await refusals(make_settings(config=project / "chatkit-link.toml")) == {}


async def test_a_key_for_servers_is_refused_for_another_target(
    project: Path, make_settings: Callable[..., Settings]
) -> None:
    (project / "echo.py").write_text("async def respond(ctx):\n    yield\n")
    (project / "chatkit-link.toml").write_text('[agents.echo]\ntarget = "echo.py"\nstore = "keep"\n')
    with pytest.raises(ConfigurationError, match=re.escape("[agents.echo]: store and context are for a ChatKitServer")):
        await refusals(make_settings(config=project / "chatkit-link.toml"))
