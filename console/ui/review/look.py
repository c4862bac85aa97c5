"""The light look of the review page, set over the dark one of the window."""

from __future__ import annotations

from console.ui.theme import Theme


def review_sheet(theme: Theme) -> str:
    """Style sheet of the page at the present scale."""
    p, px = theme.palette, theme.px
    return (
        theme.stylesheet()
        + f"""
    QWidget#review {{ background: {p.ground}; }}
    QWidget#sessions {{ background: {p.panel}; border-right: 1px solid {p.line}; }}
    QFrame#card {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: {px(10)}px; }}
    QLabel#listtitle {{ font-size: {px(24)}px; font-weight: 600; }}
    QComboBox::drop-down {{ border: none; width: {px(26)}px; }}
    QLabel#pill {{ background: {p.raised}; border-radius: {px(8)}px; padding: {px(2)}px {px(12)}px;
        font-size: {px(15)}px; color: {p.muted}; font-weight: 600; }}
    QLabel#scope {{ font-size: {px(16)}px; color: {p.muted}; }}
    QListView {{ background: transparent; border: none; outline: none; }}
    QPushButton {{ background: {p.panel}; min-height: {px(40)}px; font-size: {px(17)}px;
        padding: {px(2)}px {px(16)}px; }}
    QPushButton[role="primary"] {{ background: {p.accent}; color: #ffffff; border: none; }}
    QPushButton[role="primary"]:disabled {{ background: {p.raised}; color: {p.faint}; }}
    QPushButton[role="tool"] {{ min-height: {px(32)}px; font-size: {px(15)}px; font-weight: 500;
        padding: {px(0)}px {px(10)}px; border-radius: {px(7)}px; color: {p.muted}; }}
    QPushButton[role="tool"]:checked {{ background: #e6eefc; border-color: {p.accent}; color: {p.accent}; }}
    QPushButton[role="tab"] {{ min-height: {px(34)}px; border: none; border-radius: 0;
        border-bottom: 2px solid transparent; padding: 0 {px(6)}px; font-size: {px(17)}px; color: {p.muted};
        background: transparent; }}
    QPushButton[role="tab"]:checked {{ border-bottom: 2px solid {p.accent}; color: {p.text}; }}
    QLineEdit, QComboBox {{ background: {p.panel}; min-height: {px(34)}px; font-size: {px(16)}px;
        padding: {px(2)}px {px(10)}px; }}
    QComboBox QAbstractItemView {{ background: {p.panel}; color: {p.text};
        selection-background-color: #e6eefc; selection-color: {p.text}; }}
    QFrame[note="nurse"] {{ background: {p.raised}; border-radius: {px(8)}px; }}
    QFrame[note="physician"] {{ background: #e6eefc; border-radius: {px(8)}px; }}
    QFrame[note="correction"] {{ background: {p.panel}; border: 1px dashed {p.muted};
        border-radius: {px(8)}px; }}
    QLabel#notehead {{ font-size: {px(14)}px; color: {p.muted}; }}
    QFrame[note="physician"] QLabel#notehead {{ color: {p.accent}; }}
    QLabel#notetext {{ font-size: {px(16)}px; color: {p.text}; }}
    QLabel#signstate {{ font-size: {px(15)}px; color: {p.text}; }}
    QLabel#proof {{ font-size: {px(15)}px; color: {p.muted}; }}
    QLabel#proof[sound="false"] {{ color: {p.high}; font-weight: 700; }}
    QLabel#answer {{ font-size: {px(15)}px; color: {p.text}; background: {p.raised};
        border-radius: {px(6)}px; padding: {px(6)}px {px(10)}px; }}
    """
    )
