"""``infusion-console board``: all rooms of a clinic on a wall or a desk, from the archive."""

from __future__ import annotations

import argparse


def add_board(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--archive", metavar="URL", default="", help="postgresql://reader@host:port/database")
    parser.add_argument("--site", metavar="ID", default="", help="site_id of the clinic, as in room.toml")
    parser.add_argument("--title", metavar="TEXT", default="", help="what stands on top (the site)")
    parser.add_argument("--names", action="store_true", help="name patients: for a desk, not for a wall")
    parser.add_argument("--window", action="store_true", help="a window instead of the whole screen")
    parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder")
    parser.set_defaults(run=_board)


def _board(options: argparse.Namespace) -> int:
    from console.app.board_config import board_config
    from console.app.board_entry import show_board
    from console.app.folder import data_folder

    folder = data_folder(getattr(options, "data", None))
    config = board_config(folder, options.archive, options.site, options.title, options.names)
    return show_board(config, folder, whole_screen=not options.window)
