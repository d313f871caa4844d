"""What a user is refused, and what fails, is in the language that their browser asks for: from the running app."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from chatkit.types import WidgetItem

from chatkit_link.client import ChatKitClient
from chatkit_link.settings import Settings
from chatkit_link.store.engine import Database
from tests.conftest import running
from tests.finished_stream import told
from tests.http.test_streams import read_until
from tests.limits.spenders import chat
from tests.limits.users import IDENTITY, bearer, new_input, new_message, new_user_headers

MakeSettings = Callable[..., Settings]
KEY = "the-server-key-of-these-tests-is-long-enough"
LANGUAGES = ("de", "ja", "ar")
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
async def address(make_settings: MakeSettings) -> AsyncIterator[str]:
    settings = make_settings(
        server_key=KEY,
        rate_messages=2,
        max_message=1200,
        max_upload=2000,
        upload_types="image/*,text/plain",
        **IDENTITY,
    )
    async with running(settings) as address:
        yield address


@pytest.fixture
async def http(address: str) -> AsyncIterator[httpx2.AsyncClient]:
    """As a user of their own."""
    async with httpx2.AsyncClient(base_url=address, headers=new_user_headers(), timeout=30) as http:
        yield http


async def refusal(
    http: httpx2.AsyncClient, language: str, path: str, status: int, code: str, **sent: Any
) -> tuple[str, httpx2.Response]:
    """The detail of a refusal, after a look at the rest of it."""
    headers = {"Accept-Language": f"{language}-XX, en;q=0.5"}
    response = await http.request(sent.pop("method", "POST"), path, headers=headers, **sent)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    return problem["detail"], response


@every_language
async def test_too_many_messages(http: httpx2.AsyncClient, language: str) -> None:
    for _ in range(2):
        assert (await http.post("/chatkit/echo", json=new_message())).status_code == 200
    detail, response = await refusal(http, language, "/chatkit/echo", 429, "rate_limited", json=new_message())
    wait = response.headers["retry-after"]
    expected = {
        "de": f"Zu viele Nachrichten: höchstens 2 in der Minute. Versuchen Sie es in {wait} s noch einmal.",
        "ja": f"メッセージが多すぎます。1 分間に 2 件までです。{wait} 秒後にもう一度お試しください。",
        "ar": f"عدد كبير جدًا من الرسائل: الحد الأقصى 2 في الدقيقة. أعد المحاولة بعد {wait} ث.",
    }
    assert detail == expected[language]


@every_language
async def test_a_message_that_is_too_long(http: httpx2.AsyncClient, language: str) -> None:
    message = new_message("x" * 1_234)
    detail, _ = await refusal(http, language, "/chatkit/echo", 413, "message_too_long", json=message)
    expected = {
        "de": "Die Nachricht hat 1.234 Zeichen; höchstens 1.200 sind möglich. Kürzen Sie sie, oder senden Sie den Text "
        "als Datei.",
        "ja": "メッセージは 1,234 文字です。上限は 1,200 文字です。短くするか、文章をファイルとして送信してください。",
        "ar": "عدد أحرف الرسالة 1,234، والحد الأقصى 1,200. اختصرها أو أرسل النص في ملف.",
    }
    assert detail == expected[language]


def _tenant(http: httpx2.AsyncClient) -> str:
    token = http.headers["authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})["org"]


@every_language
async def test_a_closed_thread(http: httpx2.AsyncClient, language: str) -> None:
    await http.post("/chatkit/echo", json=new_message())
    listed = await http.post("/chatkit/echo", json={"type": "threads.list", "params": {}})
    thread_id = listed.json()["data"][0]["id"]
    closed = await http.put(
        f"/api/threads/{thread_id}/status",
        json={"type": "closed", "reason": "Solved {0}."},
        headers={"Authorization": f"Bearer {KEY}", "X-ChatKit-Tenant": _tenant(http)},
    )
    assert closed.status_code == 200, closed.text
    message = {"type": "threads.add_user_message", "params": {"thread_id": thread_id, "input": new_input()}}
    detail, _ = await refusal(http, language, "/chatkit/echo", 409, "thread_closed", json=message)
    expected = {
        "de": "Dieser Chat ist geschlossen: Solved {0}. Beginnen Sie einen neuen, um fortzufahren.",
        "ja": "このチャットは終了しています（理由：Solved {0}）。続けるには新しいチャットを始めてください。",
        "ar": "هذه الدردشة مغلقة: Solved {0}. ابدأ دردشة جديدة للمتابعة.",
    }
    assert detail == expected[language]


@every_language
async def test_a_busy_thread(address: str, http: httpx2.AsyncClient, language: str) -> None:
    client = ChatKitClient(f"{address}/chatkit/slow", http=http)
    async with client.create_thread("go on") as stream:
        await read_until(stream, "three")
        thread_id = (await client.list_threads()).data[0].id
        message = {"type": "threads.add_user_message", "params": {"thread_id": thread_id, "input": new_input()}}
        detail, _ = await refusal(http, language, "/chatkit/slow", 409, "thread_busy", json=message)
        assert stream.run_id is not None
        await client.cancel_run(stream.run_id)
    expected = {
        "de": "In diesem Chat wird noch eine Antwort geschrieben. Warten Sie darauf, oder halten Sie sie zuerst an.",
        "ja": "このチャットではまだ回答を作成中です。完了を待つか、先に停止してください。",
        "ar": "ما زالت إجابة تُكتب في هذه الدردشة. انتظرها أو أوقفها أولًا.",
    }
    assert detail == expected[language]


@every_language
async def test_files_that_are_refused(http: httpx2.AsyncClient, language: str) -> None:
    large = {"type": "attachments.create", "params": {"name": "a.txt", "size": 4000, "mime_type": "text/plain"}}
    detail, _ = await refusal(http, language, "/chatkit/echo", 413, "file_too_large", json=large)
    expected = {
        "de": "Die Datei ist zu groß: höchstens 2.000 Bytes sind möglich.",
        "ja": "ファイルが大きすぎます。上限は 2,000 バイトです。",
        "ar": "الملف كبير جدًا: الحد الأقصى 2,000 بايت.",
    }
    assert detail == expected[language]
    archive = {"file": ("a.zip", b"PK\x03\x04" + bytes(60), "application/zip")}
    detail, _ = await refusal(http, language, "/files", 415, "type_not_taken", files=archive)
    expected = {
        "de": "Dateien dieses Typs werden hier nicht angenommen. Angenommen werden: image/*, text/plain.",
        "ja": "この種類のファイルは受け付けられません。受け付けられる種類：image/*, text/plain。",
        "ar": "لا تُقبل الملفات من هذا النوع هنا. الأنواع المقبولة: image/*, text/plain.",
    }
    assert detail == expected[language]


@every_language
async def test_an_expired_session(address: str, database: Database, language: str) -> None:
    wanted = {"user": "ada", "workflow": {"id": "echo"}}
    headers = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "chatkit_beta=v1"}
    async with httpx2.AsyncClient(base_url=address, headers=headers) as back_end:
        session = (await back_end.post("/v1/chatkit/sessions", json=wanted)).json()
    async with database.system() as connection:
        await connection.connection.fetch(
            "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1", session["id"]
        )
    secret = {"Authorization": f"Bearer {session['client_secret']}"}
    async with httpx2.AsyncClient(base_url=address, headers=secret) as http:
        detail, _ = await refusal(http, language, "/chatkit", 401, "session_expired", json=new_message())
    expected = {
        "de": "Diese Sitzung ist abgelaufen. Laden Sie die Seite neu, um eine neue zu beginnen.",
        "ja": "このセッションの有効期限が切れました。ページを再読み込みして、新しいセッションを始めてください。",
        "ar": "انتهت صلاحية هذه الجلسة. أعد تحميل الصفحة لبدء جلسة جديدة.",
    }
    assert detail == expected[language]


async def test_a_budget_that_is_used_up_before_and_in_an_answer(make_settings: MakeSettings) -> None:
    begins = datetime.now(UTC) + timedelta(days=1)
    async with chat(make_settings, budget_user_day_tokens=1) as (_, person):
        ada = person()
        headers = bearer(ada.tenant, ada.user)
        async with ChatKitClient(ada.client.url, headers=headers | {"Accept-Language": "de"}) as german:
            answer = await told(german.create_thread("Hallo?"))
        async with httpx2.AsyncClient(headers=headers) as http:
            details = {
                language: (await refusal(http, language, ada.client.url, 429, "budget_used_up", json=new_message()))[0]
                for language in LANGUAGES
            }
    assert [notice.message for notice in answer.view.notices] == [
        f"Ihr Budget für heute ist mit dieser Antwort aufgebraucht. Es beginnt neu am {begins:%d.%m.%Y} um 00:00 UTC."
    ]
    assert details == {
        "de": f"Ihr Budget für heute ist aufgebraucht. Es beginnt neu am {begins:%d.%m.%Y} um 00:00 UTC.",
        "ja": f"あなたの今日の利用枠を使い切りました。{begins:%Y/%m/%d} 00:00 UTC に更新されます。",
        "ar": f"نفدت حصتك لهذا اليوم. تبدأ من جديد في {begins:%Y/%m/%d} الساعة 00:00 UTC.",
    }


@every_language
async def test_an_error_inside_a_stream(address: str, language: str) -> None:
    headers = new_user_headers() | {"Accept-Language": language}
    async with ChatKitClient(f"{address}/chatkit/shop", headers=headers) as client:
        made = await told(client.create_thread("Hello"))
        (counter,) = [item for item in made.view.items if isinstance(item, WidgetItem)]
        acted = await told(client.custom_action(made.thread_id, "shop.rob", {}, item_id=counter.id))
    assert acted.types[-1] == "error"
    assert [error.message for error in acted.view.errors] == [
        {
            "de": "Auf diese Aktion antwortet dieser Assistent nicht.",
            "ja": "このアシスタントはその操作に対応していません。",
            "ar": "لا يستجيب هذا المساعد لذلك الإجراء.",
        }[language]
    ]


async def test_what_is_for_developers_stays_english(http: httpx2.AsyncClient) -> None:
    response = await http.post("/chatkit/echo", content=b"{nope", headers={"Accept-Language": "de"})
    assert response.headers["content-language"] == "en"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (400, "bad_request")
    assert problem["detail"] == "The request body is not valid JSON."


@pytest.mark.parametrize(
    ("accepted", "language", "words"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant", "該聊天不存在，或不屬於您。"),
        ("zh-hant-HK", "zh-Hant", "該聊天不存在，或不屬於您。"),
        ("zh-CN,zh-TW;q=0.9", "zh", "该聊天不存在，或者不属于您。"),
        ("en;q=0.8, pt-PT", "pt", "Esse chat não existe ou não é seu."),
        ("uk-UA,ru;q=0.9", "uk", "Такого чату немає"),
    ],
)
async def test_languages_that_are_close_to_each_other_are_told_apart(
    http: httpx2.AsyncClient, accepted: str, language: str, words: str
) -> None:
    unknown = {"type": "threads.get_by_id", "params": {"thread_id": "thr_unknown"}}
    response = await http.post("/chatkit/echo", json=unknown, headers={"Accept-Language": accepted})
    assert response.headers["content-language"] == language
    assert response.json()["detail"].startswith(words)


async def test_a_language_that_there_is_no_text_in_gets_english(http: httpx2.AsyncClient) -> None:
    unknown = {"type": "threads.get_by_id", "params": {"thread_id": "thr_unknown"}}
    response = await http.post("/chatkit/echo", json=unknown, headers={"Accept-Language": "sv, de;q=0.5"})
    assert response.headers["content-language"] == "en"
    assert response.json()["detail"].startswith("There is no such thread")
