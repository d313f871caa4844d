"""A stand-in for the REST interface of a Supabase project, as strict as the real one.

Where each rule comes from: the two answers without a code are the gateway's (nuxt-modules/supabase#195 and
supabase/supabase-js#479). All others are PostgREST's: statuses and codes as in "Errors" of its documentation
(docs.postgrest.org, references/errors), bodies as in the issues supabase/supabase-py#1228 (a key that is no JWT),
rafaelwendel/phpsupabase#15 and supabase/supabase#49655 (PGRST301 and, since version 13, PGRST303: "JWT expired").
Row-level security is the usual policy: a row is visible if it is public, or ``auth.uid() = user_id``.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

SECRET: Final = "the secret of a Supabase project, of 32 characters and more"
ADA: Final = "0b9c7a52-1f4d-4d7e-9d5b-5d5f6f1b2a01"
BOB: Final = "5e1d3c88-7a2b-4f0e-8c6d-2f9a1b3c4d02"
_OPERATORS: Final = {
    "eq": lambda one, other: one == other,
    "neq": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}


def signed(issuer: str, role: str, *, user: str | None = None, lives: int = 3600) -> str:
    """A token of the project: a user's access token, or its anon key."""
    claims: dict[str, Any] = {"iss": issuer, "role": role, "exp": int(time.time()) + lives}
    if user is not None:
        claims |= {"sub": user, "aud": "authenticated"}
    return jwt.encode(claims, SECRET, "HS256")


def row(number: int, user: str | None, pick: str, odds: int, result: str | None) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}", "number": number, "user_id": user, "pick": pick, "odds": odds,
        "result": result, "created_at": f"2026-11-{10 + number}T18:05:00+00:00",
    }  # fmt: skip


@dataclass
class Project:
    """key: the anon one. tables: by name. asked: method, path and query of each request, with its bearer token."""

    key: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    forbidden: frozenset[str] = frozenset({"secrets"})
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


class _Error(Exception):
    def __init__(
        self, status: int, code: str, message: str, hint: str | None = None, details: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "details": details, "hint": hint, "message": message}


def project_app(project: Project) -> FastAPI:
    app = FastAPI()

    @app.exception_handler(_Error)
    async def refuse(_: Request, error: _Error) -> JSONResponse:
        return JSONResponse(error.body, error.status)

    @app.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"])
    async def any_route(request: Request, path: str) -> JSONResponse:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        project.asked.append((request.method, f"/{path}?{request.url.query}", sent))
        key = request.headers.get("apikey")
        if key is None:
            hint = "No `apikey` request header or url param was found."
            return JSONResponse({"message": "No API key found in request", "hint": hint}, 401)
        if key != project.key:
            hint = "Double check your Supabase `anon` or `service_role` API key."
            return JSONResponse({"message": "Invalid API key", "hint": hint}, 401)
        name = path.removeprefix("rest/v1/")
        if request.method != "GET" or not path.startswith("rest/v1/") or "/" in name:
            return JSONResponse({"message": "not allowed here"}, 405)
        claims = _claims(sent) if sent else {"role": "anon"}
        return JSONResponse(_read(project, name, request.query_params.multi_items(), claims))

    return app


def _claims(token: str) -> dict[str, Any]:
    if len(token.split(".")) != 3:
        raise _Error(401, "PGRST301", f"Expected 3 parts in JWT; got {len(token.split('.'))}")
    try:
        return jwt.decode(token, SECRET, ["HS256"], options={"verify_aud": False})
    except jwt.ExpiredSignatureError:
        raise _Error(401, "PGRST303", "JWT expired") from None
    except jwt.PyJWTError:
        details = "None of the keys was able to decode the JWT"
        raise _Error(401, "PGRST301", "No suitable key or wrong key type", details=details) from None


def _read(
    project: Project, name: str, parameters: list[tuple[str, str]], claims: dict[str, Any]
) -> list[dict[str, Any]]:
    if name in project.forbidden:
        status = 401 if claims["role"] == "anon" else 403
        raise _Error(status, "42501", f"permission denied for table {name}")
    if name not in project.tables:
        hint = f"Perhaps you meant the table 'public.{next(iter(project.tables))}'"
        raise _Error(404, "PGRST205", f"Could not find the table 'public.{name}' in the schema cache", hint)
    rows = [each for each in project.tables[name] if each["user_id"] in (None, claims.get("sub"))]
    columns, limit, order = list(project.tables[name][0]), None, None
    for parameter, value in parameters:
        match parameter:
            case "select":
                columns = columns if value == "*" else value.split(",")
            case "limit":
                limit = int(value)
            case "order":
                order = value.split(".")
            case _:
                rows = [each for each in rows if _fits(name, each, parameter, value)]
    for column in columns:
        _known(name, project.tables[name][0], column)
    if order:
        _known(name, project.tables[name][0], order[0])
        rows.sort(key=lambda each: each[order[0]], reverse=order[1] == "desc")
    return [{column: each[column] for column in columns} for each in rows[:limit]]


def _fits(table: str, each: dict[str, Any], column: str, condition: str) -> bool:
    _known(table, each, column)
    operator, _, value = condition.partition(".")
    own = each[column]
    if operator == "is":
        return {"null": own is None, "true": own is True, "false": own is False}[value]
    if operator in ("like", "ilike"):
        pattern = ".*".join(map(re.escape, value.split("*")))
        return re.fullmatch(pattern, str(own), re.IGNORECASE if operator == "ilike" else 0) is not None
    if operator == "in":
        return str(own) in re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    if operator not in _OPERATORS:
        details = f'unexpected "{condition[:1]}" expecting "not" or operator (eq, gt, ...)'
        raise _Error(400, "PGRST100", f'"failed to parse filter ({condition})" (line 1, column 1)', details=details)
    if isinstance(own, int):
        if not re.fullmatch(r"-?\d+", value):
            raise _Error(400, "22P02", f'invalid input syntax for type integer: "{value}"')
        return _OPERATORS[operator](own, int(value))
    return own is not None and _OPERATORS[operator](str(own), value)


def _known(table: str, each: dict[str, Any], column: str) -> None:
    if column not in each:
        near = next((name for name in each if name[:3] == column[:3]), None)
        hint = f'Perhaps you meant to reference the column "{table}.{near}".' if near else None
        raise _Error(400, "42703", f"column {table}.{column} does not exist", hint)
