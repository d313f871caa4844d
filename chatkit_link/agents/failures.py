"""A model's failure, as a sentence for the person who waits for the answer.

Nothing of the provider's own text goes through: it may hold keys, addresses and prompts.
"""

import openai
from agents.exceptions import (
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    OutputGuardrailTripwireTriggered,
)
from chatkit.errors import CustomStreamError


def explain(error: Exception) -> Exception:
    """The same failure as something that may be shown, or unchanged where we know nothing to say."""
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return CustomStreamError(
                "The model's server did not accept the API key. Whoever runs this chat must set OPENAI_API_KEY.",
                allow_retry=False,
            )
        case openai.NotFoundError():
            return CustomStreamError(
                "The model's server does not know this model. Whoever runs this chat must set CHATKIT_LINK_MODEL.",
                allow_retry=False,
            )
        case openai.RateLimitError():
            return _again("The model's server is busy or its quota is used up. Please try again in a moment.")
        case openai.APITimeoutError():
            return _again("The model's server took too long to answer. Please try again.")
        case openai.APIConnectionError():
            return _again("The model's server cannot be reached. Please try again in a moment.")
        case openai.BadRequestError():
            return CustomStreamError(
                "The model's server refused the request. The chat may be too long: start a new one.",
                allow_retry=True,
            )
        case openai.APIError():
            return _again("The model's server failed while answering. Please try again.")
        case openai.OpenAIError():
            return CustomStreamError(
                "The model's server cannot be used as it is set up. Whoever runs this chat must set OPENAI_API_KEY.",
                allow_retry=False,
            )
        case MaxTurnsExceeded():
            return _again("The assistant went round in circles and was stopped. Try asking in another way.")
        case ModelBehaviorError():
            return _again("The model gave an answer that makes no sense. Please try again.")
        case InputGuardrailTripwireTriggered():
            return CustomStreamError("This assistant may not answer that.", allow_retry=False)
        case OutputGuardrailTripwireTriggered():
            return CustomStreamError("The answer was withheld by this assistant's rules.", allow_retry=True)
        case _:
            return error


def _again(message: str) -> CustomStreamError:
    return CustomStreamError(message, allow_retry=True)
