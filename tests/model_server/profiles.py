"""The servers that the model server can be: what each speaks, refuses, and answers in.

The rules of OpenAI itself are in parameters, tools, history and messages; those of single other servers in
``peculiarities``. Every difference names its source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.model_server import failures, peculiarities
from tests.model_server.failures import Refused, invalid

Body = dict[str, Any]
Api = Literal["responses", "chat_completions"]
BOTH: frozenset[Api] = frozenset({"responses", "chat_completions"})
CHAT: frozenset[Api] = frozenset({"chat_completions"})


@dataclass(frozen=True)
class Profile:
    """openai_rules: whether it refuses all that OpenAI refuses: unknown fields, ids, settings of the wrong model.

    any_model: it takes any name, as a server does that has been told to serve it.
    thoughts: where Chat Completions has them. item_thoughts: the Responses API.
    call_id: (name of the tool, place among parallel calls, number of the response) -> id of the call.
    """

    name: str
    apis: frozenset[Api] = BOTH
    openai_rules: bool = False
    any_model: bool = True
    needs_key: bool = False
    images: bool = True
    files: bool = False
    tools: bool = True
    structured: bool = True
    #: Types of content parts beside OpenAI's.
    own_parts: frozenset[str] = frozenset()
    error_body: Callable[[Refused], Any] = failures.openai_body
    no_model: Callable[[str], Refused] = lambda name: invalid(f"The model `{name}` does not exist.", None, status=404)
    no_images: Callable[[str], Refused] = lambda name: invalid(f"{name} does not support image input", None)
    too_long: Callable[[int, int, bool], Refused] | None = None
    check_chat: Callable[[Body, peculiarities.Conversation], None] | None = None
    thoughts: Literal["reasoning_content", "reasoning", "tags", "parts", "hidden"] = "reasoning_content"
    item_thoughts: Literal["summary", "text"] = "text"
    call_id: Callable[[str, int, int], str] = lambda _name, index, number: f"call_{number}_{index}"
    whole_calls: bool = True
    calls_all_first: bool = False
    signs_calls: bool = False
    usage_each_chunk: bool = False
    comments: bool = False
    prompt_filter: Mapping[str, Any] | None = None
    content_filter: Mapping[str, Any] | None = None

    def filtered(self, made: Body) -> Body:
        """Results of Azure's content filter on each choice."""
        if self.content_filter is None:
            return {}
        return {"choices": [{**choice, "content_filter_results": self.content_filter} for choice in made["choices"]]}


def openai_no_model(name: str) -> Refused:
    # https://developers.openai.com/api/docs/guides/error-codes (404)
    message = f"The model `{name}` does not exist or you do not have access to it."
    return invalid(message, None, "model_not_found", status=404)


def openai_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    if responses:
        # https://github.com/dyad-sh/dyad/issues/1672, https://github.com/anomalyco/opencode/issues/6071
        message = "Your input exceeds the context window of this model. Please adjust your input and try again."
        return replace(invalid(message, "input", "context_length_exceeded"), in_stream=True)
    return invalid(
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {tokens} tokens. "
        "Please reduce the length of the messages.", "messages", "context_length_exceeded",
    )  # fmt: skip


def vllm_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/vllm-project/vllm/issues/20409
    return invalid(
        f"This model's maximum context length is {limit} tokens. However, you requested {tokens} tokens in the "
        "messages, Please reduce the length of the messages.", "input_tokens",
    )  # fmt: skip


def llamacpp_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/ggml-org/llama.cpp/pull/15780, with 400 as in https://github.com/oobabooga/textgen/issues/7257
    message = "the request exceeds the available context size. try increasing the context size or enable context shift"
    error = {"code": 400, "message": message, "type": "exceed_context_size_error", "n_prompt_tokens": tokens,
             "n_ctx": limit}  # fmt: skip
    return Refused(400, message, "exceed_context_size_error", body={"error": error})


def lmstudio_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/546
    return invalid(
        f"Trying to keep the first {tokens} tokens when context the overflows. However, the model is loaded with "
        f"context length of only {limit} tokens, which is not enough. Try to load the model with a larger context "
        "length, or provide a shorter input", None,
    )  # fmt: skip


def litellm_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/OpenHands/OpenHands/issues/5350
    inner = openai_too_long(limit, tokens, responses)
    return replace(inner, message=f"litellm.ContextWindowExceededError: {inner.message}")


