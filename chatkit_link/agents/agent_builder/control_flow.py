"""Which call of an agent can follow which, over every way through an exported workflow.

The export does not state who writes to the user. But what may still come decides it (``speakers.py``), so this finds
for each call of ``Runner.run`` what may come next: another call, a question to the user, or the end. It is worked out
backwards, from what follows to what is before. A function of the file that runs agents is a place of its own: what
comes behind its end is what comes behind the call of it.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from chatkit_link.agents.agent_builder.inputs import keeps_conversation
from chatkit_link.agents.agent_builder.source import ExportedFile
from chatkit_link.agents.agent_builder.tested_fields import Tested, tested_by

#: What may come next besides another place: a question to the user, the end, the end of a function of the file.
QUESTION, END, RETURN = -1, -2, -3
#: Calls that run what they are given at the same time.
_AT_ONCE = ("gather", "wait", "as_completed")

Events = frozenset[int]
_NOTHING: Events = frozenset()


@dataclass(slots=True)
class Site:
    """A place that runs agents: a call of ``Runner.run``, or of a function of the file that has one.

    agents: names of the agents that it may run; empty where they are not known. after: numbers of the sites that may
    come next, and QUESTION, END, RETURN. tested: what of the output a branch looks at. in_tool: whether it is inside a
    tool, so that what is written goes to the agent that has called it.
    """

    agents: tuple[str, ...] = ()
    after: Events = _NOTHING
    tested: Tested = field(default_factory=Tested)
    in_tool: bool = False


@dataclass(slots=True)
class Flow:
    """sites: in no order that means anything. numbers: the number of the site of each call.
    output_types: of the agents that the file makes, by their name; None for text. running: functions that run agents.
    keeps: whether the file keeps the conversation in a list, so that an input without it leaves it out on purpose.
    """

    sites: list[Site] = field(default_factory=list[Site])
    numbers: dict[ast.Call, int] = field(default_factory=dict[ast.Call, int])
    output_types: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    running: set[str] = field(default_factory=set[str])
    keeps: bool = False


def read_flow(source: ExportedFile) -> Flow:
    """The flow of the file; without a ``run_workflow`` nothing is known of what follows."""
    return _FlowReader(source).read()


def count_runs(source: ExportedFile) -> int:
    """The number of calls of ``Runner.run`` in the file."""
    return sum(source.is_run(node) for node in ast.walk(source.tree))


def silent_calls(source: ExportedFile) -> set[ast.Call]:
    """Calls of ``Runner.run`` whose text is not for the user, as far as the file alone shows it: an agent that writes
    text always follows.
    """
    flow = read_flow(source)
    return {
        call for call, number in flow.numbers.items() if source.is_run(call) and _always_text(flow, flow.sites[number])
    }


def _always_text(flow: Flow, site: Site) -> bool:
    waiting, seen, found = list(site.after), set[int](), False
    while waiting:
        number = waiting.pop()
        if number < 0:
            return False
        if number not in seen:
            seen.add(number)
            names = flow.sites[number].agents
            if names and all(flow.output_types.get(name) is not None for name in names):
                waiting += flow.sites[number].after
            else:
                found = True
    return found


class _FlowReader:
    def __init__(self, source: ExportedFile) -> None:
        self._source = source
        self._running = _functions_that_run(source)
        self._loops: list[tuple[Events, Events]] = []  # of each open loop: what follows break, and continue
        self._end = END
        self._in_tool = False
        self._flow = Flow(
            output_types=_output_types(source), running=set(self._running), keeps=keeps_conversation(source)
        )

    def read(self) -> Flow:
        if self._source.entry is not None:
            self._block(self._source.entry.body, frozenset({END}))
        self._end = RETURN
        for name, function in self._running.items():
            self._in_tool = name in self._source.tools
            self._block(function.body, frozenset({RETURN}))
        tested = tested_by(self._source, list(self._flow.numbers))
        for call, number in self._flow.numbers.items():
            self._flow.sites[number].tested = tested[call]
        return self._flow

    # Statements

    def _block(self, body: Iterable[ast.stmt], after: Events) -> Events:
        """What may come first, in these statements or behind them."""
        for statement in reversed(list(body)):
            after = self._statement(statement, after)
        return after

    def _statement(self, node: ast.stmt, after: Events) -> Events:
        match node:
            case ast.If():
                return self._inside(node.test, self._block(node.body, after) | self._block(node.orelse, after))
            case ast.While():
                return self._loop(node, after, node.test)
            case ast.For() | ast.AsyncFor():
                return self._inside(node.iter, self._loop(node, after, None))
            case ast.With() | ast.AsyncWith():
                body = self._block(node.body, after)
                for item in reversed(node.items):
                    body = self._inside(item.context_expr, body)
                return body
            case ast.Try():
                last = self._block(node.finalbody, after)
                for handler in node.handlers:
                    self._block(handler.body, last)
                return self._block(node.body, self._block(node.orelse, last))
            case ast.Match():
                cases = [self._block(case.body, after) for case in node.cases]
                return self._inside(node.subject, after.union(*cases))
            case ast.Return():
                return self._inside(node.value, frozenset({self._end}))
            case ast.Raise():
                return _NOTHING
            case ast.Break():
                return self._loops[-1][0] if self._loops else after
            case ast.Continue():
                return self._loops[-1][1] if self._loops else after
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return after
            case _:
                return self._inside(node, after)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, after: Events, test: ast.expr | None) -> Events:
        forever = isinstance(test, ast.Constant) and bool(test.value)
        out = _NOTHING if forever else self._block(node.orelse, after)
        around = self._inside(test, out)
        for _ in range(2):  # the second time, what follows the body is the body
            self._loops.append((after, around))
            around = self._inside(test, out | self._block(node.body, around))
            self._loops.pop()
        return around

    # Expressions

    def _inside(self, node: ast.AST | None, after: Events) -> Events:
        """What may come first in an expression or behind it."""
        match node:
            case None | ast.Lambda():
                return after
            case ast.IfExp():
                return self._inside(node.test, self._inside(node.body, after) | self._inside(node.orelse, after))
            case ast.BoolOp():
                behind = after
                for value in reversed(node.values[1:]):
                    behind = after | self._inside(value, behind)
                return self._inside(node.values[0], behind)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._each(node, self._each(node, after))  # as in a loop
            case ast.Call():
                return self._call(node, after)
            case _:
                return self._each(node, after)

    def _each(self, node: ast.AST, after: Events) -> Events:
        for child in reversed(list(ast.iter_child_nodes(node))):
            after = self._inside(child, after)
        return after

    def _call(self, node: ast.Call, after: Events) -> Events:
        name = self._source.names(node.func).rpartition(".")[2]
        if name in _AT_ONCE:
            started = [self._inside(child, after) for child in (*node.args, *node.keywords)]
            return _NOTHING.union(*(each for each in started if each != after)) or after
        if self._source.is_run(node):
            after = self._at(node, after, _agents_in(node))
        elif self._source.is_question(node):
            after = frozenset({QUESTION})
        elif name in self._running:
            given = [argument for each in (*node.args, *node.keywords) for argument in ast.walk(each)]
            named = {each.id for each in given if isinstance(each, ast.Name)} & set(self._flow.output_types)
            inside = [call for call in ast.walk(self._running[name]) if self._source.is_run(call)]
            own = {each for call in inside if isinstance(call, ast.Call) for each in _agents_in(call)}
            after = self._at(node, after, tuple(sorted(named or own & set(self._flow.output_types))))
        return self._each(node, after)

    def _at(self, node: ast.Call, after: Events, agents: tuple[str, ...]) -> Events:
        """The site of this call. A loop comes by twice, and knows more the second time."""
        number = self._flow.numbers.setdefault(node, len(self._flow.sites))
        if number == len(self._flow.sites):
            self._flow.sites.append(Site(agents, in_tool=self._in_tool))
        self._flow.sites[number].after |= after
        return frozenset({number})


def _agents_in(call: ast.Call) -> tuple[str, ...]:
    """The name of the agent that a call of ``Runner.run`` is given."""
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "starting_agent"), None)
    return (given.id,) if isinstance(given, ast.Name) else (given.attr,) if isinstance(given, ast.Attribute) else ()


def _output_types(source: ExportedFile) -> dict[str, str | None]:
    """The agents that are made in the file."""
    found: dict[str, str | None] = {}
    for node in ast.walk(source.tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if not isinstance(value, ast.Call):
            continue
        made = value.func.value if isinstance(value.func, ast.Subscript) else value.func
        if source.names(made) != "agents.Agent":
            continue
        output = next((keyword.value for keyword in value.keywords if keyword.arg == "output_type"), None)
        kind = None if output is None or source.names(output) == "str" else ast.unparse(output)
        for target in targets:
            if isinstance(target, ast.Name | ast.Attribute):
                found[target.id if isinstance(target, ast.Name) else target.attr] = kind
    return found


def _functions_that_run(source: ExportedFile) -> dict[str, ast.AsyncFunctionDef]:
    """Functions of the file, besides the entry, that run agents: by themselves, or through each other."""
    functions = {
        node.name: node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef) and node is not source.entry
    }
    found: dict[str, ast.AsyncFunctionDef] = {}
    while True:
        more = {
            name: function
            for name, function in functions.items()
            if name not in found and any(_runs(source, node, found) for node in ast.walk(function))
        }
        if not more:
            return found
        found |= more


def _runs(source: ExportedFile, node: ast.AST, running: Iterable[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return source.is_run(node) or source.names(node.func).rpartition(".")[2] in running
