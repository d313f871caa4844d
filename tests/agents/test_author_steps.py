"""``step`` in an answer that goes on: what is done once, what is done again, and what no one can know."""

import asyncio
from datetime import date

import pytest
from pydantic import BaseModel

from chatkit_link import StepUncertain, step
from chatkit_link.agents.author_steps import refusing_steps
from tests.agents.memory_log import RunLog


class Receipt(BaseModel):
    number: int
    day: date


class Till:
    """Counts what it is paid."""

    def __init__(self) -> None:
        self.paid = 0
        self.is_closed = False

    async def charge(self) -> int:
        if self.is_closed:
            raise ConnectionError
        self.paid += 1
        return self.paid

    def print_receipt(self) -> Receipt:
        return Receipt(number=self.paid, day=date(2026, 1, 2))


async def test_a_step_is_done_once_however_often_the_answer_is_taken_over() -> None:
    log, till = RunLog(), Till()
    for _ in range(3):
        with log.steps().running():
            assert await step("charge", till.charge) == 1
    assert till.paid == 1


async def test_steps_of_the_same_name_are_told_apart_by_their_order() -> None:
    log, till = RunLog(), Till()
    for _ in range(2):
        with log.steps().running():
            assert [await step("charge", till.charge) for _ in range(2)] == [1, 2]
    with log.steps().running():
        assert [await step("charge", till.charge) for _ in range(3)] == [1, 2, 3]


async def test_a_result_is_what_json_makes_of_it_the_first_time_too() -> None:
    log = RunLog()
    for _ in range(2):
        with log.steps().running():
            assert await step("pair", lambda: ("a", 1)) == ["a", 1]


async def test_a_model_comes_back_as_a_model() -> None:
    log, till = RunLog(), Till()
    for _ in range(2):
        with log.steps().running():
            receipts = await step("receipts", lambda: [till.print_receipt()], type=list[Receipt])
        assert receipts == [Receipt(number=0, day=date(2026, 1, 2))]
        till.paid += 1


async def test_none_is_a_result_and_is_not_asked_for_again() -> None:
    log, done = RunLog(), list[int]()
    for _ in range(2):
        with log.steps().running():
            assert await step("note", lambda: done.append(1)) is None
    assert done == [1]


async def test_the_start_is_on_the_disk_before_the_step_happens_and_a_stopping_server_waits_for_its_end() -> None:
    log = RunLog()
    steps = log.steps()

    async def charge() -> None:
        assert log.committed == 1
        assert steps.journal.is_busy

    with steps.running():
        await step("charge", charge)
        assert not steps.journal.is_busy


async def cut_in_the_middle(log: RunLog, till: Till, *, repeatable: bool) -> None:
    """The server dies once the till was paid, and before it has told."""

    async def charge() -> int:
        await till.charge()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError), log.steps().running():
        await step("charge", charge, repeatable=repeatable)


async def test_a_step_whose_end_no_one_knows_is_not_done_again_and_says_so() -> None:
    log, till = RunLog(), Till()
    await cut_in_the_middle(log, till, repeatable=False)
    with log.steps().running():
        with pytest.raises(StepUncertain) as uncertain:
            await step("charge", till.charge)
        assert await step("look", lambda: "paid", repeatable=True) == "paid", "the code can find out, and go on"
    assert till.paid == 1
    assert uncertain.value.name == "charge"
    assert str(uncertain.value.message).startswith("The server stopped in the middle of “charge”")
    assert "“charge”" not in uncertain.value.in_language("de")
    assert "„charge“" in uncertain.value.in_language("de")


async def test_a_step_that_was_stopped_before_it_began_is_done_by_the_next_server() -> None:
    log, till = RunLog(), Till()
    steps = log.steps()

    async def stopped() -> None:
        raise asyncio.CancelledError

    steps.journal.commit = stopped
    with pytest.raises(asyncio.CancelledError), steps.running():
        await step("charge", till.charge)
    assert till.paid == 0
    with log.steps().running():
        assert await step("charge", till.charge) == 1


async def test_a_repeatable_step_whose_end_no_one_knows_is_done_again() -> None:
    log, till = RunLog(), Till()
    await cut_in_the_middle(log, till, repeatable=True)
    with log.steps().running():
        assert await step("charge", till.charge, repeatable=True) == 2
    with log.steps().running():
        assert await step("charge", till.charge, repeatable=True) == 2


