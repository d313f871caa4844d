"""What the offline model does with this agent's tools: it matches words in the question."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from agents import TResponseInputItem

from chatkit_link import ToolCall, search_and_quote, user_words

from .voice import Voice

_HELLO: dict[Voice, str] = {
    "dry": (
        "Class is in session. Ask me for tonight's odds, how a line has moved, a player's numbers or the news, and "
        "click a price on the board to build a parlay, or have me build one. And remember that nothing is a lock."
    ),
    "sharp": (
        "What's crackin', sharp? Ask me for tonight's board, one game's numbers or who's hurt, and I'll dish. Click a "
        "price and it hits your slip, or say the word and I'll cook up a parlay. And remember: nothing is a lock."
    ),
}
#: How an answer begins in this voice, by the tool that it is about.
_OPENINGS: dict[str, str] = {
    "tonights_odds": "Alright, sharp, feast your eyes. ",
    "game_odds": "Here's the whole menu on that one, sharp. ",
    "line_movement": "Follow the steam, sharp. ",
    "show_parlay": "Your slip, sharp. ",
    "build_parlay": "Cooked you one up, sharp. ",
    "change_parlay": "Done and dusted, sharp. ",
    "player_stats": "The tape don't lie, sharp. ",
    "predictions": "Fresh off the model, sharp. ",
}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PLEASE = r"(?:(?:please|now|and|then|ok|okay|can you|could you)\W+)*"
_SOME_ODDS = r"\bodds\b|\blines?\b|\bprices?\b|\bspread\b|\bmoneyline\b|\btotal\b"
#: The first one that a question matches is called.
_TOOLS = (
    ("open_game", r"\bopen\b"),
    ("read_table", r"\btables?\b"),
    ("line_movement", r"\bmove(d|ment|s)?\b|\bmoving\b|\bchart\b"),
    ("build_parlay", r"\b(make|build|create|cook|suggest|give|want|need)\b.* (a|an|another)\b.*\b(parlay|legger)\b"),
    ("change_parlay", rf"^{_PLEASE}(drop|remove|scratch|take|add)\b|\bstake\b"),
    ("show_parlay", r"\bparlay\b|\bslip\b|\blegs?\b|\bpayout\b"),
    ("search", r"\binjur|\bnews\b|\breport\b|\bsearch\b"),
    ("predictions", r"\bpredict|\bpicks?\b|\bour model\b"),
    ("player_stats", r"\bstat(s|istics)?\b|\baverag|\bplayers?\b|\bpoints per\b|\bnumbers\b|\bporter\b|\bmarsh\b"),
    ("game_odds", rf"(?:{_SOME_ODDS}) (?:on|for|of|in) (?:the )?(?!tonight|today|mlb|nba|nfl|nhl|all\b)\w+"),
    ("tonights_odds", r"\bodds\b|\blines?\b|\bboard\b|\bslate\b|\btonight|\bspreads?\b|\btotals?\b|\bmoneylines?\b"),
)
_MARKETS = (
    ("totals", r"\btotals?\b|\bover\b|\bunder\b"),
    ("spreads", r"\bspreads?\b|\bhandicaps?\b"),
    ("h2h", r"\bmoneylines?\b|\bto win\b"),
)
_STAKE = re.compile(r"\$\s?([\d.,]*\d)|\bstake\b\D{0,12}?([\d.,]*\d)|([\d.,]*\d)\s?(?:dollars|bucks)")
_REMOVED = re.compile(r"\b(?:drop|remove|scratch|lose|take)\s+(?:the\s+)?(.+?)(?:\s+(?:leg|off|out|from)\b.*)?[.!?]*$")
_ADDED = re.compile(r"\badd\s+(?:the\s+)?(.+?)(?:\s+to\b.*)?[.!?]*$")
#: What the server itself knows of a mention; what the browser sends of one is not read.
_KNOWN = re.compile(r"^Tag .*? \(id [^)]*\): (.*)$", re.MULTILINE)
_GREETING = re.compile(
    r"\W*(hi|hello|hey|yo|good (morning|evening)|thanks?( you)?|who are you|help)\b[^?]{0,30}\W*", re.IGNORECASE
)


def deciding(voice: Voice) -> Callable[[str | list[TResponseInputItem], frozenset[str]], ToolCall | str]:
    """What decides in this voice."""
    return partial(_decide, voice)


def _decide(voice: Voice, given: str | list[TResponseInputItem], tools: frozenset[str]) -> ToolCall | str:
    question, mentioned, called, output = _read(given)
    if called in {"search", "read"}:
        return search_and_quote(given, tools)
    if called is not None:
        opening = _OPENINGS.get(called, "") if voice == "sharp" and "error" not in output else ""
        return opening + _answer(called, output)
    wanted = question.lower()
    # Chosen in the composer: there is no other tool then.
    tool = next(iter(tools)) if len(tools) == 1 else None
    # read_table is there only where a database is.
    known = ((name, words) for name, words in _TOOLS if name != "read_table" or name in tools)
    tool = tool or next((name for name, words in known if re.search(words, wanted)), None)
    if tool is None and _GREETING.fullmatch(wanted):
        return _HELLO[voice]
    if tool is None and mentioned:
        on_file = re.sub(r" \(id \w+\)", "", mentioned)
        return f"On file: {on_file} Ask me how its line has moved, or for its numbers."
    if tool is None or tool in {"search", "read"}:
        return search_and_quote(given, tools)
    return ToolCall(tool, _arguments(tool, wanted, f"{question} {mentioned}".strip()))


def _arguments(tool: str, wanted: str, words: str) -> dict[str, Any]:
    market = next((key for key, words in _MARKETS if re.search(words, wanted)), None)
    sport = next((sport for sport in ("mlb", "nba", "nfl", "nhl") if sport in wanted), "all")
    match tool:
        case "tonights_odds":
            return {"sport": sport, "market": market or "spreads"}
        case "line_movement":
            return {"game": words, "market": market or "h2h"}
        case "open_game" | "game_odds":
            return {"game": words}
        case "build_parlay":
            return {"legs": _legs(wanted), "under": _under(wanted), "sport": sport, "stake": _stake(wanted)}
        case "change_parlay":
            return _changes(wanted, market)
        case "player_stats":
            return {"question": words}
        case "predictions":
            return {"sport": sport}
        case "read_table":
            named = re.search(r"\btable (\w+)", wanted) or re.search(r"\b(\w+) table\b", wanted)
            return {"table": named[1] if named else wanted}
        case _:
            return {}


def _legs(wanted: str) -> int:
    counted = re.search(r"(\d+|[a-z]+)[\s-]*(?:legs?\b|legger\b|team\b|game\b)", wanted)
    if counted is None:
        return 3
    if counted[1].isdigit():
        return int(counted[1])
    return _NUMBERS.index(counted[1]) + 1 if counted[1] in _NUMBERS else 3


def _under(wanted: str) -> int | None:
    limit = re.search(r"\b(?:under|below|at most|less than)\s*([+-]?\d{3,6})\b", wanted)
    return int(limit[1]) if limit else None


def _stake(wanted: str) -> str | None:
    amount = _STAKE.search(wanted)
    return next(found for found in amount.groups() if found).replace(",", "") if amount else None


def _changes(wanted: str, market: str | None) -> dict[str, Any]:
    changes: dict[str, Any] = {"stake": _stake(wanted)}
    removed, added = _REMOVED.search(wanted), _ADDED.search(wanted)
    if removed:
        changes["remove"] = [removed[1]]
    if added:
        side = re.search(r"\b(over|under)\b", added[1])
        leg = {"game": added[1], "market": market or "spreads", "outcome": side[1] if side else added[1]}
        changes["add"] = [leg | {"reason": "You asked for it."}]
    return changes


def _answer(tool: str, result: dict[str, Any]) -> str:
    """A sentence or two about what the widget shows."""
    if "error" in result:
        return str(result["error"])
    sample = " Mind you: this is sample data, made up for the lecture." if result.get("sample") else ""
    match tool:
        case "tonights_odds":
            if not result["games"]:
                return f"The board is empty: no games are coming up there.{sample}"
            return (
                f"There is the board: {_count(len(result['games']), 'game')}, best prices starred. Click a price "
                f"and it joins your slip. Shop the line before you love it.{sample}"
            )
        case "game_odds":
            return (
                f"{result['game']}: spread, moneyline and total on one card. The pills change the bookmaker, "
                f"and ★ is the best price of them all.{sample}"
            )
        case "line_movement":
            if not result["snapshots"]:
                return f"Nobody has kept how the line on {result['line']} got here.{sample}"
            then, now = result["then"], result["now"]
            went = f"is {now}, as it was" if then == now else f"went from {then} to {now}"
            return (
                f"{result['line']}, at {result['bookmaker']}: the line {went}. "
                f"A move tells you where money went, not who wins.{sample}"
            )
        case "build_parlay" | "change_parlay" | "show_parlay":
            note = f" {result['note']}" if result["note"] else ""
            if not result["legs"]:
                return f"Your parlay is empty. Ask for tonight's odds and click a price.{note}"
            reasons = "".join(f"\n- **{leg['name']}** ({leg['price']}): {leg['reason']}" for leg in result["legs"])
            return (
                f"{_count(len(result['legs']), 'leg')} at {result['american']}: the price implies "
                f"{result['probability']}, and ${result['stake']} would come back as ${result['payout']}. "
                f"Every leg multiplies the bookmaker's margin, too.{note}{sample}"
                + (f"\n{reasons}" if tool == "build_parlay" else "")
            )
        case "player_stats":
            caveat = " Five games are an anecdote, not a law." if result["rows"] else ""
            return f"{result['answer']}{caveat}{sample}"
        case "read_table":
            return f"{_count(len(result['rows']), 'row')} of {result['table']}, as your database lets you see them."
        case "predictions":
            return f"Our model's leanings. Anything under 60 percent is a coin with a good haircut.{sample}"
        case _:
            return "The page has it open. Come back when you have seen enough."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _read(given: str | list[TResponseInputItem]) -> tuple[str, str, str | None, dict[str, Any]]:
    """The question, what it mentions, and the last tool called since with what that gave."""
    question, mentioned, called, output = "", "", None, {}
    names: dict[str, str] = {}
    items: list[Any] = [{"role": "user", "content": given}] if isinstance(given, str) else list(given)
    for item in items:
        if item.get("role") == "user":
            text = user_words(item.get("content"))
            if text is None:
                mentioned = " ".join(_KNOWN.findall(_text(item.get("content")))) or mentioned
            else:
                question, mentioned, called, output = text, "", None, {}
        elif item.get("type") == "function_call":
            names[item["call_id"]] = item["name"]
        elif item.get("type") == "function_call_output":
            called, output = names.get(item["call_id"], ""), _object(item.get("output"))
    return question, mentioned, called, output


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content or [])


def _object(output: Any) -> dict[str, Any]:
    try:
        result: Any = json.loads(output if isinstance(output, str) else _text(output))
    except ValueError:
        return {}
    return cast("dict[str, Any]", result) if isinstance(result, dict) else {}
