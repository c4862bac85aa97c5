"""The light look of the technician's page, set over the dark one of the window."""

from __future__ import annotations

from console.ui.review.look import review_sheet
from console.ui.theme import Theme


def technician_sheet(theme: Theme) -> str:
    """Style sheet of the page at the present scale; failures are said in ink, never filled."""
    p, px = theme.palette, theme.px
    return (
        review_sheet(theme)
        + f"""
    QWidget#technician {{ background: {p.ground}; }}
    QWidget#sections {{ background: {p.panel}; border-right: 1px solid {p.line}; }}
    QLabel#pagetitle {{ font-size: {px(26)}px; font-weight: 600; }}
    QLabel#cardtitle {{ font-size: {px(20)}px; font-weight: 600; }}
    QLabel#words {{ font-size: {px(17)}px; color: {p.text}; }}
    QLabel#small {{ font-size: {px(15)}px; color: {p.muted}; }}
    QLabel#label {{ font-size: {px(15)}px; color: {p.muted}; font-weight: 600; }}
    QLabel#heed {{ font-size: {px(17)}px; color: {p.text}; border-left: {px(4)}px solid {p.accent};
        padding: {px(2)}px {px(12)}px; }}
    QLabel#refused {{ font-size: {px(17)}px; color: {p.text}; border-left: {px(4)}px solid {p.high};
        padding: {px(2)}px {px(12)}px; }}
    QLabel#ask {{ font-size: {px(21)}px; font-weight: 600; color: {p.text}; }}
    QFrame#askframe {{ background: #e6eefc; border: 1px solid {p.accent}; border-radius: {px(10)}px; }}
    QLabel[verdict="passed"] {{ color: {p.good}; font-weight: 700; }}
    QLabel[verdict="failed"] {{ color: {p.high}; font-weight: 700; }}
    QLabel[verdict="not_done"] {{ color: {p.faint}; font-weight: 700; }}
    QLabel[verdict="now"] {{ color: {p.accent}; font-weight: 700; }}
    QPushButton[role="section"] {{ min-height: {px(54)}px; border: none; border-radius: {px(8)}px;
        text-align: left; padding: 0 {px(16)}px; font-size: {px(19)}px; background: transparent; }}
    QPushButton[role="section"]:checked {{ background: #e6eefc; color: {p.accent}; }}
    QPushButton[role="item"] {{ min-height: {px(44)}px; text-align: left; font-size: {px(17)}px;
        font-weight: 600; padding: {px(4)}px {px(14)}px; }}
    QPushButton[role="item"]:checked {{ background: #e6eefc; border-color: {p.accent};
        color: {p.accent}; }}
    QCheckBox {{ font-size: {px(17)}px; spacing: 0; color: {p.muted}; }}
    QCheckBox:checked {{ color: {p.text}; font-weight: 600; }}
    QCheckBox:disabled {{ color: {p.faint}; }}
    QCheckBox::indicator {{ width: 0; height: 0; }}
    QProgressBar {{ background: {p.raised}; border: none; border-radius: {px(4)}px;
        max-height: {px(8)}px; min-height: {px(8)}px; }}
    QProgressBar::chunk {{ background: {p.accent}; border-radius: {px(4)}px; }}
    QTableView {{ background: {p.panel}; border: 1px solid {p.line}; border-radius: {px(8)}px;
        gridline-color: transparent; font-size: {px(15)}px; selection-background-color: #e6eefc;
        selection-color: {p.text}; }}
    QHeaderView::section {{ background: {p.raised}; color: {p.muted}; border: none;
        padding: {px(5)}px {px(10)}px; font-size: {px(14)}px; font-weight: 600; }}
    QTableCornerButton::section {{ background: {p.raised}; border: none; }}
    """
    )
