"""An openai-agents Agent with a tool. Give the server a model (OPENAI_API_KEY or OPENAI_BASE_URL) to see the tool used.

Without a model it loads and answers too, but the offline model calls only tools named ``search`` and ``read``.

Try it: chatkit-link chat "When are you open on Sunday?" --agent support=examples/support_agent.py
"""

from agents import Agent, function_tool

HOURS = {"saturday": "10:00 to 16:00", "sunday": "closed"}


@function_tool
def opening_hours(day: str) -> str:
    """The shop's opening hours on a day of the week.

    Args:
        day: the English name of the day, such as "monday".
    """
    return HOURS.get(day.strip().lower(), "9:00 to 18:00")


agent = Agent(
    name="Support",
    instructions="You answer questions about our shop in one or two sentences. Look the opening hours up.",
    tools=[opening_hours],
)