def openrouter_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/refly-ai/refly/issues/1177
    return invalid(
        f"This endpoint's maximum context length is {limit} tokens. However, you requested about {tokens} tokens. "
        'Please reduce the length of either one, or use the "middle-out" transform to compress your prompt '
        "automatically.", None,
    )  # fmt: skip


def mistral_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    """The wording is from memory of the API; no page has it."""
    message = (
        f"Prompt contains {tokens} tokens and 0 draft tokens, too large for model with {limit} maximum context length"
    )
    return invalid(message, None, "3051")


def gemini_too_long(limit: int, tokens: int, responses: bool) -> Refused:
    # https://github.com/BerriAI/litellm/issues/18282
    return invalid(f"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit}).", None)


OPENAI = Profile(
    "openai", openai_rules=True, any_model=False, needs_key=True, files=True, no_model=openai_no_model,
    too_long=openai_too_long, thoughts="hidden", item_thoughts="summary", whole_calls=False,
)  # fmt: skip

_SAFE = {kind: {"filtered": False, "severity": "safe"} for kind in ("hate", "self_harm", "sexual", "violence")}

#: https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter-annotations and, for the first chunk
#: without choices, https://learn.microsoft.com/en-us/answers/questions/1533887
AZURE = replace(
    OPENAI, name="azure", any_model=True, content_filter=_SAFE,
    prompt_filter={"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}]},
)  # fmt: skip

#: https://docs.vllm.ai/en/latest/features/reasoning_outputs.html (reasoning). Ids that a model counts for itself, and
#: that therefore come again, are those of Kimi K2: https://github.com/MoonshotAI/Kimi-K2/blob/main/docs/tool_call_guidance.md
VLLM = Profile(
    "vllm", error_body=failures.vllm_body, too_long=vllm_too_long, check_chat=peculiarities.check_roles,
    thoughts="reasoning", call_id=lambda name, index, _number: f"functions.{name}:{index}", whole_calls=False,
)  # fmt: skip

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        OPENAI,
        AZURE,
        VLLM,
        # The name of before: https://docs.vllm.ai/en/latest/features/reasoning_outputs.html
        replace(VLLM, name="vllm-reasoning-content", thoughts="reasoning_content"),
        # Cuts what is too long without a word: https://github.com/ollama/ollama/blob/main/docs/context-length.mdx
        Profile("ollama", error_body=failures.ollama_body, thoughts="tags"),
        replace(Profile("ollama-reasoning", error_body=failures.ollama_body), thoughts="reasoning"),
        Profile("llamacpp", error_body=failures.llamacpp_body, too_long=llamacpp_too_long,
                check_chat=peculiarities.check_roles, whole_calls=False),
        Profile("lmstudio", error_body=failures.lmstudio_body, too_long=lmstudio_too_long, thoughts="reasoning",
                call_id=lambda _name, index, number: str(100000000 + number * 10 + index)),
        Profile("litellm", error_body=failures.litellm_body, too_long=litellm_too_long, needs_key=True, files=True),
        Profile("openrouter", error_body=failures.openrouter_body, too_long=openrouter_too_long, needs_key=True,
                files=True, thoughts="reasoning", comments=True, whole_calls=False),
        Profile("deepseek", apis=CHAT, error_body=failures.deepseek_body, too_long=openai_too_long, needs_key=True,
                images=False, structured=False, check_chat=peculiarities.check_deepseek, whole_calls=False,
                call_id=lambda _name, index, number: f"call_{index:02}_{number:024}"),
        Profile("mistral", apis=CHAT, error_body=failures.mistral_body, too_long=mistral_too_long, needs_key=True,
                check_chat=peculiarities.check_mistral, thoughts="parts",
                own_parts=frozenset({"thinking", "reference"}),
                call_id=lambda _name, index, number: f"m{number:04}n{index:03}"),
        Profile("gemini", apis=CHAT, error_body=failures.gemini_body, too_long=gemini_too_long, needs_key=True,
                check_chat=peculiarities.check_gemini, thoughts="hidden", call_id=lambda *_: "",
                calls_all_first=True, signs_calls=True, usage_each_chunk=True),
        Profile("xai", error_body=failures.xai_body, too_long=openai_too_long, needs_key=True,
                check_chat=peculiarities.check_xai),
    )
}  # fmt: skip
