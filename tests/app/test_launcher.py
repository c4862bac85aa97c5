"""The launcher brings either process back, and stops trying before it wears anything out."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from console.app.launcher import NO_SCREEN, ROOM_GAVE_UP, WINDOW_GAVE_UP, Budget, Launcher, has_screen
from console.app.process_words import EXIT_AGAIN, EXIT_USER, PLAY_FAILED
from console.clock import ManualClock, SystemClock

READY = "import json; print(json.dumps({'room': 'ready'}), flush=True); "


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def room(code: str) -> list[str]:
    return python(READY + code)


def launch(tmp_path: Path, room_code: list[str], window_code: list[str] | None) -> tuple[int, list[str]]:
    said: list[str] = []
    launcher = Launcher(tmp_path, room_code, window_code, SystemClock(), said.append)
    watchdog = threading.Timer(30, launcher.close)
    watchdog.start()
    try:
        return launcher.run(), said
    finally:
        watchdog.cancel()
        launcher.close()


def test_three_restarts_in_ten_minutes_and_no_more() -> None:
    clock = ManualClock()
    budget = Budget()
    assert [budget.spend(clock.now()) for _ in range(4)] == [True, True, True, False]
    clock.advance(601)
    assert budget.spend(clock.now())


@pytest.mark.process
@pytest.mark.req("HST-01")
def test_room_that_keeps_failing_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    counted = tmp_path / "starts"
    fails = f"open({str(counted)!r}, 'a').write('x'); import sys; sys.exit(70)"
    code, said = launch(tmp_path, python(READY + fails), None)
    assert code == 1
    assert said == [ROOM_GAVE_UP]
    assert counted.read_text() == "xxxx"


@pytest.mark.process
def test_trouble_a_person_must_mend_is_not_tried_again(tmp_path: Path) -> None:
    counted = tmp_path / "starts"
    fails = f"open({str(counted)!r}, 'a').write('x'); import sys; sys.exit({EXIT_USER})"
    code, said = launch(tmp_path, python(fails), None)
    assert code == EXIT_USER
    assert said == []
    assert counted.read_text() == "x"


@pytest.mark.process
@pytest.mark.req("HST-01")
def test_window_that_keeps_crashing_is_given_up_and_the_room_goes_on(tmp_path: Path) -> None:
    counted = tmp_path / "starts"
    crashes = python(f"open({str(counted)!r}, 'a').write('x'); import os; os._exit(139)")
    lives = room("import time; time.sleep(2.5)")
    code, said = launch(tmp_path, lives, crashes)
    assert code == 0
    assert said == [WINDOW_GAVE_UP]
    assert counted.read_text() == "xxxx"


@pytest.mark.process
def test_room_that_was_closed_properly_takes_the_window_with_it(tmp_path: Path) -> None:
    code, said = launch(
        tmp_path, room("import time; time.sleep(0.3)"), python("import time; time.sleep(0.6)")
    )
    assert (code, said) == (0, [])


@pytest.mark.process
def test_play_that_failed_ends_the_demonstration(tmp_path: Path) -> None:
    launcher = Launcher(
        tmp_path,
        room("import time; time.sleep(60)"),
        python(f"import sys; sys.exit({PLAY_FAILED})"),
        SystemClock(),
        lambda _: None,
        holds_on=False,
    )
    launcher.run()
    assert launcher.window_code == PLAY_FAILED
    launcher.close()


@pytest.mark.parametrize(
    ("environment", "platform", "screen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_missing_screen_is_noticed_before_qt_aborts(
    environment: dict[str, str], platform: str, screen: bool
) -> None:
    assert has_screen(environment, platform) is screen
    assert "DISPLAY" in NO_SCREEN


@pytest.mark.process
def test_a_room_a_technician_restarts_comes_back_with_its_window_and_costs_no_attempt(tmp_path: Path) -> None:
    rooms, windows = tmp_path / "rooms", tmp_path / "windows"
    again = (
        f"n = open({str(rooms)!r}, 'a+'); n.write('x'); n.flush(); n.seek(0); k = len(n.read()); "
        f"import sys, time; time.sleep(0.4); sys.exit({EXIT_AGAIN} if k < 6 else 0)"
    )
    shown = python(f"open({str(windows)!r}, 'a').write('x'); import time; time.sleep(5)")
    code, said = launch(tmp_path, room(again), shown)
    assert (code, said) == (0, [])
    assert rooms.read_text() == "xxxxxx"
    assert len(windows.read_text()) >= 5
