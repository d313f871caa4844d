"""Each text that a user reads from the server is there in every language of the page, and none of them is unused."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from chatkit_link.errors import LinkError
from chatkit_link.translations import CATALOGUE, Localized, language_of
from tests.conftest import HERE

_FRONTEND = HERE.parent / "frontend" / "src" / "language"
_PACKAGE = HERE.parent / "chatkit_link"
#: Rooms whose errors no user of the chat meets: the model, developers and operators do.
_NOT_IN_THE_CHAT = {
    "cli", "conformance", "hosted", "own_route", "search", "settings", "translations", "widgets", "workshop",
}  # fmt: skip
#: Errors in English, by their place: for those who write clients, run the server or keep a back end.
_ENGLISH = Counter(
    {
        "agents/actions.py": 1,  # what a validator of the agent's own says
        "agents/brought_servers/bound_caller.py": 1,  # a brought server mixes up its users: for its author
        "agents/brought_servers/memory_store.py": 1,  # of the test message of `chatkit-link agents`
        "agents/research.py": 1,  # for the model
        "agents/turn_errors.py": 2,  # localized before, or what the server of someone says itself
        "http/body.py": 5,
        "http/chatkit.py": 1,
        "http/cross_site.py": 1,
        "http/hosted.py": 4,
        "http/identify.py": 1,
        "http/multipart.py": 4,
        "http/openai.py": 2,
        "http/openai_errors.py": 13,  # as OpenAI words them, for its client packages
        "http/pages.py": 1,
        "http/problems.py": 1,
        "http/ranges.py": 2,
        "http/runs.py": 1,
        "http/services.py": 2,
        "http/sessions.py": 3,
        "http/workshop.py": 2,
        "identity/authentication.py": 1,
        "identity/bearer.py": 7,
        "identity/proxy.py": 2,
        "identity/scopes.py": 2,  # for a back end, as are those of the keys
        "identity/server_key.py": 4,
        "identity/token.py": 9,
        "identity/user_names.py": 1,
        "protocol/checks.py": 1,
        "protocol/extensions.py": 3,  # for those who write clients
        "protocol/request_parser.py": 10,
        "protocol/sizes.py": 6,
        "protocol/streaming_requests.py": 2,
        "protocol/thread_status.py": 1,
        "replica_checks.py": 1,  # of /ready
        "runs/coordinator.py": 6,
        "runs/wakeups.py": 2,
        "sessions/client_secret.py": 1,
        "sessions/create.py": 3,  # for a back end that creates sessions
        "sessions/policy.py": 4,
        "store/branches.py": 1,  # a client that has others edited than its user's messages
        "store/cursor.py": 1,
        "store/dump.py": 1,  # of the command line
        "store/health_check.py": 2,  # of /ready
        "store/migrate.py": 3,
        "store/server_keys.py": 2,  # of the command line
        "store/session_route.py": 1,  # of the log
        "store/tenant_threads.py": 1,
        "store/thread_status.py": 1,  # for a back end
        "store/threads.py": 1,  # of a damaged row, for an author
    }
)


def _placeholders(text: str) -> list[str]:
    """The names of values, without how they are written."""
    return sorted({name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name is not None})


@pytest.mark.parametrize("language", sorted(set(CATALOGUE) - {"en"}))
def test_every_text_is_translated_and_keeps_its_settings_and_placeholders(language: str) -> None:
    english, translated = CATALOGUE["en"], CATALOGUE[language]
    assert list(translated) == list(english)
    for code, words in english.items():
        assert translated[code] != words or code in ("thread_status_reason", "counted_messages"), code
        assert _placeholders(translated[code]) == _placeholders(words), code
        settings = r"[A-Z]+_[A-Z_]+"
        assert sorted(re.findall(settings, translated[code])) == sorted(re.findall(settings, words)), code


def test_the_languages_are_those_of_the_page() -> None:
    listed = re.findall(r"^  '?([\w-]+)'?: async", (_FRONTEND / "language.ts").read_text(), re.MULTILINE)
    assert set(listed) == set(CATALOGUE)


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        ("zh-TW zh-HK zh-MO zh-Hant zh-Hant-HK zh-hant-cn ZH_tw zh-US yue yue-HK", "zh-Hant"),
        ("zh zh-CN zh-SG zh-MY zh-Hans zh-Hans-HK zh-hans-tw yue-Hans yue-CN", "zh"),
        ("pt pt-BR pt-PT pt_BR pt-AO", "pt"),
        ("it-CH", "it"),
        ("ko-KR", "ko"),
        ("uk-UA", "uk"),
        ("id in in-ID", "id"),
        ("he iw iw-IL", "he"),
        ("en-GB sv-SE da nb-NO cs-CZ be-BY fa ur tl sr-Latn x-pt", "en"),
    ],
)
def test_a_locale_has_the_language_that_its_readers_read(locales: str, language: str) -> None:
    assert {locale: language_of(locale) for locale in locales.split()} == dict.fromkeys(locales.split(), language)


@pytest.mark.parametrize("language", ["ar", "he", "ja", "ko", "ru", "uk", "zh", "zh-Hant"])
def test_texts_are_in_the_letters_of_their_language(language: str) -> None:
    """No word of another alphabet came in by copying: but for names, and what is the same in every language."""
    same = {"API", "PDF", "PNG", "UTC", "ID", "OpenAI", "Responses"}
    for code, words in CATALOGUE[language].items():
        plain = re.sub(r"\{[^}]*\}|[A-Z]+_[A-Z_]+", "", words)
        assert set(re.findall(r"[A-Za-z]+", plain)) <= same, code


def test_traditional_chinese_has_no_simplified_characters() -> None:
    """Characters that only the Simplified texts have, and that Traditional ones write in another way."""
    simplified = set("这个为们时请试无发务误户页开关错对话图览义档设连线数据创长约达续继载级传网络题围应满费绍汇")
    assert set("".join(CATALOGUE["zh-Hant"].values())) & simplified == set()


def test_a_language_that_is_not_here_is_english() -> None:
    failed = Localized("model_failed")
    assert failed.in_language("sv-SE") == failed.in_language("en-GB") == str(failed) == CATALOGUE["en"]["model_failed"]
    assert "20 Sekunden" in Localized("model_busy_seconds", number=20).in_language("de-AT")


def test_values_are_written_as_the_language_writes_them() -> None:
    too_long = Localized("message_too_long", length=1_234_567, most=200_000)
    assert "1,234,567 characters; at most 200,000" in str(too_long)
    assert "1.234.567 Zeichen; höchstens 200.000" in too_long.in_language("de")
    assert "1\u00a0234\u00a0567" in too_long.in_language("ru-RU")
    assert "1.234.567 caracteres" in too_long.in_language("pt-BR")
    over = Localized("budget_used_up", budget=Localized("budget_user_day"), until=datetime(2026, 12, 1, tzinfo=UTC))
    assert str(over) == "Your budget for today is used up. It starts again on 1 December 2026 at 00:00 UTC."
    assert over.in_language("de").startswith("Ihr Budget für heute ist aufgebraucht. Es beginnt neu am 01.12.2026")


@pytest.mark.parametrize("language", CATALOGUE)
def test_braces_in_what_a_user_wrote_stay_as_they_are(language: str) -> None:
    reason = Localized("thread_status_reason", reason="see {0.__class__} {x")
    assert "see {0.__class__} {x" in Localized("thread_locked", reason=reason).in_language(language)


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(_PACKAGE.rglob("*.py")):
        yield path.relative_to(_PACKAGE), ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    return (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    )


def _strings(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_every_text_can_come_up() -> None:
    used = {text for path, tree in _modules() if path.parts[0] != "translations" for text in _strings(tree)}
    assert set(CATALOGUE["en"]) - used == set()


def test_every_text_that_is_asked_for_is_there_with_its_values() -> None:
    found = 0
    for path, tree in _modules():
        for call in _calls(tree, {"Localized", "Failure"}):
            for code in _strings(call.args[0]):
                found += 1
                given = sorted(keyword.arg or "" for keyword in call.keywords)
                assert _placeholders(CATALOGUE["en"][code]) == given, f"{path}:{call.lineno}"
    assert found > 80


def _classes(base: type[LinkError]) -> Iterator[str]:
    yield base.__name__
    for each in base.__subclasses__():
        yield from _classes(each)


def _is_localized(message: ast.expr, tree: ast.Module) -> bool:
    """Whether it is a ``Localized``, or a name that is bound to nothing else in this module."""
    if isinstance(message, ast.Name):
        values = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and any(ast.unparse(each) == message.id for each in node.targets)
        ]
        return bool(values) and all("Localized(" in ast.unparse(value) for value in values)
    return isinstance(message, ast.Call) and ast.unparse(message.func) == "Localized"


def test_an_error_that_a_user_can_meet_is_in_the_catalogue() -> None:
    """A new one in English fails here: put it into the catalogue, or count it above if no user of the chat meets it."""
    names = set(_classes(LinkError))
    english: Counter[str] = Counter()
    for path, tree in _modules():
        if path.parts[0] in _NOT_IN_THE_CHAT or path.name == "errors.py":
            continue
        for call in _calls(tree, names):
            english[path.as_posix()] += not (call.args and _is_localized(call.args[0], tree))
    assert +english == _ENGLISH
