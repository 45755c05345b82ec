"""Our changes of numba: each fits the version it was written for, and without them the numbers are the same."""

import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import numba
import pytest

from tandem.sim import LeadershipModel, Scenario, code_cache, simulate_batch
from tandem.sim.compile import COMPILED, PLAIN
from tandem.sim.compiler import settings
from tandem.sim.compiler.fits import Need, Patch, first_misfit

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not COMPILED or PLAIN, reason="needs the compiler with our changes of it")
if COMPILED:
    from tandem.sim.compiler import dispatchers, keeping, libraries, repetition

    PATCHES = (*libraries.PATCHES, *dispatchers.PATCHES, *repetition.PATCHES, *keeping.PATCHES)


def minor(version: str) -> tuple[int, int]:
    """(0, 68) of 0.68.1."""
    first, second = version.split(".")[:2]
    return int(first), int(second)


def allowed(library: str, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The lowest minor version that pyproject.toml allows, and the first that it does not."""
    wanted = next(entry for entry in tomllib.loads(text)["project"]["dependencies"] if re.match(rf"{library}\b", entry))
    low, high = re.search(r">=([\d.]+)", wanted), re.search(r"<([\d.]+)", wanted)
    assert low and high, f"{wanted}: no bound below or above"
    return minor(low[1]), minor(high[1])


def unbound(text: str, patches: tuple[Patch, ...], locked: str) -> list[str]:
    """What does not go together: the bound of numba, the versions of the patches, the version in the lock."""
    low, high = allowed("numba", text)
    wrong = [
        f"{patch.name} is written for {patch.numba}, the bound ends before {high}" for patch in patches if after(patch) != high
    ]
    if not low <= minor(locked) < high:
        wrong.append(f"the lock has numba {locked}, which is not allowed")
    return wrong


def after(patch: Patch) -> tuple[int, int]:
    first, second = minor(patch.numba)
    return first, second + 1


def locked(library: str) -> str:
    found = re.search(rf"^{library}==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    assert found
    return found[1]


def test_the_bound_of_numba_ends_with_the_version_of_the_patches():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert unbound(text, PATCHES, locked("numba")) == []
    low, high = allowed("llvmlite", text)
    assert low <= minor(locked("llvmlite")) < high
    assert high == (minor(locked("llvmlite"))[0], minor(locked("llvmlite"))[1] + 1)


def test_a_bound_that_runs_ahead_is_found():
    ahead = '[project]\ndependencies = ["numba>=0.60,<0.70"]'
    assert len(unbound(ahead, PATCHES, "0.68.1")) == len(PATCHES)
    assert unbound('[project]\ndependencies = ["numba>=0.60,<0.69"]', PATCHES, "0.69.0") == [
        "the lock has numba 0.69.0, which is not allowed"
    ]
    with pytest.raises(AssertionError, match="no bound"):
        unbound('[project]\ndependencies = ["numba>=0.60"]', PATCHES, "0.68.1")


@pytest.mark.parametrize("number", range(7))
def test_a_patch_fits_the_version_it_was_written_for(number):
    assert len(PATCHES) == 7
    if minor(numba.__version__) == minor(PATCHES[number].numba):
        assert PATCHES[number].misfit() == ""


def test_what_is_not_as_needed_is_found():
    compiles = "numba.core.dispatcher:Dispatcher.compile"
    for need, found in (
        (Need("numba.core.gone:Dispatcher"), "no Dispatcher in numba.core.gone"),
        (Need("numba.core.dispatcher:Dispatcher.gone"), "no Dispatcher.gone in numba.core.dispatcher"),
        (Need(compiles, ("signature",)), "Dispatcher.compile takes (sig) instead of (signature)"),
        (Need(compiles, ("sig",), ("save_overload", "gone")), "Dispatcher.compile no longer uses gone"),
        (Need(compiles, ("sig",), ("save_overload",)), ""),
    ):
        assert need.missing() == found
    good, bad = Patch("good", "0.68", ()), Patch("bad", "0.68", (Need("numba.core.gone:X"),))
    failing = Patch("failing", "0.68", (), lambda: False)
    assert first_misfit((good, bad)) == "bad: no X in numba.core.gone"
    assert first_misfit((good, failing, bad)) == "failing: its trial fails"
    assert first_misfit((good,)) == settings.misfit() == ""


def test_the_trial_of_what_is_spared_sees_a_change(monkeypatch):
    assert repetition.PATCHES[0].tried()
    monkeypatch.setattr(numba.types.Record, "__repr__", lambda self: "Record")
    assert not repetition.PATCHES[0].tried()


def test_code_with_and_without_our_changes_has_its_own_folder():
    assert code_cache.source_digest(ROOT / "sim", plain=True) != code_cache.source_digest(ROOT / "sim")


# -- without our changes ----------------------------------------------------------------------


def python(code: str, folder: Path, home: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("NUMBA_", "TANDEM_", "XDG_"))}
    settings = {"PYTHONDONTWRITEBYTECODE": "1", "TANDEM_CACHE": str(folder), **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=home, env=inherited | settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


SMALL = textwrap.dedent("""
    import json, math
    from tandem.sim.compile import COMPILED, PLAIN, kernel, multiply_wide, part, phase, records, rule, sequence
    from tandem.sim.streams import normals_from_uniforms, philox, uniform4
    @rule
    def grown(x): return math.exp(0.1 * x) / 3.0 + ((x + 1e16) - 1e16)  # not x, unless somebody reckons freely
    @phase
    def stepped(x, t): return grown(x) + uniform4(1, 2, 3, t, 5, 6)[0]
    @sequence
    def twice(x): return stepped(stepped(x, 1), 2)
    @kernel
    def played(x):
        a, b, c, d = normals_from_uniforms(0.001, 0.3, 0.5, 0.9)
        return twice(x) + a + 2.0 * b + 3.0 * c + 4.0 * d
    print(json.dumps([PLAIN, played(0.7).hex(), twice(0.7).hex(), stepped(0.7, 1).hex(), grown(0.7).hex()]))
""")


@pytest.mark.slow
def test_small_code_gives_the_same_bits_without_our_changes(tmp_path):
    (tmp_path / "small.py").write_text(SMALL)
    path = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    patched = python("import small", tmp_path / "patched", tmp_path, **path)
    for _ in range(2):  # compiled, and from the cache
        plain = python("import small", tmp_path / "plain", tmp_path, TANDEM_PLAIN_COMPILER="1", **path)
        assert json.loads(plain.stdout) == [True, *json.loads(patched.stdout)[1:]]
        assert json.loads(patched.stdout)[0] is False
        assert plain.stderr == "", "who asks for it needs no telling"


@pytest.mark.slow
def test_a_numba_that_does_not_fit_is_used_as_it_comes_and_that_is_told_once(tmp_path):
    (tmp_path / "small.py").write_text(SMALL)
    path = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    later = (  # as a later numba might have it
        "import numba.core.compiler as c\nold = c.CompileResult._rebuild\n"
        "c.CompileResult._rebuild = classmethod(lambda cls, *payload: old(*payload))\n"
    )
    done = python(later + "import small", tmp_path / "cache", tmp_path, **path)
    assert json.loads(done.stdout)[0] is True
    told = done.stderr.splitlines()
    assert len(told) == 1
    assert told[0].startswith(
        f"numba {numba.__version__} is not as expected (machine code when called: CompileResult._rebuild takes"
    )


BOTH = textwrap.dedent("""
    import json
    from tests.parity.test_plain_compiler import both
    print(json.dumps(both()))
""")


def both() -> list[list[str]]:
    """Every bit of a few short runs by either driver."""
    firm = Scenario.of(role_model="co-pilot").with_({"quarters": 1, "dyad.trust": 0.2})
    batch = simulate_batch(firm, runs=3, seed=5).outcomes.iloc[:, 2:].to_numpy(float)
    model = LeadershipModel(firm, seed=5, replicate=0).run().outcomes
    return [[value.hex() for value in batch.ravel()], [float(value).hex() for value in model.values()], [str(PLAIN)]]


@pytest.mark.long
def test_both_drivers_give_the_same_bits_without_our_changes(tmp_path):
    """Marked long: numba takes more than a minute to compile the model as it comes."""
    plain = json.loads(python(BOTH, tmp_path, TANDEM_PLAIN_COMPILER="1").stdout)
    patched = both()
    assert plain[:2] == patched[:2]
    assert (plain[2], patched[2]) == (["True"], ["False"])
