"""Which agents of a workflow write to the user, and which only work for the next one.

The export does not state it. But where an agent's text is always followed by another agent, the last of
them answers, and what came before is a step on the way. So for each call of ``Runner.run`` this finds
what may come next, over every way through ``run_workflow``: another run, a question to the user, or
the end. A step is silent if another run is all that can come; before a question the user must have
read what the question is about. It is worked out backwards, from what follows to what is before.
"""

import ast
from collections.abc import Iterable

from chatkit_link.agents.agent_builder.source import ExportedFile

Events = frozenset[str]
_NOTHING: Events = frozenset()
_RUN, _QUESTION, _END = (frozenset({event}) for event in ("run", "question", "end"))


def silent_calls(source: ExportedFile) -> set[ast.Call]:
    """The calls of ``Runner.run`` whose text is not for the user."""
    if source.entry is None:
        return set()
    flow = _Flow(source)
    flow.block(source.entry.body, _END)
    return {call for call, after in flow.after.items() if after == _RUN}


def count_runs(source: ExportedFile) -> int:
    """The number of calls of ``Runner.run`` in the file."""
    return sum(source.is_run(node) for node in ast.walk(source.tree))


class _Flow:
    """after: what may come next behind each call."""

    def __init__(self, source: ExportedFile) -> None:
        self._source = source
        self._running = _functions_that_run(source)
        self._loops: list[tuple[Events, Events]] = []  # of each open loop: what follows break, and continue
        self.after: dict[ast.Call, Events] = {}

    def block(self, body: Iterable[ast.stmt], after: Events) -> Events:
        """What may come first, in these statements or behind them."""
        for statement in reversed(list(body)):
            after = self._statement(statement, after)
        return after

    def _statement(self, node: ast.stmt, after: Events) -> Events:
        match node:
            case ast.If():
                return self._inside(node.test, self.block(node.body, after) | self.block(node.orelse, after))
            case ast.While():
                return self._loop(node, after, node.test)
            case ast.For() | ast.AsyncFor():
                return self._inside(node.iter, self._loop(node, after, None))
            case ast.With() | ast.AsyncWith():
                return self._inside(
                    [item.context_expr for item in node.items],
                    self.block(node.body, after),
                )
            case ast.Try():
                last = self.block(node.finalbody, after)
                for handler in node.handlers:
                    self.block(handler.body, last)
                return self.block(node.body, self.block(node.orelse, last))
            case ast.Match():
                cases = [self.block(case.body, after) for case in node.cases]
                return self._inside(node.subject, after.union(*cases))
            case ast.Return():
                return self._inside(node.value, _END)
            case ast.Raise():
                return _NOTHING
            case ast.Break():
                return self._loops[-1][0]
            case ast.Continue():
                return self._loops[-1][1]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return after
            case _:
                return self._inside(node, after)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, after: Events, test: ast.expr | None) -> Events:
        forever = isinstance(test, ast.Constant) and bool(test.value)
        out = _NOTHING if forever else self.block(node.orelse, after)
        around = self._inside(test, out)
        for _ in range(2):  # the second time, what follows the body is the body
            self._loops.append((after, around))
            around = self._inside(test, out | self.block(node.body, around))
            self._loops.pop()
        return around

    def _inside(self, node: "ast.AST | list[ast.expr] | None", after: Events) -> Events:
        """The calls in an expression, from the last to the first."""
        nodes = node if isinstance(node, list) else [node] if node is not None else []
        calls = [inner for outer in nodes for inner in ast.walk(outer) if isinstance(inner, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset), reverse=True):
            if self._source.is_run(call):
                self.after[call] = after
                after = _RUN
            elif self._source.is_question(call):
                after = _QUESTION
            elif isinstance(call.func, ast.Name) and call.func.id in self._running:
                after = _RUN
        return after


def _functions_that_run(source: ExportedFile) -> set[str]:
    """Functions of the file, other than the entry, that run agents."""
    return {
        node.name
        for node in source.tree.body
        if isinstance(node, ast.AsyncFunctionDef)
        and node is not source.entry
        and any(source.is_run(inner) for inner in ast.walk(node))
    }
