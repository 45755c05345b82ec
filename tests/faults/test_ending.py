"""A command's process ends with its exit code, whatever threads that nobody waits for are still doing."""

import subprocess
import sys

import pytest

SCRIPT = """
import atexit, os, sys, threading, time
from tandem.experiments.commands.surroundings import end

class Late:  # taken down with the interpreter, and not where the process just ends
    def __del__(self, write=os.write):
        write(1, b"taken down\\n")

def work():
    while True:
        time.sleep(0.001)

sys.late = Late()
atexit.register(print, "asked for at the end")
if {daemon}:
    threading.Thread(target=work, daemon=True).start()
print("said")
end({code})
"""


@pytest.mark.parametrize("daemon", [True, False])
@pytest.mark.parametrize("code", [0, 2, 143])
def test_it_ends_with_its_code_and_says_all(daemon, code):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(daemon=daemon, code=code)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.splitlines() == ["said", "asked for at the end", *([] if daemon else ["taken down"])]