async def test_an_error_is_raised_as_it_is_and_not_recorded_as_a_result() -> None:
    log, till = RunLog(), Till()
    till.is_closed = True
    with log.steps().running(), pytest.raises(ConnectionError):
        await step("charge", till.charge, repeatable=True)
    till.is_closed = False
    with log.steps().running():
        assert await step("charge", till.charge, repeatable=True) == 1


async def test_an_error_of_a_step_that_must_not_happen_twice_leaves_it_uncertain_for_another_server() -> None:
    log, till = RunLog(), Till()
    till.is_closed = True
    with log.steps().running():
        with pytest.raises(ConnectionError):
            await step("charge", till.charge)
        till.is_closed = False
        assert await step("charge", till.charge) == 1, "the same server knows, and its code decides"
    with log.steps().running():
        with pytest.raises(StepUncertain):
            await step("charge", till.charge)
        assert await step("charge", till.charge) == 1
    assert till.paid == 1


async def test_a_retry_of_the_user_is_another_answer_and_does_it_again() -> None:
    till = Till()
    for paid in (1, 2):
        with RunLog().steps().running():
            assert await step("charge", till.charge) == paid


async def test_steps_at_once_have_their_own_results_again() -> None:
    log = RunLog()
    first, second = asyncio.Event(), asyncio.Event()

    async def slow(name: str) -> str:
        await (first if name == "a" else second).wait()
        first.set()
        return name

    second.set()  # the second one is done first
    for _ in range(2):
        with log.steps().running():
            names = await asyncio.gather(*(step("load", lambda name=name: slow(name)) for name in "ab"))
        assert names == ["a", "b"]


async def test_what_is_not_done_yet_is_done_beside_what_is() -> None:
    log, done, waits = RunLog(), list[str](), asyncio.Event()

    async def work(name: str) -> str:
        done.append(name)
        if name == "b" and done.count("b") == 1:
            waits.set()
            await asyncio.Event().wait()
        return name

    async def both() -> list[str]:
        return await asyncio.gather(*(step(name, lambda name=name: work(name), repeatable=True) for name in "ab"))

    with log.steps().running():
        task = asyncio.create_task(both())
        await waits.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    with log.steps().running():
        assert await both() == ["a", "b"]
    assert done == ["a", "b", "b"]


async def test_a_step_inside_of_a_step_is_refused_by_name() -> None:
    with RunLog().steps().running(), pytest.raises(RuntimeError, match=r"step\('inner'\) is inside of step\('outer'\)"):
        await step("outer", lambda: step("inner", int))


async def test_without_a_server_the_function_is_called() -> None:
    till = Till()
    assert await step("charge", till.charge) == 1
    assert await step("charge", till.charge) == 2
    assert await step("receipt", till.print_receipt, type=Receipt) == Receipt(number=2, day=date(2026, 1, 2))


async def test_a_task_that_outlives_its_answer_is_told_that_nothing_can_be_recorded() -> None:
    log, till, over = RunLog(), Till(), asyncio.Event()

    async def later() -> int:
        await over.wait()
        return await step("charge", till.charge)

    with log.steps().running():
        task = asyncio.create_task(later())
    over.set()
    with pytest.raises(RuntimeError, match="the answer that this task belongs to has ended"):
        await task
    assert (till.paid, log.rows) == (0, [])


async def test_where_no_answer_can_go_on_it_is_refused_with_the_reason() -> None:
    with refusing_steps("this is no answer"), pytest.raises(RuntimeError, match=r"step\('charge'\): this is no answer"):
        await step("charge", Till().charge)


async def test_what_is_not_json_is_refused_with_the_way_out() -> None:
    till = Till()
    with pytest.raises(TypeError, match=r"is not plain JSON: write step\(..., type=Receipt\)"):
        await step("receipt", till.print_receipt)
    with pytest.raises(TypeError, match="returned a float, which is not plain JSON"):
        await step("half", lambda: float("nan"))
    with pytest.raises(TypeError, match="did not return a Receipt"):
        await step("receipt", lambda: 7, type=Receipt)
    with pytest.raises(TypeError, match="give the function, and not what its call returns"):
        await step("charge", till.charge())  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="the name is a text"):
        await step("", till.charge)
