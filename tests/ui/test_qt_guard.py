"""The installed PySide6 must not lose references to None (6.12 does on Python below 3.12 and aborts)."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QLabel


def test_void_calls_of_qt_keep_the_reference_count_of_none(qapp: QApplication) -> None:
    assert qapp is not None
    label = QLabel()
    before = sys.getrefcount(None)
    for number in range(500):
        label.setText(str(number))
    assert sys.getrefcount(None) >= before - 50
    label.deleteLater()
