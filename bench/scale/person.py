"""The model of a person, and of the machines: every assumption of the extrapolation, with its reason.

A person is "at once" there while their chat is open, whether they write at the moment or read.
"""

#: A question, twenty seconds of answer, and the time to read it and to think: one message in six minutes.
MESSAGES_PER_HOUR = 10
#: Some 250 words, one event for each of a model's tokens.
EVENTS_PER_ANSWER = 350
#: What large models write today; slower ones keep as many answers open for longer.
EVENTS_PER_SECOND = 25
#: A chat that is opened or reloaded reads its list of threads and its newest items: once for three messages.
PAGES_PER_MESSAGE = 2 / 3
#: Of the people of the busiest moment: their day is worth so many hours of it.
BUSY_HOURS_PER_DAY = 6
#: How long threads are kept, where the volume is told for a period.
DAYS_KEPT = 365

#: Of a core, so that a burst, a deploy and the loss of one replica are carried by what is left.
USE_OF_CORES = 0.5
#: The largest PostgreSQL that is easily rented. Beyond it, one instance does not do.
DATABASE_CORES = 64
#: Bytes a second of write-ahead log that such an instance writes and ships to its standby without falling behind.
DATABASE_WAL = 100_000_000
#: Connections that PostgreSQL serves well by itself; beyond them a pooler stands before it.
DATABASE_CONNECTIONS = 500
#: Bytes that one instance holds and can still be backed up and restored within a night.
DATABASE_BYTES = 10_000_000_000_000
#: Of answers, those whose reader is on another replica: after a reload, or where a proxy cut the stream.
FOLLOWED_ELSEWHERE = 0.05

PEOPLE = (10_000, 100_000, 1_000_000)
