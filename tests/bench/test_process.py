"""CPU of a PostgreSQL is that of all its processes, also of backends that have ended."""

import subprocess
import sys
from itertools import pairwise

import psutil

from bench.process import tree_cpu

#: A parent whose children work for a moment and end, one for each line that it is given.
_PARENT = """
import subprocess, sys
for line in sys.stdin:
    child = "import time; end = time.process_time() + 0.2\\nwhile time.process_time() < end: pass"
    subprocess.run([sys.executable, "-c", child])
    print("ended", flush=True)
"""


def test_the_cpu_of_children_that_have_ended_still_counts():
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin is not None and parent.stdout is not None
    with parent:
        process = psutil.Process(parent.pid)
        seen = [tree_cpu(process)]
        for _ in range(3):
            parent.stdin.write("work\n")
            parent.stdin.flush()
            seen.append(tree_cpu(process))  # perhaps while the child lives
            assert parent.stdout.readline() == "ended\n"
            seen.append(tree_cpu(process))
        parent.stdin.close()
    slack = 0.02  # what has ended is counted in hundredths
    assert all(after >= before - slack for before, after in pairwise(seen))
    assert seen[-1] - seen[0] >= 3 * 0.2 - slack
