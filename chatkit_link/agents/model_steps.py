"""The answer of a model as a step: recorded when it is whole, and given again without asking the model."""

import time
from typing import Any, Final

from openai.types.responses import Response, ResponseCompletedEvent

from chatkit_link.agents.steps import Steps, current_steps
from chatkit_link.limits.meter import Reading, report_reading

#: Characters of an image (base64) that a step has: about 3 MB. After a crash, the model is given a blank one in place
#: of a larger one; the chat has it as it was.
LARGEST_IMAGE: Final = 4_000_000
_BLANK: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="


class FoundResponse(ResponseCompletedEvent):
    """An answer that an earlier replica has received, and displayed. The Agents SDK takes it as any other."""


def found_response(given: object) -> FoundResponse | None:
    """The recorded answer to a request of the answer's own run; None for one that is still to be made."""
    steps = current_steps.get()
    found = None if steps is None else steps.found_response(given)
    if found is None:
        return None
    stored: dict[str, Any] = found["response"]
    response = Response.construct(
        **stored,
        created_at=time.time(),
        object="response",
        parallel_tool_calls=True,
        tool_choice="auto",
        tools=[],
    )
    return FoundResponse(type="response.completed", response=response, sequence_number=0)


def record_response(steps: Steps, number: int, response: Response, display: dict[str, Any]) -> None:
    """The model's answer, what it has used, and what is displayed of it."""
    usage = response.usage
    used = None
    if usage is not None:
        details = getattr(usage, "input_tokens_details", None)
        used = {
            "id": steps.usage_id(number),
            "kind": steps.usage_kind(number),
            "model": steps.model_of(number),
            "input_tokens": usage.input_tokens,
            "cached_tokens": min(getattr(details, "cached_tokens", 0) or 0, usage.input_tokens),
            "output_tokens": usage.output_tokens,
        }
    stored = response.model_dump(mode="json", include={"id", "model", "output"}, exclude_unset=True)
    stored["output"] = _with_small_images(stored["output"])
    steps.record(f"model#{number}", {"response": stored, "usage": used, "display": display})


def _with_small_images(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An image is displayed and stored as an item. Its call stays: a response of nothing else would be the last one,
    and what was thought before it is refused without it.
    """
    return [{**item, "result": _BLANK} if _is_large_image(item) else item for item in output]


def _is_large_image(item: dict[str, Any]) -> bool:
    return item.get("type") == "image_generation_call" and len(item.get("result") or "") > LARGEST_IMAGE


def report_found_usage(steps: Steps, number: int) -> None:
    """What a recorded answer has used, under the id that it had: it counts once, also where it was stored before."""
    found: dict[str, Any] = steps.found(f"model#{number}") or {}
    used: dict[str, Any] | None = found["usage"]
    if used is not None:
        report_reading(Reading(requests=1, **used))
