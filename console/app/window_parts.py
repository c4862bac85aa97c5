"""Puts the window together. The only module of the composition root that imports Qt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from console.app.demo import DemoFile
from console.room.client import SocketRoomClient
from console.session.site import Site
from console.ui.bridge import Bridge
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.window import MainWindow

if TYPE_CHECKING:
    from console.app.window_entry import WindowOptions


def show(options: WindowOptions, site: Site, demo: DemoFile | None, app_version: str) -> int:
    """Show the window until it is closed; returns the exit code."""
    del demo
    application = QApplication.instance() or QApplication(sys.argv[:1])
    client = SocketRoomClient.connect(options.folder, app_version, options.read_only)
    bridge = Bridge(client, client.window_id)
    window = MainWindow(bridge, LiveReference(site, None))
    bridge.start()
    window.show()
    code = application.exec()
    bridge.close()
    return int(code)
