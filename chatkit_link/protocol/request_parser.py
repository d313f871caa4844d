"""A request body, read once and checked before anything is answered.

The SDK builds its request adapter for each request, which takes longer than everything else a
short request does; here it is built once. It also trusts what it parses: limits, sizes and base64 are
checked here, so that what is wrong is a 4xx before the first byte of a stream.
"""

import base64
import binascii
from typing import Any

from chatkit.types import (
    ChatKitReq,
    InputTranscribeReq,
    ItemsFeedbackReq,
    ItemsListReq,
    StructuredInputSubmission,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsListReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
    UserMessageInput,
    UserMessageTextContent,
)
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from chatkit_link.errors import BadRequest, TooLarge, Unprocessable
from chatkit_link.protocol.sizes import (
    MAX_ANSWERS,
    MAX_METADATA,
    check_depth,
    check_id,
    check_ids,
    check_json,
    check_parts,
)
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import BeyondJson, plain_json

MAX_TITLE = 200
MAX_FEEDBACK_ITEMS = 100


class RequestParser:
    """Parses and checks request bodies against this server's limits."""

    def __init__(
        self,
        *,
        max_message: int = 200_000,
        max_page: int = 100,
        max_payload: int = 100_000,
        max_audio: int = 1_200_000,
    ) -> None:
        """
        Args:
            max_message: characters of one message.
            max_page: largest ``limit``.
            max_payload: bytes, as JSON, of an action's payload or the output of a page's tool.
            max_audio: bytes of dictated audio.
        """
        self._adapter: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)
        self._max_message = max_message
        self._max_page = max_page
        self._max_payload = max_payload
        self._max_audio = max_audio

    def parse(self, body: bytes) -> ChatKitReq:
        """The request.

        Raises:
            BadRequest: not JSON, not an object, or no known ``type``.
            Unprocessable: a field is missing or has a value that is not allowed.
            TooLarge: the message, or something in it, is larger than this server takes.
        """
        check_depth(body)
        try:
            request = self._read(body)
        except ValidationError as error:
            raise _refusal(error.errors(include_url=False, include_input=False)[0]) from None
        self._check(request)
        return request

    def _read(self, body: bytes) -> ChatKitReq:
        try:
            return self._adapter.validate_json(plain_json(body))
        except ValidationError:
            raise
        except BeyondJson:
            raise Unprocessable(
                "The request has a number that JSON does not have: NaN, Infinity, or one that is too large."
            ) from None
        except ValueError:
            raise _not_json() from None

    def _check(self, request: ChatKitReq) -> None:
        check_ids(vars(request.params))
        if request.metadata:
            check_json(request.metadata, MAX_METADATA, "The request's metadata")
        match request:
            case ThreadsListReq() | ItemsListReq():
                self._check_limit(request.params.limit)
            case ThreadsCreateReq() | ThreadsAddUserMessageReq():
                self.check_message(request.params.input)
            case ThreadsUpdateReq():
                request.params.title = _checked_title(request.params.title)
            case ItemsFeedbackReq():
                if not 1 <= len(request.params.item_ids) <= MAX_FEEDBACK_ITEMS:
                    raise Unprocessable(f"Give feedback on 1 to {MAX_FEEDBACK_ITEMS} items at a time.")
                for item_id in request.params.item_ids:
                    check_id(item_id, "An item's id")
            case ThreadsCustomActionReq() | ThreadsSyncCustomActionReq():
                _check_action_type(request.params.action.type)
                check_json(request.params.action.payload, self._max_payload, "The action's payload")
            case ThreadsAddClientToolOutputReq():
                check_json(request.params.result, self._max_payload, "The output of the tool")
            case ThreadsAddStructuredInputReq():
                self._check_answers(request.params.input)
            case InputTranscribeReq():
                self._check_audio(request.params.audio_base64)
                check_id(request.params.mime_type, "`mime_type`")
            case _:
                pass

    def _check_limit(self, limit: int | None) -> None:
        if limit is not None and not 1 <= limit <= self._max_page:
            raise Unprocessable(f"`limit` must be between 1 and {self._max_page}.")

    def _check_answers(self, submitted: StructuredInputSubmission) -> None:
        if len(submitted.answers) > MAX_ANSWERS:
            raise TooLarge(f"There are {len(submitted.answers):,} answers; at most {MAX_ANSWERS} fit.")
        check_json(submitted.model_dump(), self._max_payload, "The answer")

    def _check_audio(self, text: str) -> None:
        # Base64 has four characters for three bytes: what is too long need not be decoded.
        if len(text) > 4 * -(-self._max_audio // 3):
            raise TooLarge(Localized("recording_too_long", most=self._max_audio))
        decode_audio(text)

    def check_message(self, message: UserMessageInput) -> None:
        """Raises TooLarge or Unprocessable for a message that this server does not take."""
        check_parts(message)
        length = sum(len(part.text) for part in message.content) + len(message.quoted_text or "")
        if length > self._max_message:
            raise TooLarge(Localized("message_too_long", length=length, most=self._max_message))
        has_text = any(part.text.strip() or not isinstance(part, UserMessageTextContent) for part in message.content)
        if not has_text and not message.attachments:
            raise Unprocessable(Localized("message_empty"))


def _check_action_type(given: Any) -> None:
    # The SDK's model gives a missing type a default that is no text: its own type variable.
    if not isinstance(given, str):
        raise Unprocessable("`params.action.type` is missing.")
    check_id(given, "The action's `type`")


def decode_audio(text: str) -> bytes:
    """The bytes of dictated audio. Raises Unprocessable for anything but base64."""
    try:
        audio = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unprocessable("`audio_base64` is not base64. Please record again.") from None
    if not audio:
        raise Unprocessable(Localized("recording_empty"))
    return audio


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise Unprocessable(Localized("title_empty"))
    if len(title) > MAX_TITLE:
        raise Unprocessable(Localized("title_too_long", most=MAX_TITLE))
    return title


def _not_json() -> BadRequest:
    return BadRequest("The request body is not valid JSON.")


def _refusal(error: ErrorDetails) -> BadRequest | Unprocessable:
    """The first thing that is wrong, as a message that names the field and repeats no value."""
    error_type = error["type"]
    if error_type == "json_invalid":
        return _not_json()
    if error_type == "union_tag_invalid":
        return BadRequest(
            "The request `type` is unknown to this server. See docs/reference/protocol.md for those it answers."
        )
    if error_type in ("union_tag_not_found", "model_attributes_type", "dict_type") and len(error["loc"]) <= 1:
        return BadRequest("The request must be a JSON object with `type` and `params`.")
    # The first part of the place is the tag of the union, which the sender wrote as `type`.
    place = ".".join(str(part) for part in error["loc"][1:]) or "the request"
    return Unprocessable(f"`{place[:200]}` is not acceptable: {error['msg'][0].lower()}{error['msg'][1:300]}.")
