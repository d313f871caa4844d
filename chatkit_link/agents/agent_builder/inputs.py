"""What an exported file gives to its agents: the conversation, or something in place of it. It is read, not run."""

import ast

from chatkit_link.agents.agent_builder.source import ExportedFile


def input_of(call: ast.Call) -> ast.expr | None:
    """What a call of ``Runner.run`` gives to the agent."""
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "input"), None)
    return call.args[1] if named is None and len(call.args) > 1 else named


def is_alone(given: ast.expr | None) -> bool:
    """Whether an input is written out in place, message by message, without a list that is kept elsewhere."""
    return isinstance(given, ast.List) and bool(given.elts) and all(isinstance(each, ast.Dict) for each in given.elts)


def holds_user_message(node: ast.List) -> bool:
    """Whether a list is written with a user's message in it."""
    return any(isinstance(each, ast.Dict) and _role(each) == "user" for each in node.elts)


def keeps_conversation(source: ExportedFile) -> bool:
    """Whether any agent of the file gets a list that is kept elsewhere."""
    lists = _kept_lists(source)
    inputs = [input_of(node) for node in ast.walk(source.tree) if isinstance(node, ast.Call) and source.is_run(node)]
    return any(given is not None and _is_conversation(given, lists) for given in inputs)


def _is_conversation(given: ast.expr, lists: set[str]) -> bool:
    match given:
        case ast.List():
            return any(isinstance(each, ast.Starred) for each in given.elts)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in lists
        case ast.Subscript(slice=ast.Slice(), value=value):
            return _is_conversation(value, lists)
        case ast.BinOp():
            return _is_conversation(given.left, lists) or _is_conversation(given.right, lists)
        case _:
            return False


def _kept_lists(source: ExportedFile) -> set[str]:
    """Names that stand for a list somewhere in the file."""
    found: set[str] = set()
    for node in ast.walk(source.tree):
        match node:
            case ast.Assign(targets=[target], value=ast.List() | ast.ListComp()):
                found |= _named(target)
            case ast.AnnAssign(target=target, annotation=annotation) if "list" in ast.unparse(annotation).lower():
                found |= _named(target)
            case ast.NamedExpr(target=target, value=ast.List()):
                found |= _named(target)
            case ast.Attribute(value=target, attr="append" | "extend" | "insert"):
                found |= _named(target)
            case ast.arg(arg=name, annotation=ast.expr() as annotation) if "list" in ast.unparse(annotation).lower():
                found.add(name)
            case _:
                pass
    return found


def _named(target: ast.expr) -> set[str]:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return {name}
        case _:
            return set()


def _role(node: ast.Dict) -> str:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "role" and isinstance(value, ast.Constant):
            return str(value.value)
    return ""
