"""A failed answer, as a line for the operator: the server's own message, without secrets or the conversation.

Servers quote what they refuse: a part of the key, or of the prompt. The request is at hand when its error is, so
what it held is searched for in the server's message and left out.
"""

import json
import re
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import openai
import pydantic
from agents.exceptions import (
    AgentsException,
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelTimeoutError,
    UserError,
)

from chatkit_link.agents.contained import EndedTask
from chatkit_link.agents.errors.server_codes import code_of
from chatkit_link.agents.errors.spent import what_to_do
from chatkit_link.agents.models.problems import ContextTooLong, IncompleteAnswer, UnreadableAnswer, source_of
from chatkit_link.agents.sdk_methods import ServerMistake

#: Characters of a server's message that are logged.
_LIMIT: Final = 500
#: Characters in a row that are taken for a quotation, and so are whole texts from this length on.
_QUOTED, _SHORT = 12, 4
#: Characters of a conversation that are looked through, the newest first.
_SEARCHED: Final = 400_000
_LEFT_OUT: Final = "[…]"
_SECRET: Final = re.compile(
    r"\b(?:(?:sk|pk|rk|gsk|xai|hf)[-_]|AIza)[A-Za-z0-9_*.\-]{4,}"
    r"|\bBearer\s+\S+"
    r"|(?<=key: )\S+|(?<=key provided: )\S+"
    r"|\b(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{32,}\b"
    r"|[A-Za-z0-9]*\*{3,}[A-Za-z0-9]*",
    re.IGNORECASE,
)
#: A name as servers give them; one that a user has written is no better hidden than in this form.
_NAME: Final = re.compile(r"[A-Za-z0-9_.\[\]]{1,80}")
_MODEL: Final = re.compile(r"[A-Za-z0-9_.:/@-]{1,120}")
_REQUEST: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
#: Errors of a chain that are described.
_CAUSES: Final = 3
#: Where code lies that the author of an assistant has not written.
_NOT_AUTHORS: Final = (
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    str(Path(__file__).parents[2]),
)
#: What is known by its class: the texts quote what a server has refused or answered.
_OF_MODEL: Final = (openai.OpenAIError, ModelTimeoutError, IncompleteAnswer, UnreadableAnswer, ContextTooLong)
#: Where a request or a run holds what users and assistants have written.
_CONTENT = ("input", "messages", "instructions", "prompt")


def describe(error: BaseException) -> str:
    """One line: the class, and of a server's refusal its status, code, parameter, request id and message."""
    parts = [type(error).__qualname__]
    if isinstance(error, openai.APIError):
        fields = {"status": getattr(error, "status_code", None), "code": error.code, "type": error.type}
        fields["param"] = error.param
        conversation = _texts_of_request(error)
        quoted = "\n".join(conversation)[-_SEARCHED:]
        parts += [f"{name}={_name(value, quoted)}" for name, value in fields.items() if value is not None]
        if (request := getattr(error, "request_id", None)) and _REQUEST.fullmatch(request):
            parts.append(f"request={request}")
        parts += _asked_for(error)
        parts.append(redacted(_words_of(error), conversation, _secrets(error)))
        if code_of(error) == "model_out_of_credit":
            parts.append(what_to_do(error))
    elif isinstance(error, openai.OpenAIError):
        parts.append(redacted(str(error)))
    elif isinstance(error, AgentsException) and _has_servers_words(error):
        parts.append(redacted(str(error), list(_texts_of_run(error))))
    elif isinstance(error, IncompleteAnswer | UnreadableAnswer | ContextTooLong):
        parts.append(redacted(str(error)))
    return " ".join(parts)


def is_of_model(error: BaseException) -> bool:
    """Whether it is an error of a model's server, of which a traceback into the client's code tells nothing more."""
    if isinstance(error, ModelBehaviorError):
        return _has_servers_words(error)
    return isinstance(error, _OF_MODEL)


def blame(error: BaseException, conversation: list[str] | None = None) -> str:
    """One line for the author of the code that raised it: class, text, file and line, then what caused it.

    conversation: texts that may be quoted in those of the errors; they are left out.
    """
    return ", caused by ".join(_chain(error, conversation, set()))


def _chain(error: BaseException, conversation: list[str] | None, seen: set[int]) -> list[str]:
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen and len(parts) < _CAUSES:
        seen.add(id(cause))
        if isinstance(cause, EndedTask) and cause.__cause__ is not None:
            cause = cause.__cause__
            continue
        place = "" if isinstance(cause, ServerMistake) else _place(cause)
        inside = _inside(cause, conversation, seen)
        parts.append(f"{_told(cause, conversation)}{f' ({place})' if place else ''}{inside}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return parts


def _inside(error: BaseException, conversation: list[str] | None, seen: set[int]) -> str:
    """The errors of a group, such as that of ``asyncio.TaskGroup``: each says what happened, and the group does not."""
    if not isinstance(error, BaseExceptionGroup):
        return ""
    group = cast("BaseExceptionGroup[BaseException]", error).exceptions
    told = [", caused by ".join(chain) for each in group[:_CAUSES] if (chain := _chain(each, conversation, seen))]
    more = len(group) - _CAUSES
    return f": [{'; '.join(told)}{f'; and {more} more' if more > 0 else ''}]"


def _told(error: BaseException, conversation: list[str] | None) -> str:
    """Class and text. What quotes a model's answer, or what an author has read, is known by its class."""
    if isinstance(error, openai.OpenAIError | AgentsException | IncompleteAnswer | UnreadableAnswer | ContextTooLong):
        return describe(error)
    if isinstance(error, ServerMistake):
        return str(error)
    try:
        text = _without_input(error) if isinstance(error, pydantic.ValidationError) else str(error)
    except Exception:  # noqa: BLE001 - an author wrote __str__, too
        text = ""
    text = redacted(text, conversation)
    return f"{type(error).__qualname__}: {text}" if text else type(error).__qualname__


def _without_input(error: pydantic.ValidationError) -> str:
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in wrong)


