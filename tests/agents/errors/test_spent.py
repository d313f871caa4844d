"""A spent quota: known by its sentence where its name is another one's, and told with the place that gives credit."""

import httpx2
import openai
import pytest

from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.errors.explain import Failure, explain

QUESTION = "Why do I read that my credit balance is too low?"


def refusal(status: int, message: str, host: str = "api.openai.com", asked: str = "Hello.") -> openai.APIStatusError:
    request = httpx2.Request("POST", f"https://{host}/v1/responses", json={"input": asked})
    response = httpx2.Response(status, json={"error": message}, request=request)
    kinds = {400: openai.BadRequestError, 403: openai.PermissionDeniedError, 429: openai.RateLimitError}
    return kinds.get(status, openai.APIStatusError)(
        f"Error code: {status} - {message}", response=response, body=message
    )


def code(error: Exception) -> str:
    explained = explain(error)
    assert isinstance(explained, Failure)
    return explained.failure_code


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (412, "Account acme is suspended, possibly due to reaching the monthly spending limit."),
        (403, "Key limit exceeded (total limit). Manage it using the settings of your keys."),
        (429, "Insufficient balance or no resource package. Please recharge."),
        (402, "You have exceeded your monthly included credits for Inference Providers."),
        (403, "Your newly created team doesn't have any credits yet."),
        (429, "Your prepayment credits are depleted. Please manage your project and billing."),
    ],
)
def test_what_no_wait_mends_is_told_as_a_spent_quota(status: int, message: str) -> None:
    assert code(refusal(status, message)) == "model_out_of_credit"
    assert not Failure("model_out_of_credit").allow_retry


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (429, "Rate limit reached for requests per min. Please try again in 20s.", "model_busy_seconds"),
        (429, "exceeded token rate limit of your current pricing tier. Please retry after 60 seconds.",
         "model_busy_seconds"),
        (429, "You exceeded your current quota. Please retry in 38.8s.", "model_busy_seconds"),
        (429, "You have hit your usage limit for requests. Please try again in 30 seconds.", "model_busy_seconds"),
        (429, "Over your usage limit of 10 requests per minute.", "model_busy"),
        (403, "Your account lacks the permission for this model.", "model_not_allowed"),
        (500, "The billing service says: insufficient balance", "model_failed"),
    ],
)  # fmt: skip
def test_what_passes_by_itself_is_no_spent_quota(status: int, message: str, expected: str) -> None:
    assert code(refusal(status, message)) == expected


def test_a_wrong_request_that_quotes_the_user_is_no_spent_quota() -> None:
    error = refusal(400, f"Invalid value in the input: {QUESTION}", asked=QUESTION)
    assert code(error) == "model_refused"


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("api.openai.com", "at https://platform.openai.com/settings/organization/billing."),
        ("eu.api.openai.com", "at https://platform.openai.com/settings/organization/billing."),
        ("api.x.ai", "at https://console.x.ai."),
        ("acme.openai.azure.com", "at https://portal.azure.com."),
        ("models.acme.example", "where this server bills its accounts."),
        ("notx.ai", "where this server bills its accounts."),
    ],
)
def test_the_operator_reads_where_to_add_credit(host: str, page: str) -> None:
    line = describe(refusal(429, "You have run out of credits.", host))
    assert "You have run out of credits." in line
    assert line.endswith(f"Add credit or raise the limit {page}")
