"""The agent: what it is told, what it can do, and the card that its tool shows."""

from pathlib import Path

from agents import Agent, RunContextWrapper, function_tool

from chatkit_link import Assistant, LinkContext, ToolCall, progress, user_words, widgets

WIDGETS = Path(__file__).parent / "widgets"
HOURS = {"saturday": "10:00 to 16:00", "sunday": "closed"}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", *HOURS)


def hours_on(day: str) -> str:
    return HOURS.get(day.strip().lower(), "9:00 to 18:00")


@function_tool
@progress("Looking up {day}")
async def opening_hours(ctx: RunContextWrapper[LinkContext], day: str) -> str:
    """The shop's opening hours on a day of the week.

    Args:
        day: the English name of the day, such as "monday".
    """
    hours = hours_on(day)
    card = widgets.load("opening-hours", WIDGETS).build({"day": day.strip().capitalize(), "hours": hours})
    await ctx.context.stream_widget(card)
    return hours


def offline(items, tools):
    """What happens without a model: look the day up that the question names, then say what the tool returned."""
    last = items[-1] if isinstance(items, list) else {}
    if last.get("type") == "function_call_output":
        return f"Our hours that day: {last['output']}."
    question = (user_words(last.get("content")) or "").lower()
    return ToolCall("opening_hours", {"day": next((day for day in DAYS if day in question), "monday")})


agent = Agent(
    name="My agent",
    instructions="You answer questions about our shop in one or two sentences. Look the opening hours up.",
    tools=[opening_hours],
)
assistant = Assistant(agent, offline=offline)
