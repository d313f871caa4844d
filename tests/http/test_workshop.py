"""The workshop of `chatkit-link dev`: reads, draws and saves widgets of one folder, for this machine only."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatkit_link.app import create_app
from chatkit_link.cli.server import serving
from chatkit_link.client import ChatKitClient, ClientError
from chatkit_link.settings import Settings
from chatkit_link.workshop.folder import encode, new_widget
from tests.finished_stream import told

CARD = '{"type":"Card","children":[{"type":"Text","value":{{ text | tojson }}}]}'
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
WIDGETS = "/api/workshop/widgets"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shop") / "widgets"
    made.mkdir()
    return made


@pytest.fixture(scope="module")
async def dev(make_settings: Callable[..., Settings], folder: Path) -> AsyncIterator[str]:
    async with serving(lambda settings: create_app(settings, workshop=folder), make_settings()) as address:
        yield address


@pytest.fixture
async def http(dev: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=dev, timeout=20) as client:
        yield client


def draft(**changes: str) -> dict[str, str]:
    return {"title": "Try", "template": CARD, "schema_text": json.dumps(SCHEMA), "data": '{"text": "x"}', **changes}


async def preview(http: httpx2.AsyncClient, **changes: str) -> dict[str, Any]:
    answer = await http.post("/api/workshop/preview/try", json={"draft": draft(**changes)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_draft_is_rendered(http: httpx2.AsyncClient) -> None:
    shown = await preview(http)
    assert shown == {
        "tree": {"type": "Card", "children": [{"type": "Text", "value": "x"}]},
        "problems": [],
        "marks": [],
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"template": "{% for a in range(999) %}" * 3 + "{% endfor %}" * 3}, "takes longer than 1 s"),
        ({"template": "{% for a in range(500) %}" * 2 + "{{ 'x12345678901' }}" + "{% endfor %}" * 2}, "more than"),
        ({"schema_text": '{"type":'}, "the schema: not JSON"),
        ({"schema_text": "[]"}, "the schema: must be a JSON object"),
        ({"data": "{"}, "the data: not JSON"),
        ({"data": '{"text": 1}'}, "data.text: 1 is not of type 'string'"),
        ({"template": '{"type":"Card","children":[{"type":"Buton"}]}'}, "children[0]: there is no node type 'Buton'"),
    ],
    ids=["endless loop", "5 MB", "schema", "no object", "data", "wrong type", "node"],
)  # fmt: skip
async def test_bad_input_is_refused_in_a_sentence_and_the_server_stays_up(
    http: httpx2.AsyncClient, changes: dict[str, str], words: str
) -> None:
    slow = asyncio.create_task(preview(http, **changes))
    assert (await http.get("/health")).status_code == 200  # meanwhile, too
    shown = await slow
    assert shown["tree"] is None
    assert words in " ".join(shown["problems"])
    assert (await preview(http))["tree"] is not None


async def test_bad_files_are_in_the_gallery_with_a_sentence_each(http: httpx2.AsyncClient, folder: Path) -> None:
    base = json.loads(new_widget("bad"))
    bad = {
        "endless": ({"template": "{% for a in range(999) %}" * 3 + "{% endfor %}" * 3}, "takes longer than 1 s"),
        "large": ({"template": "{% for a in range(500) %}" * 2 + "x" * 20 + "{% endfor %}" * 2}, "more than 512000"),
        "schema": ({"jsonSchema": "{"}, "jsonSchema"),
        "data": ({"encodedWidget": encode({"title": 1, "text": ""})}, "not of type 'string'"),
    }
    for name, (change, _) in bad.items():
        (folder / f"bad-{name}.widget").write_text(json.dumps(base | change))
    (folder / "bad-5-mb.widget").write_bytes(b'"' + b"x" * 5_000_000 + b'"')
    try:
        answer = await http.get(WIDGETS)
        assert answer.status_code == 200
        shown = {widget["name"]: widget for widget in answer.json()}
        for name, (_, words) in {**bad, "5-mb": ({}, "larger than 512000 bytes")}.items():
            assert shown[f"bad-{name}"]["tree"] is None
            assert words in " ".join(shown[f"bad-{name}"]["problems"])
        for name, (change, words) in bad.items():
            content = json.dumps(base | change)
            dropped = await http.post("/api/workshop/drop", json={"name": name, "content": content})
            assert words in " ".join(dropped.json()["problems"])
    finally:
        for name in (*bad, "5-mb"):
            (folder / f"bad-{name}.widget").unlink()
    assert (await http.get("/health")).status_code == 200


async def test_a_body_of_5_mb_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/workshop/preview/try", json={"draft": draft(data="x" * 5_000_000)})
    assert answer.status_code == 413
    assert "too large" in answer.json()["detail"]


async def test_a_widget_is_saved_found_and_saved_over_only_if_it_is_the_same_still(
    http: httpx2.AsyncClient, folder: Path
) -> None:
    saved = await http.put(f"{WIDGETS}/order", json={"draft": draft(), "over": None})
    assert saved.status_code == 200, saved.text
    assert json.loads((folder / "order.widget").read_bytes())["outputJsonPreview"]["children"][0]["value"] == "x"
    assert "order" in [widget["name"] for widget in (await http.get(WIDGETS)).json()]
    again = await http.put(f"{WIDGETS}/order", json={"draft": draft(), "over": None})
    assert again.status_code == 409
    (folder / "order.widget").write_bytes(new_widget("order"))
    stale = await http.put(f"{WIDGETS}/order", json={"draft": draft(), "over": saved.json()["revision"]})
    assert stale.status_code == 409
    assert "changed on disk" in stale.json()["detail"]
    assert (folder / "order.widget").read_bytes() == new_widget("order")


@pytest.mark.parametrize("name", ["..%2Fout", "%2Fetc%2Fpasswd", "..%5Cout", "a%00b", ".hidden", "..", "link"])
async def test_nothing_outside_of_the_folder_is_written_or_read(
    http: httpx2.AsyncClient, folder: Path, name: str
) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_text("mine")
    link = folder / "link.widget"
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    before = sorted(folder.parent.rglob("*"))
    for answer in (
        await http.put(f"{WIDGETS}/{name}", json={"draft": draft(), "over": None}),
        await http.get(f"{WIDGETS}/{name}"),
    ):
        assert answer.status_code in {404, 405, 422}
        assert "mine" not in answer.text
    assert sorted(folder.parent.rglob("*")) == before
    assert outside.read_text() == "mine"


SHOP_CARD = {
    "type": "Card",
    "children": [
        {"type": "Text", "value": "0 in the basket"},
        {"type": "Button", "onClickAction": {"type": "shop.buy", "payload": {"good": "tea", "pieces": 2}}},
        {"type": "Button", "onClickAction": {"type": "shop.count", "payload": {"good": "tea"}, "streaming": False}},
    ],
}


async def test_a_widget_is_renamed_and_no_other_is_lost_by_it(http: httpx2.AsyncClient, folder: Path) -> None:
    await http.put(f"{WIDGETS}/first", json={"draft": draft(), "over": None})
    await http.put(f"{WIDGETS}/second", json={"draft": draft(title="Second"), "over": None})
    content = (folder / "first.widget").read_bytes()
    taken = await http.post(f"{WIDGETS}/first/rename", json={"to": "second"})
    assert (taken.status_code, "exists already" in taken.json()["detail"]) == (409, True)
    out = await http.post(f"{WIDGETS}/first/rename", json={"to": "../out"})
    assert out.status_code == 422
    renamed = await http.post(f"{WIDGETS}/first/rename", json={"to": "third"})
    assert renamed.json()["name"] == "third"
    assert (folder / "third.widget").read_bytes() == content
    assert not (folder / "first.widget").exists()
    assert json.loads((folder / "second.widget").read_text())["name"] == "Second"
    assert (await http.post(f"{WIDGETS}/first/rename", json={"to": "fourth"})).status_code == 404


async def test_a_deleted_widget_can_be_put_back_byte_by_byte(http: httpx2.AsyncClient, folder: Path) -> None:
    content = new_widget("gone").replace(b"\n", b"\r\n")
    (folder / "gone.widget").write_bytes(content)
    there = (await http.get(f"{WIDGETS}/gone")).json()["revision"]
    stale = await http.delete(f"{WIDGETS}/gone", params={"over": "0" * 16})
    assert (stale.status_code, (folder / "gone.widget").read_bytes()) == (409, content)
    deleted = (await http.delete(f"{WIDGETS}/gone", params={"over": there})).json()
    assert not (folder / "gone.widget").exists()
    restored = await http.post("/api/workshop/restore", json={"name": "gone", "content": deleted["content"]})
    assert restored.json()["revision"] == there
    assert (folder / "gone.widget").read_bytes() == content
    twice = await http.post("/api/workshop/restore", json={"name": "gone", "content": "{}"})
    assert (twice.status_code, (folder / "gone.widget").read_bytes()) == (409, content)
    for name, content in {"binary": b"\xff\xfe", "large": b" " * 600_000}.items():
        (folder / f"{name}.widget").write_bytes(content)
        there = (await http.get(f"{WIDGETS}/{name}")).json()["revision"]
        refused = await http.delete(f"{WIDGETS}/{name}", params={"over": there})
        assert (refused.status_code, (folder / f"{name}.widget").read_bytes()) == (422, content)
        (folder / f"{name}.widget").unlink()


async def test_the_folder_and_the_starters_are_known_to_the_page(http: httpx2.AsyncClient, folder: Path) -> None:
    known = (await http.get("/api/workshop/folder")).json()
    assert known == {"name": "widgets", "path": str(folder), "writable": True}
    offered = (await http.get("/api/workshop/starters")).json()
    assert {"order-status", "contact-form", "chart-dashboard"} <= {starter["name"] for starter in offered}
    assert all(starter["draft"] and starter["tree"] for starter in offered)


async def test_a_draft_is_exported_and_what_cannot_be_drawn_is_not(http: httpx2.AsyncClient) -> None:
    exported = await http.post("/api/workshop/export/try", json={"draft": draft()})
    assert json.loads(exported.json()["file"])["outputJsonPreview"] == json.loads(exported.json()["tree"])
    assert 'widgets.load("try").build(data)' in exported.json()["python"]
    refused = await http.post("/api/workshop/export/try", json={"draft": draft(data='{"text": 1}')})
    assert (refused.status_code, "1 is not of type 'string'" in refused.json()["detail"]) == (422, True)


async def place(http: httpx2.AsyncClient) -> dict[str, Any]:
    placed = await http.post("/api/workshop/threads/try", json={"draft": draft(template=json.dumps(SHOP_CARD))})
    assert placed.status_code == 200, placed.text
    return placed.json()


async def test_an_action_is_tried_on_the_real_server_from_a_thread_of_the_developer_s_own(
    http: httpx2.AsyncClient, dev: str
) -> None:
    item = await place(http)
    client = ChatKitClient(f"{dev}/chatkit/shop", http=http)
    changed = await client.sync_custom_action(item["thread_id"], "shop.count", {"good": "tea"}, item_id=item["id"])
    assert changed is not None
    assert "1 in the basket" in changed.model_dump_json()
    item = await place(http)
    payload = {"good": "tea", "pieces": 2}
    bought = await told(client.custom_action(item["thread_id"], "shop.buy", payload, item_id=item["id"]))
    assert bought.text == "2 x Green tea"
    assert (await client.get_thread(item["thread_id"])).title == "Workshop: Try"


async def test_what_is_put_into_a_thread_is_nobody_else_s(http: httpx2.AsyncClient, dev: str) -> None:
    item = await place(http)
    async with ChatKitClient(f"{dev}/chatkit/shop") as other:
        with pytest.raises(ClientError) as refused:
            await other.sync_custom_action(item["thread_id"], "shop.count", {"good": "tea"}, item_id=item["id"])
    assert refused.value.status == 404


async def test_only_what_can_be_drawn_is_put_into_a_thread(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/workshop/threads/try", json={"draft": draft(data='{"text": 1}')})
    assert answer.status_code == 422
    assert "1 is not of type 'string'" in answer.json()["detail"]


async def test_an_export_of_the_widget_builder_brings_its_sample_data(http: httpx2.AsyncClient) -> None:
    export = {
        "version": "1.0",
        "name": "Export",
        "template": CARD,
        "jsonSchema": SCHEMA,
        "outputJsonPreview": {},
        "encodedWidget": encode({"text": "sample"}, {"id": "wig", "view": "<Card/>"}),
    }
    answer = await http.post("/api/workshop/drop", json={"name": "export", "content": json.dumps(export)})
    opened = answer.json()
    assert opened["problems"] == []
    assert opened["tree"]["children"][0]["value"] == "sample"
    await http.put(f"{WIDGETS}/export", json={"draft": {**opened["draft"], "data": '{"text": "mine"}'}, "over": None})
    garbage = {**export, "encodedWidget": base64.b64encode(b"\xff").decode()}
    answer = await http.post("/api/workshop/drop", json={"name": "export", "content": json.dumps(garbage)})
    assert "no sample data" in answer.json()["problems"][0]


async def test_a_file_that_changes_is_told_within_a_second(http: httpx2.AsyncClient, folder: Path) -> None:
    async with http.stream("GET", "/api/workshop/changes") as answer:
        lines = answer.aiter_lines()
        # The watch begins with the first turn after the greeting; a ping says that it is on.
        async with asyncio.timeout(30):
            while not (await anext(lines)).startswith(": ping"):
                pass
        (folder / "told.widget").write_bytes(new_widget("told"))
        async with asyncio.timeout(30):
            while not (line := await anext(lines)).startswith("data:"):
                pass
    assert json.loads(line.removeprefix("data:")) == ["told"]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "chat.example.com"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["a name that points here", "another origin", "another site"],
)
async def test_a_page_of_somebody_else_is_turned_away(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    for answer in (
        await http.get(WIDGETS, headers=headers),
        await http.put(f"{WIDGETS}/evil", json={"draft": draft(), "over": None}, headers=headers),
        await http.post("/api/workshop/threads/evil", json={"draft": draft()}, headers=headers),
    ):
        assert answer.status_code == 403


async def test_a_server_that_is_not_in_dev_mode_has_no_workshop(server: str) -> None:
    async with httpx2.AsyncClient(base_url=server, timeout=60) as http:
        for path in ("/workshop", WIDGETS, "/api/workshop/changes"):
            assert (await http.get(path)).status_code == 404
        assert (await http.post("/api/workshop/threads/try", json={"draft": draft()})).status_code == 404
