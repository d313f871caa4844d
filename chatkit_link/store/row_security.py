"""The second wall between two people's data: what PostgreSQL itself shows a connection.

Each table that holds somebody's rows has a policy (migration 0004): a row is there for a connection that
says it is the row's owner, or that it is the house, which keeps order in everybody's rows. A connection
says so in settings of its own. A superuser is above every policy, and so is whoever may bypass them; a
connection of theirs takes on a role that may not.
"""

from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.caller import Caller
from chatkit_link.store.statement import Connection

#: Reads and writes all tables, owns none, bypasses nothing. Made by ``migrate.py`` where it is needed.
ROLE = "chatkit_link_people"

_ENTER = (
    "SELECT set_config('role', $1, $4), set_config('chatkit_link.tenant', $2, $4), "
    "set_config('chatkit_link.user', $3, $4)"
)
_ABOVE = (
    "SELECT 1 FROM pg_roles AS me, pg_roles AS people WHERE me.rolname = session_user "
    f"AND (me.rolsuper OR me.rolbypassrls) AND people.rolname = '{ROLE}'"
)


#: Show everybody's rows from now on; with ``true``, until the end of the transaction.
SHOW_ALL = "SELECT set_config('chatkit_link.house', 'on', $1)"

#: The same and back, inside of one transaction.
SEE_ALL = "SELECT set_config('chatkit_link.house', 'on', true)"
SEE_OWN = "SELECT set_config('chatkit_link.house', '', true)"

#: Make the role if this database needs it, and let it reach every table there is by now.
ADMIT = f"""
    DO $$ BEGIN
        IF NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
            RETURN;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            BEGIN
                CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server has just made it
            END;
        END IF;
        IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
            EXECUTE format('GRANT {ROLE} TO %I', current_user);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}', current_schema());
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'row-level security does not apply: % may bypass it, and may not make a role', current_user;
    END $$
"""


class WalledConnection(asyncpg.Connection):
    """A connection that knows whose rows it shows."""

    __slots__ = ("_owner", "_role")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)  # pyright: ignore[reportUnknownMemberType]
        self._owner: tuple[str, str] | None = None
        self._role: str | None = None

    async def show_only(self, caller: Caller, *, local: bool = False) -> None:
        """Show this caller's rows from now on; local: until the end of the transaction.

        Not local, it is for outside of transactions: what is set in one is gone when it is rolled back.
        """
        if self._owner == caller.owner and not local:
            return
        here = cast("Connection", self)
        if self._role is None:
            self._role = ROLE if await here.fetch(_ABOVE) else "none"
        self._owner = None  # in case this is broken off
        await here.fetch(_ENTER, self._role, caller.tenant, caller.user, local)
        self._owner = caller.owner

    async def show_all(self, *, local: bool = False) -> None:
        """Show everybody's rows from now on; local: until the end of the transaction."""
        await cast("Connection", self).fetch(SHOW_ALL, local)
