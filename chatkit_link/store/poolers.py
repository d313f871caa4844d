"""Poolers of hosting services that an address shows by its host and port, and the address beside them.

Only what a service documents stands here, as read in November 2026. A pooler that shares its host and port with
nothing certain is found by asking it (``store/session_probe.py``).
"""

from dataclasses import dataclass

#: Where PgBouncer listens by default, and Azure's and Cloud SQL's pooling do.
_PGBOUNCER_PORT = 6432
#: Of Supabase's poolers in transaction mode, also where somebody hosts Supabase themselves.
_SUPABASE_TRANSACTION_PORT = 6543
_POSTGRES_PORT = 5432


@dataclass(frozen=True, slots=True)
class Pooler:
    """name: for people. transaction: in transaction mode for certain; else it may be in either mode.

    direct: the host and port of the same database without it, or with it in session mode, where sessions last.
    """

    name: str
    transaction: bool = False
    direct: tuple[str, int | None] | None = None


def known_pooler(host: str, port: int | None) -> Pooler | None:
    """The pooler that answers at this host and port, if a hosting service documents one there."""
    host = host.lower().rstrip(".")
    endpoint, _, domain = host.partition(".")
    if domain.endswith("neon.tech") and endpoint.endswith("-pooler"):
        # neon.com/docs/manage/connection-pooling: PgBouncer in transaction mode; the same host without the suffix
        # is the direct one.
        return Pooler("Neon", transaction=True, direct=(f"{endpoint.removesuffix('-pooler')}.{domain}", port))
    if port == _SUPABASE_TRANSACTION_PORT:
        # supabase.com/docs/guides/database/connecting-to-postgres: 6543 is transaction mode on the shared pooler
        # (*.pooler.supabase.com) and on the dedicated one (db.REF.supabase.co). Port 5432 of the same host is the
        # shared one in session mode, or the database. On a host of somebody's own it may be anything.
        hosted = host.endswith((".pooler.supabase.com", ".supabase.co"))
        return Pooler("Supabase", transaction=True, direct=(host, _POSTGRES_PORT) if hosted else None)
    if host.endswith(".pooler.supabase.com"):
        return Pooler("Supabase")
    if host.endswith(".postgres.database.azure.com") and port == _PGBOUNCER_PORT:
        # learn.microsoft.com/azure/postgresql/flexible-server/concepts-pgbouncer: built in at port 6432 of the same
        # host; the mode is a server parameter.
        return Pooler("Azure's PgBouncer", direct=(host, _POSTGRES_PORT))
    if host.endswith(".db.ondigitalocean.com") and port == 25061:
        # docs.digitalocean.com/products/databases/postgresql/how-to/manage-connection-pools: each pool has a mode.
        # No direct address: the path of the address is the name of the pool, not that of the database.
        return Pooler("a connection pool of DigitalOcean")
    if domain.endswith(".flympg.net") or domain == "flympg.net":
        # fly.io/docs/mpg/client-configuration: pgbouncer.CLUSTER and direct.CLUSTER; the mode can be chosen.
        return Pooler("Fly's PgBouncer", direct=(f"direct.{domain}", port)) if endpoint == "pgbouncer" else None
    if ".proxy-" in host and host.endswith(".rds.amazonaws.com"):
        # docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html: a connection that sets a parameter,
        # listens or takes an advisory lock keeps its server connection.
        return Pooler("RDS Proxy")
    if port == _PGBOUNCER_PORT:
        # cloud.google.com/sql/docs/postgres/managed-connection-pooling (its host is an address without a name),
        # PlanetScale, PgBouncer, pgcat and Odyssey.
        return Pooler("a pooler at port 6432")
    return None
