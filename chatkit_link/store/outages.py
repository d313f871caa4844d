"""Which errors of PostgreSQL pass by themselves, and what to do until then.

By SQLSTATE (PostgreSQL's documentation, appendix A, "PostgreSQL Error Codes"). A statement that met one has done
nothing, or what it has done may be done again: everything that is written here may be written twice.
"""

from enum import Enum, auto

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.errors import Unavailable

#: What the driver and the network raise; which of it passes by itself, ``outage_of`` knows.
REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
#: The same, where connecting or waiting may also take too long.
UNREACHED = (*REFUSALS, TimeoutError)


class DatabaseUnavailable(Unavailable):
    """The database is away, stands still or stores nothing. Nothing was done, or it may be done again."""


class Outage(Enum):
    """What passes by itself."""

    #: Another transaction was in the way: the same statement may succeed at once.
    CONFLICT = auto()
    #: There is no usable connection, or it was ended: another one may be opened.
    AWAY = auto()
    #: The server lacks something: space on its disk, memory, a free connection; its operator has to act.
    FULL = auto()
    #: The server only reads, as during a failover. The address may lead to another one by now, so connections to this
    #: one are of no use.
    READ_ONLY = auto()


#: Whole codes come before their class, the first two characters.
_OUTAGES = {
    "40001": Outage.CONFLICT,  # serialization_failure
    "40P01": Outage.CONFLICT,  # deadlock_detected
    "55P03": Outage.CONFLICT,  # lock_not_available
    "40003": Outage.AWAY,  # statement_completion_unknown
    "08": Outage.AWAY,  # connection_exception
    "25006": Outage.READ_ONLY,  # read_only_sql_transaction
    "25P03": Outage.AWAY,  # idle_in_transaction_session_timeout
    "25P04": Outage.AWAY,  # transaction_timeout
    "53": Outage.FULL,  # insufficient_resources: 53100 disk_full, 53200 out_of_memory, 53300 too_many_connections
    "57014": Outage.AWAY,  # query_canceled: a statement_timeout, or an administrator
    "57P": Outage.AWAY,  # 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 57P05 an idle session
    "58": Outage.FULL,  # system_error: 58030 io_error
}
#: What is of a class above and stays.
_LASTING = frozenset({"57P04"})  # database_dropped


def outage_of(error: BaseException) -> Outage | None:
    """What kind of outage an error of the driver or the network shows; ``None`` where it is a mistake of ours."""
    if isinstance(error, asyncpg.PostgresError):
        state: str = getattr(error, "sqlstate", None) or ""
        if state in _LASTING:
            return None
        return next((_OUTAGES[part] for part in (state, state[:3], state[:2]) if part in _OUTAGES), None)
    if isinstance(error, ValueError):  # a parameter that fits no column; also one of asyncpg's InterfaceErrors
        return None
    # asyncpg raises an InternalClientError where the server ends the connection in the middle of an answer.
    away = isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)
    return Outage.AWAY if away else None


def is_conflict(error: BaseException) -> bool:
    """Whether trying again at once may help. error: of the driver, or one of ours raised from it."""
    return Outage.CONFLICT in (outage_of(error), error.__cause__ and outage_of(error.__cause__))
