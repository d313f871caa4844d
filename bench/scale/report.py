"""The figures of ``make scale`` as Markdown, for docs/explanation/scale.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.report import table
from bench.scale import person
from bench.scale.extrapolate import Need, most_people, need_of
from bench.scale.fill import Volume
from bench.scale.person import PEOPLE
from bench.scale.plans import Plan
from bench.scale.units import Units

_MIB, _MB, _GB = 1024 * 1024, 1e6, 1e9


@dataclass(frozen=True, slots=True)
class Figures:
    """streams: those of the unit costs, in words."""

    units: Units
    plans: Sequence[Plan]
    volume: Volume
    streams: str


def markdown(figures: Figures) -> str:
    """All sections."""
    needs = [need_of(people, figures.units) for people in PEOPLE]
    sections = [
        ("## The person behind the figures", _person()),
        ("## What one costs", f"{_measured(figures)}\n\n{_units(figures.units)}"),
        ("## What many need", f"{_needs(needs)}\n\n{_limits(figures.units)}"),
        ("## Statements of a page", f"On a database of {figures.volume}.\n\n{_plans(figures.plans)}"),
    ]
    return "\n\n".join(f"{title}\n\n{text}" for title, text in sections)


def _person() -> str:
    return table(
        "Assumption | value | because",
        [
            ["messages an hour", f"{person.MESSAGES_PER_HOUR}", "a question, its answer, and time to read it"],
            ["events of an answer", f"{person.EVENTS_PER_ANSWER}", "about 250 words, one event for each token"],
            ["events per second", f"{person.EVENTS_PER_SECOND}", "what large models write today"],
            ["pages for each message", f"{person.PAGES_PER_MESSAGE:.2f}", "a chat is opened once for three messages"],
            ["busy hours of a day", f"{person.BUSY_HOURS_PER_DAY}", "a day is worth so many hours of its busiest"],
            ["use of a core", f"{person.USE_OF_CORES:.0%}", "room for bursts, deploys and a lost replica"],
            ["largest PostgreSQL", f"{person.DATABASE_CORES} cores", "what is easily rented"],
            ["its write-ahead log", f"{person.DATABASE_WAL / _MB:.0f} MB/s", "what a standby still follows"],
            ["its volume", f"{person.DATABASE_BYTES / 1e12:.0f} TB", "what is restored within a night"],
            ["its connections", f"{person.DATABASE_CONNECTIONS}", "beyond them a pooler stands before it"],
            ["followed elsewhere", f"{person.FOLLOWED_ELSEWHERE:.0%}", "after a reload, on another replica"],
        ],
    )


def _measured(figures: Figures) -> str:
    return f"Messages on the Agents SDK path, events of {figures.streams}, on the database below."


def _units(units: Units) -> str:
    def row(name: str, cpu: float, database_cpu: float) -> list[str]:
        return [name, f"{1e6 * cpu:,.0f}", f"{1e6 * database_cpu:,.0f}"]

    costs = table(
        "One | CPU µs of the server | of PostgreSQL",
        [
            row("message, with all but the words of its answer", units.message_cpu, units.message_database_cpu),
            row("event of an answer", units.event_cpu, units.event_database_cpu),
            row("page of 20 items or threads", units.page_cpu, units.page_database_cpu),
        ],
    )
    writes = table(
        "Of | measured",
        [
            ["a message: rows", f"{units.rows:.1f}"],
            ["a message: bytes that stay", f"{units.bytes:,.0f}"],
            ["a message: write-ahead log, bytes", f"{units.wal:,.0f}"],
            ["a message: commits", f"{units.commits:.1f}"],
            ["an event: write-ahead log, bytes", f"{units.event_wal:,.0f}"],
            ["a busy replica: commits per second, of its leases and events", f"{units.busy_commits:.0f}"],
            [
                "an idle replica, before it [rests](runs.md#at-rest): commits per minute",
                f"{60 * units.idle_commits:.0f}",
            ],
            ["a replica: connections", f"{units.connections}"],
            ["a replica: memory, MiB", f"{units.empty / _MIB:.0f}"],
            ["an open stream: memory, MiB", f"{units.memory / _MIB:.3f}"],
            ["PostgreSQL here: commits per second of 16 writers", f"{units.silent:,.0f}"],
            ["the same, each with a NOTIFY", f"{units.notified:,.0f}"],
        ],
    )
    return f"{costs}\n\n{writes}"


def _needs(needs: Sequence[Need]) -> str:
    def row(name: str, *cells: str) -> list[str]:
        return [name, *cells]

    days = person.DAYS_KEPT
    return table(
        "At once | " + " | ".join(f"{need.people:,} people" for need in needs),
        [
            row("messages per second", *(f"{need.messages:,.0f}" for need in needs)),
            row("answers being written", *(f"{need.answers:,.0f}" for need in needs)),
            row("events per second", *(f"{need.events:,.0f}" for need in needs)),
            row("cores of the server, in use", *(f"{need.cores:,.1f}" for need in needs)),
            row("replicas of one core", *(f"{need.replicas:,}" for need in needs)),
            row("memory of each, MiB", *(f"{need.memory / _MIB:,.0f}" for need in needs)),
            row("cores of PostgreSQL, in use", *(f"{need.database_cores:,.1f}" for need in needs)),
            row("commits per second", *(f"{need.commits:,.0f}" for need in needs)),
            row("write-ahead log, MB per second", *(f"{need.wal / _MB:,.1f}" for need in needs)),
            row("connections of all replicas", *(f"{need.connections:,}" for need in needs)),
            row(f"volume after {days} days, GB", *(f"{need.bytes_kept / _GB:,.0f}" for need in needs)),
            row("pooler", *("yes" if need.pooler else "no" for need in needs)),
            row("events over Redis", *("yes" if need.redis else "no" for need in needs)),
            row("PostgreSQL instances", *(_instances(need) for need in needs)),
        ],
    )


def _instances(need: Need) -> str:
    return "one" if need.instances == 1 else f"{need.instances}, with Citus"


def _limits(units: Units) -> str:
    def upto(limit: str) -> str:
        return f"{most_people(units, limit):,}"

    return (
        f"A pooler before PostgreSQL is needed beyond {upto('pooler')} people at once, events over Redis beyond "
        f"{upto('redis')}, and more than one PostgreSQL beyond {upto('instances')}."
    )


def _plans(plans: Sequence[Plan]) -> str:
    return table(
        "Statement | rows | ms | blocks read | by",
        (
            [plan.name, f"{plan.rows:,}", f"{plan.milliseconds:.2f}", f"{plan.blocks:,}", ", ".join(plan.scans)]
            for plan in plans
        ),
    )
