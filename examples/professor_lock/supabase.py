"""Your own tables in Supabase, read through its REST interface (PostgREST).

Read only, and only the tables of ``SUPABASE_TABLES``: names are plain identifiers, and a filter is one column, one
operator and one value, so that no request reaches anything else. A user who signed in with this project reads as that
user, and all others as ``anon``: row-level security of the project decides what they see.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError

from .exchange import FeedError, fetch
from .names import claims_of, is_name

Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"]
#: Parameters of PostgREST that no column can be meant by.
_RESERVED: Final = frozenset({"select", "order", "limit", "offset", "or", "and", "not", "columns", "on_conflict"})
MOST_ROWS: Final = 50


class Filter(BaseModel):
    """One condition. value: for ``in`` a list with commas, for ``is`` null, true or false, for ``like`` with ``*``."""

    column: str
    operator: Operator
    value: str


class Refused(BaseModel):
    """The body of an error of PostgREST; the gateway before it sends message and hint only."""

    code: str | None = None
    message: str = ""
    hint: str | None = None


class TableQuery(BaseModel):
    """columns: all of them without any. order: a column; ``descending`` is from the largest."""

    table: str
    columns: list[str] = Field(default_factory=list[str])
    filters: list[Filter] = Field(default_factory=list[Filter])
    order: str | None = None
    descending: bool = False
    limit: int = 20


_ROWS = TypeAdapter(list[dict[str, Any]])


class Tables:
    """The client. names: what may be read. issuer: whose tokens are passed on. timeout: seconds of one request."""

    def __init__(
        self, url: str, key: SecretStr, names: Sequence[str], *, issuer: str | None = None, timeout: float = 8.0
    ) -> None:
        base = url.rstrip("/").removesuffix("/rest/v1")
        self.names = tuple(names)
        self._url = f"{base}/rest/v1"
        self._key = key
        self._issuer = issuer or f"{base}/auth/v1"
        self._timeout = timeout

    async def read(self, query: TableQuery, token: SecretStr | None = None) -> list[dict[str, Any]]:
        """The rows that the user may see. token: with which the user signed in. Raises FeedError."""
        parameters = self._parameters(query)
        as_user = token is not None and claims_of(token.get_secret_value()).get("iss") == self._issuer
        try:
            return await fetch(
                _ROWS,
                "Supabase",
                "GET",
                f"{self._url}/{query.table}",
                timeout=self._timeout,
                params=parameters,
                headers=self._headers(token if as_user else None),
            )
        except FeedError as error:
            if error.refusal is None:
                raise
            raise FeedError(_reason(error, query.table, as_user=as_user), cause=error.cause) from None

    def _parameters(self, query: TableQuery) -> list[tuple[str, str]]:
        if query.table not in self.names:
            raise FeedError(f"There is no table {query.table!r} here. There are: {', '.join(self.names)}.")
        named = [*query.columns, *(one.column for one in query.filters), *([query.order] if query.order else [])]
        wrong = next((name for name in named if not is_name(name)), None)
        wrong = wrong or next((one.column for one in query.filters if one.column in _RESERVED), None)
        if wrong is not None:
            raise FeedError(f"{wrong!r} is no name of a column that can be asked for.")
        parameters = [("select", ",".join(query.columns) or "*")]
        parameters += [(one.column, f"{one.operator}.{_value(one)}") for one in query.filters]
        if query.order:
            parameters.append(("order", f"{query.order}.{'desc' if query.descending else 'asc'}.nullslast"))
        return [*parameters, ("limit", str(min(max(query.limit, 1), MOST_ROWS)))]

    def _headers(self, token: SecretStr | None) -> dict[str, str]:
        key = self._key.get_secret_value()
        # A publishable key is no JWT, and goes without the second header.
        bearer = token.get_secret_value() if token else key if claims_of(key) else None
        return {"apikey": key, "Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})


def _value(one: Filter) -> str:
    if one.operator == "is":
        if one.value.lower() not in ("null", "true", "false", "unknown"):
            raise FeedError(f"{one.column}: `is` compares with null, true or false.")
        return one.value.lower()
    if one.operator == "in":
        parts = [part.strip().replace("\\", "\\\\").replace('"', '\\"') for part in one.value.split(",")]
        return "(" + ",".join(f'"{part}"' for part in parts) + ")"
    return one.value


def _reason(error: FeedError, table: str, *, as_user: bool) -> str:
    """By the codes of PostgREST and PostgreSQL: https://docs.postgrest.org/en/stable/references/errors.html."""
    try:
        refused = Refused.model_validate_json(error.body)
    except ValidationError:
        refused = Refused()
    hint = f" {refused.hint.rstrip('.')}." if refused.hint else ""
    match refused.code or "":
        case "42P01" | "PGRST205":
            return f"Supabase has no table {table}."
        case "42703" | "PGRST204" | "PGRST200":
            return f"The table {table} has no such column: {refused.message}.{hint}"
        case "42501":
            return f"You may not read the table {table}."
        case "22P02" | "22007" | "22008" | "42883":
            return f"A value does not fit its column: {refused.message}."
        case "57014":
            return f"The table {table} took too long to read. Ask for fewer rows."
        case code if error.refusal == 401 and as_user and code.startswith("PGRST30"):
            return "Supabase does not accept your sign-in any more. Sign in again."
        case _ if error.refusal in (401, 403):
            return "Supabase refused the key: check SUPABASE_ANON_KEY."
        case _:
            return error.message


def columns_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The columns of all rows, in their order."""
    return list(dict.fromkeys(name for row in rows for name in cast("dict[str, Any]", row)))
