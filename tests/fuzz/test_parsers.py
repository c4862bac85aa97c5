"""No bytes whatever crash a parser, hold it for more than 50 ms or fill it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutate import MOST_BYTES, mutated
from tests.fuzz.run import LONGEST_S, TooSlow, many, once
from tests.fuzz.targets import TARGETS, Target

ROOT = Path(__file__).parents[2]
INPUTS = 250
"""A sample for every run of the tests; ``python -m tests.fuzz`` runs more."""

each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.name))
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.req("SER-05")
@each_target
def test_seeds_and_what_once_was_a_finding_are_read_or_refused(target: Target) -> None:
    for seed in target.seeds:
        assert once(target, seed) <= LONGEST_S


@pytest.mark.req("SER-04", "SER-05")
@each_target
def test_almost_right_bytes_are_read_or_refused_in_time(target: Target) -> None:
    assert many(target, INPUTS, seed=7).slowest_s <= LONGEST_S


@pytest.mark.req("SER-04", "SER-05")
@each_target
@thorough
@given(data=st.data())
def test_no_bytes_whatever_crash_or_hold_a_parser(target: Target, data: st.DataObject) -> None:
    parts = st.one_of(st.binary(max_size=200), st.sampled_from(target.seeds).map(lambda seed: seed[:2000]))
    assert once(target, b"".join(data.draw(st.lists(parts, max_size=4)))) <= LONGEST_S


def test_a_parser_that_breaks_its_promise_is_a_finding() -> None:
    def fragile(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(KeyError) as finding:
        many(Target("fragile", fragile, (b"",)), 1, seed=1)
    assert finding.value.args == (b"",)

    def endless(_data: bytes) -> None:
        sum(range(10_000_000))

    with pytest.raises(TooSlow, match="endless took"):
        once(Target("endless", endless, (b"",)), b"x")


def test_the_same_seed_makes_the_same_inputs() -> None:
    seeds = (b"0.500", b"\x02" * 10)
    made = [[mutated(Random(5), seeds) for _ in range(3)] for _ in range(2)]
    assert made[0] == made[1]
    assert all(len(mutated(Random(number), (b"a" * MOST_BYTES,))) <= MOST_BYTES for number in range(200))


def test_a_missing_atheris_is_said_and_is_no_pass() -> None:
    code = "import sys; sys.modules['atheris'] = None; sys.argv[1:] = ['--atheris', '10']\n"
    code += "import importlib.util as u; u.find_spec = lambda name: None\n"
    code += "from tests.fuzz.__main__ import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "was NOT carried out" in done.stderr
