"""What the server sends against the types of the openai package: what does not fit is a fault of this server.

The package itself does not check what it receives, so a wrong event would make tests pass that should not.
"""

from typing import Any, get_args

from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel

from tests.model_server import completions, responses


def _events() -> dict[str, type[BaseModel]]:
    union = get_args(ResponseStreamEvent)[0]
    return {get_args(event.model_fields["type"].annotation)[0]: event for event in get_args(union)}


EVENTS = _events()


def check_event(event: dict[str, Any]) -> None:
    response = event.get("response")
    if response is not None and response["usage"] is not None:
        event = event | {"response": response | {"usage": responses.USAGE}}
    EVENTS[event["type"]].model_validate(sound(event))


def check_response(response: dict[str, Any]) -> None:
    Response.model_validate(sound(response | {"usage": responses.USAGE}))


def check_chunk(chunk: dict[str, Any]) -> None:
    if "error" not in chunk:
        given = {"usage": completions.USAGE} if chunk.get("usage") is not None else {}
        ChatCompletionChunk.model_validate(sound(chunk | given))


def check_completion(completion: dict[str, Any]) -> None:
    ChatCompletion.model_validate(sound(completion | {"usage": completions.USAGE}))


def sound(value: Any) -> Any:
    """Without halves of surrogate pairs, which a script may want in its deltas."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {key: sound(each) for key, each in value.items()}
        case list():
            return [sound(each) for each in value]
        case _:
            return value
