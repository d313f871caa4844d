"""Row-level security: which rows PostgreSQL itself shows a connection, whatever its statements leave out.

Each table that holds a user's rows has a policy (migrations 0004 and 0010): a row is visible to a connection that
names the row's owner, and to a system connection, which serves all users. A connection declares itself in settings
of its own. Superusers and roles with BYPASSRLS are exempt from policies, so their connections take on a role that is
not.
"""

import time
from typing import Any, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.caller import Caller
from chatkit_link.store.statement import Connection

#: Reads and writes all tables, owns none, bypasses nothing. Made by ``migrate.py`` where it is needed.
ROLE = "chatkit_link_user"
#: Its name before migration 0010. A role belongs to all databases of a server, so it is neither renamed nor dropped:
#: replicas of the previous version and other databases still use it. It is used where the new one cannot be created.
_FORMER_ROLE = "chatkit_link_people"

_NAME_OWNER = (
    "SELECT set_config('role', $1, $4), set_config('chatkit_link.tenant', $2, $4), "
    "set_config('chatkit_link.user', $3, $4)"
)
#: The same in a session that may have been used by anybody: behind a pooler, what an earlier version set there remains.
_NAME_OWNER_ALONE = (
    f"{_NAME_OWNER}, set_config('chatkit_link.is_system', '', $4), set_config('chatkit_link.house', '', $4)"
)
#: The role to take on; no row where the connection's own is not above the policies. Another database of the server may
#: have made a role that has no rights in this one.
_ROLE_NEEDED = f"""
    SELECT restricted.rolname AS role FROM pg_roles AS own, pg_roles AS restricted
    WHERE own.rolname = session_user AND (own.rolsuper OR own.rolbypassrls)
    AND restricted.rolname IN ('{ROLE}', '{_FORMER_ROLE}') AND pg_has_role(own.oid, restricted.oid, 'MEMBER')
    AND coalesce(has_table_privilege(restricted.oid, to_regclass('threads'), 'SELECT'), true)
    ORDER BY restricted.rolname = '{ROLE}' DESC
"""


def _see_all(switch: str, local: str) -> str:
    # The second is the name before migration 0010: a command that does not migrate may meet such a schema.
    settings = ("chatkit_link.is_system", "chatkit_link.house")
    return f"SELECT {', '.join(f'set_config({name!r}, {switch!r}, {local})' for name in settings)}"


#: See the rows of all users from now on; with ``true``, until the end of the transaction.
SHOW_ALL = _see_all("on", "$1")

_SHOW_ALL_ALONE = f"{SHOW_ALL}, set_config('role', 'none', $1)"

#: The same and back, inside of one transaction.
SEE_ALL = _see_all("on", "true")
SEE_OWN = _see_all("", "true")

#: Make the role if this database needs it, and let it reach every table there is by now.
GRANT_ROLE = f"""
    DO $$ DECLARE
        granted text;
    BEGIN
        IF NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
            RETURN;
        END IF;
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS;
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server has just made it
            WHEN insufficient_privilege THEN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{_FORMER_ROLE}') THEN
                    RAISE;
                END IF;
        END;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') AND NOT pg_has_role(current_user, '{ROLE}', 'MEMBER')
        THEN
            EXECUTE format('GRANT {ROLE} TO %I', current_user);
        END IF;
        FOR granted IN
            SELECT rolname FROM pg_roles WHERE rolname = '{ROLE}'
            OR (rolname = '{_FORMER_ROLE}' AND has_table_privilege(oid, to_regclass('threads'), 'SELECT'))
        LOOP
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), granted);
            EXECUTE format(
                'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), granted
            );
            -- It adds to the audit log and knows no key (migration 0013).
            IF to_regclass('audit_log') IS NOT NULL THEN
                EXECUTE format('REVOKE SELECT, UPDATE, DELETE ON audit_log FROM %I', granted);
                EXECUTE format('REVOKE ALL ON server_keys FROM %I', granted);
            END IF;
        END LOOP;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE WARNING 'row-level security does not apply: % may bypass it, and may not make a role', current_user;
    END $$
"""


#: Give up the right to change the audit log (migration 0013), where a restored database has its owner's default ones.
PROTECT_AUDIT = """
    DO $$ BEGIN
        IF EXISTS (
            SELECT FROM pg_class WHERE oid = to_regclass('audit_log') AND relowner = (
                SELECT oid FROM pg_roles WHERE rolname = current_user
            ) AND (relacl IS NULL OR EXISTS (
                SELECT FROM aclexplode(relacl)
                WHERE grantee = relowner AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
            ))
        ) THEN
            REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM PUBLIC, CURRENT_USER;
        END IF;
    END $$
"""


class RowSecurityConnection(asyncpg.Connection):
    """A connection that knows whose rows it shows."""

    __slots__ = ("_owner", "_role", "_used")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)  # pyright: ignore[reportUnknownMemberType]
        self._owner: tuple[str, str] | None = None
        self._role: str | None = None
        self._used = time.monotonic()

    @property
    def unused_for(self) -> float:
        """Seconds since it was connected or last used."""
        return time.monotonic() - self._used

    def note_use(self) -> None:
        self._used = time.monotonic()

    async def show_only(self, caller: Caller, *, local: bool = False) -> None:
        """Show this caller's rows from now on; local: until the end of the transaction.

        Not local, it is for outside of transactions: what is set in one is gone when it is rolled back.
        """
        if self._owner == caller.owner and not local:
            return
        here = cast("Connection", self)
        if self._role is None:
            needed = await here.fetch(_ROLE_NEEDED)
            self._role = needed[0].role if needed else "none"
        self._owner = None  # in case this is broken off
        await here.fetch(_NAME_OWNER_ALONE if local else _NAME_OWNER, self._role, caller.tenant, caller.user, local)
        self._owner = caller.owner

    async def show_all(self, *, local: bool = False) -> None:
        """Show the rows of all users from now on; local: until the end of the transaction."""
        await cast("Connection", self).fetch(_SHOW_ALL_ALONE if local else SHOW_ALL, local)
