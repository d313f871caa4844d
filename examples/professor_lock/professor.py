"""Professor Lock: the parts of the agent put together."""

from agents import Agent, StopAtTools

from chatkit_link import Assistant, LinkContext

from . import moments
from .actions import build_actions
from .boards import Boards
from .entities import build_mentions
from .news import SampleNews
from .settings import LockSettings
from .sources import Sources, choose
from .stand_in import deciding
from .tools import build_tools
from .voice import Voice, instructions

#: These show their result themselves and need no task in a workflow.
_QUIET = frozenset(
    {
        "tonights_odds",
        "game_odds",
        "line_movement",
        "show_parlay",
        "build_parlay",
        "change_parlay",
        "player_stats",
        "predictions",
    }
)


def build(
    settings: LockSettings,
    clock: moments.Clock = moments.now,
    *,
    sources: Sources | None = None,
    voice: Voice | None = None,
) -> Assistant:
    """clock: what the time is; tests set it. sources, voice: other ones than those of the settings."""
    sources = sources or choose(settings, clock)
    voice = voice or settings.lock_voice
    boards = Boards(sources.odds, sources.clock, settings.lock_refresh)
    agent = Agent[LinkContext](
        name="Professor Lock",
        instructions=instructions(voice),
        tools=build_tools(sources, boards),
        # The page answers a client tool: the turn ends with the call and goes on with what the page gives.
        tool_use_behavior=StopAtTools(stop_at_tool_names=["open_game"]),
    )
    return Assistant(
        agent,
        actions=build_actions(boards),
        quiet_tools=_QUIET,
        mentions=build_mentions(sources),
        offline=deciding(voice),
        search=True,
        sample_search=SampleNews(sources.clock),
    )
