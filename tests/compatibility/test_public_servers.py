"""``ChatKitServer`` subclasses as people write them, unedited, in our server: see docs/reference/compatibility.md.

Public ones are tried where CHATKIT_LINK_PUBLIC_SERVERS names a folder of them (cases.py). With
CHATKIT_LINK_PUBLIC_SERVERS_REPORT, a line of JSON per server is added to that file.
"""

import json
import os
from pathlib import Path

import pytest

from tests.compatibility.brought import Brought
from tests.compatibility.cases import Case, folders, read_cases
from tests.compatibility.obedient_model import obedient_model
from tests.compatibility.visit import Report, Visit

CASES = {name: (folder, case) for folder in folders() for name, case in read_cases(folder).items()}


@pytest.mark.parametrize(("source", "case"), CASES.values(), ids=CASES.keys())
async def test_a_server_works_unedited(
    source: Path, case: Case, request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str
) -> None:
    report = Report()
    async with obedient_model(case.profile) as model:
        brought = Brought(case, source, tmp_path, model=model.address, database=postgres_url)
        try:
            async with brought.serving() as address:
                visit = Visit(address, case, model, report)
                await visit.run()
            async with visit.client:
                if report.thread_id:
                    async with brought.serving() as address:
                        await visit.again(address)
        except Exception as error:  # noqa: BLE001 - whatever somebody's server does is reported
            report.tried["start"] = f"{type(error).__name__}: {error}"[-1500:]
        refused = sorted({str(refusal) for refusal in model.refused})
    _write(request.node.callspec.id, case.repository, report, refused)
    assert not report.problems


def _write(name: str, repository: str, report: Report, refused: list[str]) -> None:
    if file := os.environ.get("CHATKIT_LINK_PUBLIC_SERVERS_REPORT"):
        line = {
            "name": name, "repository": repository, "tried": report.tried, "seen": sorted(report.seen),
            "refused": refused,
        }  # fmt: skip
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")
