"""The light look of these pages, set over the dark one of the window."""

from __future__ import annotations

from console.ui.review.look import review_sheet
from console.ui.theme import Theme

CHOSEN = "#e6eefc"
INFUSION = "#f1eafc"
"""Paper behind a series, as behind an infusion on the review page."""
MAINTENANCE = "#eaf5f0"


def course_sheet(theme: Theme) -> str:
    """Style sheet at the present scale."""
    p, px = theme.palette, theme.px
    return (
        review_sheet(theme)
        + f"""
    QWidget#course {{ background: {p.ground}; }}
    QWidget#rail {{ background: {p.panel}; border-right: 1px solid {p.line}; }}
    QPushButton[role="rail"] {{ text-align: left; border: none; background: transparent;
        min-height: {px(46)}px; font-size: {px(18)}px; border-radius: {px(8)}px; padding: 0 {px(14)}px; }}
    QPushButton[role="rail"]:checked {{ background: {CHOSEN}; color: {p.accent}; }}
    QPushButton[role="rail"]:disabled {{ color: {p.faint}; }}
    QPushButton[role="chip"] {{ min-height: {px(40)}px; font-size: {px(16)}px; font-weight: 500;
        padding: 0 {px(14)}px; border-radius: {px(8)}px; }}
    QPushButton[role="chip"]:checked {{ background: {CHOSEN}; border: 2px solid {p.accent};
        color: {p.accent}; }}
    QPushButton[role="row"] {{ text-align: left; min-height: {px(58)}px; border-radius: {px(8)}px;
        font-size: {px(17)}px; font-weight: 500; padding: {px(4)}px {px(14)}px; }}
    QPushButton[role="row"]:checked {{ background: {CHOSEN}; border-color: {p.accent}; }}
    QLabel[role="title"] {{ font-size: {px(27)}px; font-weight: 600; }}
    QLabel[role="head"] {{ font-size: {px(18)}px; font-weight: 600; }}
    QLabel[role="muted"] {{ font-size: {px(15)}px; color: {p.muted}; }}
    QLabel[role="said"] {{ font-size: {px(16)}px; }}
    QLabel[role="stop"] {{ font-size: {px(16)}px; font-weight: 600; background: {p.panel};
        border: 2px solid {p.text}; border-radius: {px(8)}px; padding: {px(8)}px {px(12)}px; }}
    QLabel[role="heed"] {{ font-size: {px(16)}px; background: {p.raised}; border-radius: {px(8)}px;
        padding: {px(8)}px {px(12)}px; }}
    QPlainTextEdit {{ background: {p.panel}; font-size: {px(16)}px; border: 1px solid {p.line};
        border-radius: {px(8)}px; padding: {px(6)}px {px(10)}px; }}
    QDateEdit, QSpinBox {{ background: {p.panel}; color: {p.text}; border: 1px solid {p.line};
        border-radius: {px(8)}px; min-height: {px(34)}px; font-size: {px(16)}px;
        padding: {px(2)}px {px(10)}px; }}
    QDateEdit::drop-down {{ border: none; width: {px(24)}px; }}
    QLabel[role="question"] {{ font-size: {px(46)}px; font-weight: 600; }}
    QLabel[role="calm"] {{ font-size: {px(28)}px; color: {p.muted}; }}
    QPushButton[role="answer"] {{ min-height: {px(92)}px; font-size: {px(32)}px; font-weight: 500;
        text-align: left; padding: 0 {px(36)}px; border-radius: {px(16)}px; }}
    QPushButton[role="answer"]:checked {{ background: {CHOSEN}; border: 3px solid {p.accent}; }}
    """
    )
