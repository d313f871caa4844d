"""Where sessions of the database last: at its address, past its pooler, or nowhere.

Behind a pooler in transaction mode, a session ends with each transaction. Whether one is there is found by asking
(``session_probe.py``) when a database is opened, again when its listener had to reconnect, and from statements that
failed as they do only behind one. From then on the address is pooled, and what needs a session of its own uses the
direct address, if one is given or follows from the address, and leads to the same database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.errors import ConfigurationError, Unavailable
from chatkit_link.store.address import Address
from chatkit_link.store.database_errors import reason_of
from chatkit_link.store.outages import UNREACHED
from chatkit_link.store.session_probe import Connect, is_same_database, sessions_last
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: Seconds that one statement of a probe may take.
_STATEMENT = 5.0


class SessionRoute:
    """The addresses of one database, and whether sessions last there."""

    def __init__(
        self,
        address: Address,
        given: Address | None,
        *,
        timeout: float,
        became_pooled: Callable[[Address], Awaitable[None]],
    ) -> None:
        """Does not connect yet.

        Args:
            address: of the database, or of the pooler before it.
            given: the direct address from the settings; what follows from ``address`` if None.
            timeout: seconds that connecting may take.
            became_pooled: called with the new address when a pooler was found at it, before anybody uses it.
        """
        self.address = address
        self.given = given
        self._direct: Address | None = None
        self._direct_problem = ""
        self._timeout = timeout
        self._became_pooled = became_pooled
        self._examining = asyncio.Lock()
        #: Until the first connection of the listener, right after the database was examined.
        self._is_fresh = True

    @property
    def session_address(self) -> Address:
        """Where sessions last, if anywhere."""
        return self._direct or self.address

    @property
    def mode(self) -> Literal["sessions", "pooled", "pooled, with a direct connection"]:
        """What was found, for ``/ready``: without an address."""
        if not self.address.pooled:
            return "sessions"
        return "pooled" if self._direct is None else "pooled, with a direct connection"

    @property
    def description(self) -> str:
        """One line for an operator about what is between this process and the database."""
        pooler = self.address.pooler
        name = f" ({pooler.name})" if pooler is not None else ""
        if not self.address.pooled:
            return f"sessions last: no pooler, or one in session mode{name}"
        found = f"the database is behind a pooler in transaction mode{name}"
        if self._direct is not None:
            return f"{found}, with a direct connection beside it to {self._direct.text}"
        return f"{found}, without a direct connection beside it{self._direct_problem}"

    async def examine(self) -> None:
        """Find out whether sessions last, and if not, whether there is a direct connection.

        Raises:
            ConfigurationError: it is behind a pooler in statement mode.
            Unavailable: the database cannot be reached.
        """
        async with self._examining:
            if not self.address.pooled and not await self._sessions_last():
                await self._become_pooled()
            if self.address.pooled:
                await self._find_direct()
            if not self.session_address.pooled and (self.address.pooled or self.address.pooler is not None):
                logger.info("%s", self.description)  # else the listener warns

    async def confirm(self) -> None:
        """Probe again, once a connection that was lost is back: it may lead somewhere else now.

        Raises:
            ConfigurationError: as ``examine``.
            Unavailable: sessions no longer last, or the database is away again.
        """
        if self._is_fresh:
            self._is_fresh = False
            return
        address = self.address
        if not address.pooled and not await self._sessions_last():
            await self.lose_sessions(address)
            raise Unavailable("sessions of the database do not last")

    async def lose_sessions(self, address: Address) -> None:
        """Go on without sessions at this address, which did not keep one."""
        async with self._examining:
            if address is self._direct:
                self._direct = None
                self._direct_problem = f": {address.text} is behind a pooler in transaction mode, too"
            elif address is self.address and not self.address.pooled:
                await self._become_pooled()
                await self._find_direct()
            else:  # another task was faster
                return
            logger.warning("sessions of the database do not last: %s", self.description)

    async def _sessions_last(self) -> bool:
        try:
            return await sessions_last(self._connects(self.address))
        except UNREACHED as error:
            raise Unavailable(Localized("database_unavailable")) from error

    async def _become_pooled(self) -> None:
        self.address = self.address.as_pooled()
        await self._became_pooled(self.address)

    async def _find_direct(self) -> None:
        direct = self.given or self.address.direct
        self._direct, self._direct_problem = None, ""
        if direct is None:
            return
        try:
            problem = await self._problem_of(direct)
        except UNREACHED as error:
            problem = f"cannot be used: {reason_of(error)}"
        except ConfigurationError:
            problem = "is behind a pooler in statement mode"
        if problem is None:
            self._direct = direct
        else:
            name = "DATABASE_DIRECT_URL" if self.given else "the one that follows from DATABASE_URL"
            self._direct_problem = f": {name}, {direct.text}, {problem}"

    async def _problem_of(self, direct: Address) -> str | None:
        connect = self._connects(direct)
        if direct.pooled or not await sessions_last(connect):
            return "is behind a pooler in transaction mode, too"
        if not await is_same_database(self._connects(self.address), connect):
            return "is another database than DATABASE_URL: locks that are held there are not seen here"
        return None

    def _connects(self, address: Address) -> Connect:
        """For a probe: prepares nothing, and does not wait for long once it is connected."""
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        settings = {"timeout": self._timeout, **address.connect_args, "statement_cache_size": 0}
        return lambda: connect(**settings, command_timeout=_STATEMENT)
