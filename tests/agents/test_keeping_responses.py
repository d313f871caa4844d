"""A model is asked when the answers of those before it are on the disk, so that a crash repeats one call only."""

from tests.agents.memory_log import RunLog


async def test_the_first_call_of_an_answer_waits_for_nothing() -> None:
    log = RunLog()
    steps = log.steps()
    await steps.keep_responses()
    steps.record("begin", {})
    await steps.keep_responses()
    assert (len(log.rows), log.committed) == (1, 0)


async def test_the_next_agent_of_a_workflow_waits_for_what_the_one_before_was_answered() -> None:
    log = RunLog()
    steps = log.steps()
    steps.within("in:propose").record("model#0", {})
    await steps.within("in:conclude").keep_responses()
    assert (len(log.rows), log.committed) == (1, 1)


async def test_what_an_earlier_replica_has_recorded_is_on_the_disk_already() -> None:
    log = RunLog()
    log.steps().within("in:propose").record("model#0", {})
    await log.steps().within("in:conclude").keep_responses()
    assert (len(log.rows), log.committed) == (1, 0)
