"""What a run says of its targets, and where its noise is larger than what it would say."""

from bench.report import changes
from bench.targets import Target


def _target(*values: float, least: bool = False) -> Target:
    return Target("CPU", list(values), 1.0, "x", least)


def test_a_target_is_met_by_its_median():
    assert _target(0.9, 0.95, 1.3).met
    assert not _target(0.9, 1.05, 1.3).met
    assert _target(0.9, 1.05, 1.3, least=True).met


def test_rounds_on_both_sides_of_a_target_leave_it_undecided():
    assert _target(0.9, 0.95, 1.3).undecided
    assert not _target(0.5, 0.6, 0.7).undecided
    assert not _target(1.0).undecided  # one round has no noise that could be known


def test_two_runs_differ_only_where_their_rounds_lie_apart():
    before = [_target(0.7, 0.72, 0.75)]
    assert "the noise exceeds the difference" in changes(before, [_target(0.6, 0.65, 0.71)])
    assert "| better |" in changes(before, [_target(0.5, 0.55, 0.6)])
    assert "**worse**" in changes(before, [_target(0.8, 0.85, 0.9)])
    assert "**worse**" in changes([_target(2.0, 2.1, least=True)], [_target(1.5, 1.6, least=True)])
    assert changes(before, []) == ""