def _place(error: BaseException) -> str:
    """The innermost line of the author's own code; where there is none of it, the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_NOT_AUTHORS)]
    frame = own[-1] if own else frames[-1] if frames else None
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" if frame else ""


def _asked_for(error: openai.APIError) -> Iterator[str]:
    """Model and server of a request, and where the model's name is written: without its path, which may hold a key."""
    model = _body_of(error).get("model")
    if isinstance(model, str) and (source := source_of(error)):
        yield f"model={_name_in_request(model)} (named by {source})"
    elif isinstance(model, str):
        yield f"model={_name_in_request(model)}"
    url = error.request.url
    yield f"server={url.host}{f':{url.port}' if url.port else ''}"


def _name_in_request(model: str) -> str:
    return model if _MODEL.fullmatch(model) and not _SECRET.fullmatch(model) else _LEFT_OUT


def _words_of(error: openai.APIError) -> str:
    """The server's message. The client leaves a body that is not in OpenAI's form out of its message."""
    if error.body and error.message.startswith(("Error code:", "An error occurred during streaming")):
        body = error.body if isinstance(error.body, str) else json.dumps(error.body, ensure_ascii=False, default=str)
        return f"{error.message}: {body}"
    return error.message


def _has_servers_words(error: AgentsException) -> bool:
    """False where the text is of an error of the assistant's own code, or quotes an answer that cannot be used."""
    if isinstance(error, ModelBehaviorError):
        return error.run_data is not None and str(error).startswith(("Responses stream ended", "Chat"))
    return error.__cause__ is None and isinstance(error, UserError | ModelTimeoutError | MaxTurnsExceeded)


def redacted(text: str, conversation: list[str] | None = None, secrets: list[str] | None = None) -> str:
    """The text in one line, cut, without secrets and without quotations of the conversation.

    conversation: texts of it. secrets: those that are known.
    """
    for secret in secrets or []:
        text = text.replace(secret, _LEFT_OUT)
    text = " ".join(_SECRET.sub(_LEFT_OUT, text[: 8 * _LIMIT]).split())
    text = _without_quotations(text[:_LIMIT], conversation or [])
    return text if len(text) <= _LIMIT else f"{text[:_LIMIT]}…"


def _without_quotations(text: str, conversation: list[str]) -> str:
    whole = [" ".join(each.split()) for each in conversation]
    for each in whole:
        if _SHORT <= len(each) <= len(text):
            text = text.replace(each, _LEFT_OUT)
    searched = "\n".join(whole)[-_SEARCHED:]
    kept, at = "", 0
    while at < len(text):
        end = at + _QUOTED
        if not _begins_word(text, at) or end > len(text) or text[at:end] not in searched:
            kept, at = kept + text[at], at + 1
            continue
        while end < len(text) and text[at : end + 1] in searched:
            end += 1
        kept, at = kept + _LEFT_OUT, end
    return kept


def _begins_word(text: str, at: int) -> bool:
    """Each search costs; scripts without spaces have no words to begin at."""
    return at == 0 or not (text[at - 1].isascii() and text[at - 1].isalnum())


def _name(value: Any, quoted: str) -> str:
    """A name that a server gives, unless it may be a quotation or a secret."""
    text = str(value)
    is_quoted = len(text) >= _QUOTED and text in quoted
    return _LEFT_OUT if is_quoted or not _NAME.fullmatch(text) or _SECRET.fullmatch(text) else text


def _secrets(error: openai.APIError) -> list[str]:
    """Keys in the headers of the request that was refused."""
    headers = error.request.headers
    given = [
        headers.get(name, "").removeprefix("Bearer ").strip() for name in ("authorization", "api-key", "x-api-key")
    ]
    return [secret for secret in given if secret]


def _texts_of_request(error: openai.APIError) -> list[str]:
    fields = _body_of(error)
    return [text for name in _CONTENT for text in texts(fields.get(name))]


def _body_of(error: openai.APIError) -> dict[str, Any]:
    try:
        body: Any = json.loads(error.request.content)
    except (ValueError, RuntimeError):  # no JSON, or a stream that is over
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _texts_of_run(error: AgentsException) -> Iterator[str]:
    if error.run_data is not None:
        yield from texts(error.run_data.input)
        for item in error.run_data.new_items:
            yield from texts(item.raw_item)


def texts(value: Any) -> Iterator[str]:
    """Every text inside, but for the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from texts(part)
    elif isinstance(value, dict):
        for name, part in cast("dict[str, Any]", value).items():
            if name not in ("type", "role", "status", "id", "call_id"):
                yield from texts(part)
    elif hasattr(value, "model_dump"):
        yield from texts(value.model_dump())
