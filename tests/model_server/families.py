"""What each family of OpenAI's models takes.

Sources of the table, beside those named at a row:
- the reasoning guide, https://developers.openai.com/api/docs/guides/reasoning
- effort and verbosity as accepted by the API for every model: https://github.com/enricoros/big-AGI/issues/944,
  .../issues/947 and .../issues/1159, https://github.com/anomalyco/models.dev/pull/2351
- default effort: https://github.com/MadAppGang/claudish/pull/84, and 5.5 on https://github.com/BerriAI/litellm/pull/34569
- names: openai/types/shared/chat_model.py and agents/models/default_models.py of the installed packages
"""

import re
from dataclasses import dataclass, replace

_LOW_TO_HIGH = ("low", "medium", "high")


@dataclass(frozen=True)
class Family:
    """efforts: none, and the model takes no reasoning field. default_effort: what it does when none is sent."""

    pattern: str
    efforts: tuple[str, ...] = ()
    default_effort: str | None = None
    verbosity: tuple[str, ...] = ("medium",)
    #: temperature, top_p and the other settings of sampling. with_none: only while the effort is none.
    sampling: str = "free"
    images: bool = True
    files: bool = True
    structured: bool = True
    #: Chat Completions: not at all, or function tools only while the effort is none.
    chat: bool = True
    chat_tools_need_none: bool = False
    tokens: int = 128_000

    @property
    def reasons(self) -> bool:
        return bool(self.efforts)


_PLAIN = Family("")
_REASONS = Family("", efforts=_LOW_TO_HIGH, default_effort="medium", sampling="fixed", tokens=200_000)
_FIVE = replace(_REASONS, efforts=("minimal", *_LOW_TO_HIGH), verbosity=_LOW_TO_HIGH, tokens=400_000)
_FIVE_ONE = replace(_FIVE, efforts=("none", *_LOW_TO_HIGH), default_effort="none", sampling="with_none")
# Refused with tools and an effort: https://github.com/livekit/agents/pull/5088 (5.2), openai/openai-openapi/issues/541
_FIVE_TWO = replace(_FIVE_ONE, efforts=("none", *_LOW_TO_HIGH, "xhigh"), chat_tools_need_none=True)
# They reason when nothing is said, so that tools are refused without an effort too:
# https://github.com/danny-avila/LibreChat/issues/14355, https://github.com/jeffdafoe/llm-memory-api/pull/178
_FIVE_FIVE = replace(_FIVE_TWO, default_effort="medium", tokens=1_050_000)
_FIVE_SIX = replace(_FIVE_FIVE, efforts=("none", *_LOW_TO_HIGH, "xhigh", "max"))
# Chat-latest aliases take no reasoning.effort: agents/models/default_models.py
_CHAT_LATEST = replace(_PLAIN, verbosity=_LOW_TO_HIGH)
_DATE = r"(-\d{4}-\d{2}-\d{2})?"

#: The first that matches the whole name.
FAMILIES = [
    replace(
        _PLAIN, pattern=r"gpt-3\.5-turbo(-\d+|-16k.*)?", images=False, files=False, structured=False, tokens=16_385
    ),
    replace(_PLAIN, pattern=r"gpt-4(-\d{4}|-32k.*)?", images=False, files=False, structured=False, tokens=8_192),
    replace(_PLAIN, pattern=r"gpt-4(-turbo.*|-\d{4}-preview|-vision-preview)", files=False, structured=False),
    replace(_PLAIN, pattern=rf"(chatgpt-)?gpt-4o(-mini)?{_DATE}|chatgpt-4o-latest"),
    replace(_PLAIN, pattern=rf"gpt-4\.1(-mini|-nano)?{_DATE}", tokens=1_047_576),
    replace(_REASONS, pattern=rf"o3-mini{_DATE}", images=False),
    replace(_REASONS, pattern=rf"(o1|o3|o4-mini){_DATE}"),
    replace(_REASONS, pattern=rf"(o1|o3)-pro{_DATE}", chat=False),
    # https://github.com/enricoros/big-AGI/issues/930: the first of them takes no verbosity
    replace(_CHAT_LATEST, pattern=r"gpt-5-chat-latest", verbosity=("medium",)),
    replace(_CHAT_LATEST, pattern=r"gpt-5\.\d-chat-latest"),
    replace(_FIVE, pattern=rf"gpt-5(-mini|-nano)?{_DATE}"),
    replace(_FIVE, pattern=rf"gpt-5-pro{_DATE}", efforts=("high",), default_effort="high", chat=False),
    replace(_FIVE, pattern=r"gpt-5(\.1)?-codex(-mini)?", efforts=_LOW_TO_HIGH, verbosity=("medium",), chat=False),
    replace(_FIVE, pattern=r"gpt-5\.(1-codex-max|2-codex|3-codex)", efforts=(*_LOW_TO_HIGH, "xhigh"), chat=False),
    replace(_FIVE_ONE, pattern=rf"gpt-5\.1{_DATE}"),
    replace(_FIVE_TWO, pattern=rf"gpt-5\.[23]{_DATE}"),
    replace(_FIVE_TWO, pattern=rf"gpt-5\.4(-mini|-nano)?{_DATE}"),
    replace(_FIVE, pattern=rf"gpt-5\.[245]-pro{_DATE}", efforts=("medium", "high", "xhigh"), chat=False),
    replace(_FIVE_FIVE, pattern=rf"gpt-5\.5{_DATE}"),
    replace(_FIVE_SIX, pattern=rf"gpt-5\.6(-sol|-terra|-luna)?{_DATE}"),
    replace(_FIVE_SIX, pattern=rf"gpt-6(\.\d)?-(astra|sol|terra|luna){_DATE}"),
]


def family_of(model: str) -> Family | None:
    """The family of a model, or None when OpenAI has no model of that name."""
    return next((family for family in FAMILIES if re.fullmatch(family.pattern, model)), None)
