"""How many tests ran, how they went, and what they needed."""

from dataclasses import dataclass, field

#: The name under which the report of a test carries what it needed.
NEEDS = "needs"
POSTGRES = "with PostgreSQL"
HTTP = "over HTTP"
#: More failures than these are no accident.
MAX_REPEATED = 5


@dataclass
class Tally:
    """needs: for how many tests that ran, by what they needed.

    failures: what can be run again of the tests that failed, in the words of their program; unlike ``failed`` it
    has no place for what broke down outside of a test.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    needs: dict[str, int] = field(default_factory=dict[str, int])
    failures: list[str] = field(default_factory=list[str])

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        for need, count in other.needs.items():
            self.needs[need] = self.needs.get(need, 0) + count

    def need(self, *needs: str) -> None:
        for need in needs:
            self.needs[need] = self.needs.get(need, 0) + 1

    def broke_down(self, status: int) -> None:
        """A suite that ends with this exit status without naming a failed test counts as one failed test."""
        if status != 0 and self.failed == 0:
            self.failed = 1

    @property
    def can_be_repeated(self) -> bool:
        """Whether all that failed has a name, and so few did that it may have been the load of the machine."""
        return 0 < self.failed == len(self.failures) <= MAX_REPEATED

    def repeated(self, again: "Tally") -> None:
        """Take the result of the failed tests' second run, in which they had the machine to themselves."""
        self.passed += len(self.failures) - again.failed
        self.failed = again.failed
        self.failures = again.failures

    @property
    def ran(self) -> int:
        return self.passed + self.failed

    def sentence(self) -> str:
        parts = ", ".join(f"{count} {need}" for need, count in self.needs.items())
        return f"{self.ran} tests ran; of these {parts or 'none needed anything'}."

    def closing_line(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"
