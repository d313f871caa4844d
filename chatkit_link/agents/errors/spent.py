"""A spent quota: a refusal that no waiting mends, whatever a server calls it, and where more can be had.

Many servers answer it with the status and the code of something else: a rate limit, a wrong request, a permission. So
this is the one place that looks at a server's prose, in sentences that speak of an account and its money. Some say
the same of a minute's limit and of a day's: Gemini names in its details which of them it is, others the time to wait.

Sources of the sentences: xAI (429 and 403: github.com/continuedev/continue/issues/10373, Wei-Shaw/sub2api/issues/4069),
Anthropic (400: github.com/anthropics/claude-code/issues/66314), Gemini (google-gemini/gemini-cli/issues/8437,
continuedev/continue/issues/10085), Moonshot (666ghj/BettaFish/issues/524), Azure AI services ("Out of call volume
quota", 403), SiliconFlow and Zhipu (balance, recharge), Fireworks and Hugging Face (monthly limit or credits).
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import openai

_SENTENCE: Final = re.compile(
    r"exceeded your current quota"
    r"|(?:run |ran |is |are )out of (?:prepaid )?credits?\b|(?:no|not have any|n't have any) credits?\b"
    r"|used all (?:of )?(?:its|your|the)? ?available credits"
    r"|credit balance (?:is|of \S+ is) (?:too low|insufficient|exhausted|negative)"
    r"|(?:insufficient|not enough) (?:account )?(?:balance|credits?|funds)\b"
    r"|balance (?:is|was) (?:insufficient|not enough|too low)"
    r"|credits? (?:are|is|have been|has been) (?:depleted|exhausted|used up)"
    r"|(?:requires|purchase|buy|add) more credits"
    r"|(?:reach(?:ed|ing)|exceed(?:ed|ing)|hit|over) (?:its|your|the) (?:specified |monthly |hard |total |included )*"
    r"(?:spend(?:ing)?|billing|api usage|credit|usage) (?:limits?|credits?)"
    r"|exceeded your monthly included credits|key limit exceeded \((?:total|monthly|weekly|daily) limit\)"
    r"|out of call volume quota"
    r"|free (?:tier|quota|allocation)\S* (?:has been|have been|is|are|was) (?:used up|exhausted)"
    r"|account (?:\S+ ){0,4}(?:is|has been) (?:in arrears|overdue|suspended due to)"
    r"|please recharge",
    re.IGNORECASE,
)
#: A limit that is over by itself within a minute, and Gemini's own names of those that are not.
_OF_A_MINUTE: Final = re.compile(
    r"PerMinute|per minute|(?:retry|try again) (?:in|after) \d+(?:\.\d+)? ?(?:ms|s)", re.IGNORECASE
)
_OF_LONGER: Final = re.compile(r"PerDay|PerMonth|limit: 0\b")
#: What a server may answer it with; 5xx is a failure of its own.
_STATUSES: Final = frozenset({400, 401, 402, 403, 412, 429})
#: Characters of a body that are read.
_READ: Final = 4000
#: Host, or the end of it -> where its accounts get credit.
_PAGES: Final[Mapping[str, str]] = {
    "api.openai.com": "https://platform.openai.com/settings/organization/billing",
    "x.ai": "https://console.x.ai",
    "anthropic.com": "https://console.anthropic.com/settings/billing",
    "generativelanguage.googleapis.com": "https://aistudio.google.com/usage",
    "azure.com": "https://portal.azure.com",
    "deepseek.com": "https://platform.deepseek.com/top_up",
    "openrouter.ai": "https://openrouter.ai/settings/credits",
    "mistral.ai": "https://admin.mistral.ai/organization/billing",
    "groq.com": "https://console.groq.com/settings/billing",
    "moonshot.ai": "https://platform.moonshot.ai/console/pay",
}


def is_spent(error: openai.APIError) -> bool:
    """Whether a refusal speaks of an account that has used up what it may."""
    status = getattr(error, "status_code", None)
    if status is not None and status not in _STATUSES:
        return False
    text = words_of(error)
    found = _SENTENCE.search(text)
    if found is None or _quotes(error, found[0]):
        return False
    return bool(_OF_LONGER.search(text)) or not _OF_A_MINUTE.search(text)


def words_of(error: openai.APIError) -> str:
    """The message and the whole body: the client leaves one of them out, depending on the form of the body."""
    body = error.body
    given = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str) if body else ""
    return f"{error.message[:_READ]} {given[:_READ]}"


def credit_page(error: openai.APIError) -> str | None:
    """Where the account of the server that refused gets more credit; None for a server that is not known."""
    host = error.request.url.host
    return next((page for end, page in _PAGES.items() if host == end or host.endswith(f".{end}")), None)


def what_to_do(error: openai.APIError) -> str:
    """For the author, behind the server's own words."""
    page = credit_page(error)
    return f"Add credit or raise the limit {f'at {page}' if page else 'where this server bills its accounts'}."


def _quotes(error: openai.APIError, words: str) -> bool:
    """Whether a refusal of a wrong request only repeats what a user has written."""
    if getattr(error, "status_code", None) != 400:
        return False
    try:
        asked: Any = error.request.content.decode("utf-8", "replace")
    except RuntimeError:  # a stream that is over
        return False
    return words in asked
