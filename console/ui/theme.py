"""Palette, fonts, icons and the style sheet of the window.

Colours follow common monitor habit (ECG green, SpO2 cyan, CO2 pale yellow, NIBP white); filled red and
yellow belong to alarms alone (IEC 60601-1-8 colour convention), so no button and no panel uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from console.ui.assets import asset_bytes, asset_names
from console.ui.viewmodels.live_tone import Tone

FAMILY = "Inter"
MM_PER_INCH = 25.4
FALLBACK_DPI = 96.0
DESIGN_WIDTH, DESIGN_HEIGHT = 1920, 1080


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of the window by its role, as ``#rrggbb``."""

    ground: str = "#0b0f14"
    panel: str = "#121922"
    raised: str = "#1a2430"
    line: str = "#273342"
    text: str = "#e8edf2"
    muted: str = "#9aa8b7"
    faint: str = "#66758a"
    hr: str = "#3ddc84"
    spo2: str = "#33c8ff"
    co2: str = "#e6e08a"
    nibp: str = "#ffffff"
    temp: str = "#ffb870"
    drug: str = "#c58bff"
    effect: str = "#8fd3b6"
    good: str = "#3ddc84"
    accent: str = "#6fb1ff"
    high: str = "#ff4d4f"
    medium: str = "#ffd23f"
    low: str = "#63d8e8"
    on_alarm: str = "#161203"
    on_high: str = "#ffffff"
    high_fill: str = "#d6242b"
    stop_fill: str = "#33100f"
    stop_line: str = "#ff5a57"

    def of(self, tone: Tone) -> str:
        """The colour of a role."""
        return {
            Tone.TEXT: self.text,
            Tone.MUTED: self.muted,
            Tone.FAINT: self.faint,
            Tone.HR: self.hr,
            Tone.SPO2: self.spo2,
            Tone.CO2: self.co2,
            Tone.NIBP: self.nibp,
            Tone.TEMP: self.temp,
            Tone.DRUG: self.drug,
            Tone.EFFECT: self.effect,
            Tone.GOOD: self.good,
            Tone.HIGH: self.high,
            Tone.MEDIUM: self.medium,
            Tone.LOW: self.low,
        }[tone]


DARK = Palette()
LIGHT = Palette(
    ground="#f3f5f8",
    panel="#ffffff",
    raised="#e9eef5",
    line="#d5dce5",
    text="#141b24",
    muted="#546172",
    faint="#7d8a9a",
    hr="#12813f",
    spo2="#0a78ac",
    co2="#7c7410",
    nibp="#141b24",
    temp="#a8590b",
    drug="#7a35c8",
    effect="#1d7a57",
    good="#12813f",
    accent="#2456c8",
    high="#c8171e",
    medium="#b07d00",
    low="#0a7484",
    stop_fill="#fdeceb",
    stop_line="#c8171e",
)


class Weight(StrEnum):
    """Weights of the bundled typeface."""

    REGULAR = "regular"
    MEDIUM = "medium"
    SEMIBOLD = "semibold"
    BOLD = "bold"


_QT_WEIGHT = {
    Weight.REGULAR: QFont.Weight.Normal,
    Weight.MEDIUM: QFont.Weight.Medium,
    Weight.SEMIBOLD: QFont.Weight.DemiBold,
    Weight.BOLD: QFont.Weight.Bold,
}


def load_fonts() -> str:
    """Register the bundled typeface, so that text shows the same on every machine; returns its family.

    Raises:
        FileNotFoundError: the bundled font files are missing from the installation.
    """
    if FAMILY in QFontDatabase.families():
        return FAMILY
    for name in asset_names("fonts", ".otf"):
        if QFontDatabase.addApplicationFontFromData(QByteArray(asset_bytes("fonts", name))) < 0:
            raise FileNotFoundError(f"The font file {name} is damaged: install the console again.")
    return FAMILY


class Theme:
    """What every widget is handed: colours, fonts and icons at the scale of the window.

    Attributes:
        palette: Colours in force.
        scale: Window size relative to 1920 x 1080; sizes in the code are pixels at scale 1.
    """

    def __init__(self, palette: Palette = DARK, scale: float = 1.0) -> None:
        load_fonts()
        self.palette = palette
        self.scale = scale
        self._pixmaps: dict[tuple[str, str, int], QPixmap] = {}
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._fonts: dict[tuple[int, Weight], QFont] = {}

    def px(self, design_px: float) -> int:
        """Whole pixels of a length given at scale 1, at least one."""
        return max(1, round(design_px * self.scale))

    def color(self, tone: Tone) -> QColor:
        """The colour of a role."""
        return QColor(self.palette.of(tone))

    def font(self, design_px: float, weight: Weight = Weight.REGULAR) -> QFont:
        """The bundled typeface with figures of equal width, ``design_px`` high at scale 1."""
        pixels = max(9, round(design_px * self.scale))
        found = self._fonts.get((pixels, weight))
        if found is None:
            found = self._fonts[pixels, weight] = QFont(FAMILY)
            found.setPixelSize(pixels)
            found.setWeight(_QT_WEIGHT[weight])
            found.setFeature(QFont.Tag("tnum"), 1)
            found.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return QFont(found)  # the caller may alter it

    def pixmap(self, name: str, color: str, size_px: int, ratio: float = 1.0) -> QPixmap:
        """A line icon in ``color``, ``size_px`` logical pixels square.

        Raises:
            FileNotFoundError: no icon of that name.
        """
        device = max(1, round(size_px * ratio))
        key = (name, color, device)
        found = self._pixmaps.get(key)
        if found is None:
            found = _drawn(name, color, device)
            found.setDevicePixelRatio(ratio)
            self._pixmaps[key] = found
        return found

    def icon(self, name: str, color: str = "") -> QIcon:
        """A line icon for buttons, with a faint version for disabled ones."""
        ink = color or self.palette.text
        found = self._icons.get((name, ink))
        if found is None:
            found = self._icons[name, ink] = QIcon()
            for size in (24, 48, 96):
                found.addPixmap(_drawn(name, ink, size), QIcon.Mode.Normal)
                found.addPixmap(_drawn(name, self.palette.faint, size), QIcon.Mode.Disabled)
        return found

    def stylesheet(self) -> str:
        """Style sheet of the whole window at the present scale."""
        return _sheet(self)


def _drawn(name: str, color: str, size_px: int) -> QPixmap:
    """Render an icon and tint it: the files carry white strokes."""
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(asset_bytes("icons", f"{name}.svg"))).render(
            painter, QRectF(0, 0, size_px, size_px)
        )
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(pixmap.rect(), QColor(color))
    return pixmap


def screen_dpi(physical_dpi: float) -> float:
    """Physical dots per inch of a screen, or 96 where the screen tells nonsense (projectors, VMs)."""
    return physical_dpi if 60.0 <= physical_dpi <= 320.0 else FALLBACK_DPI


def scale_for(width_px: int, height_px: int) -> float:
    """Scale of the design for a window of this size, within 0.62 and 2.4."""
    return min(2.4, max(0.62, min(width_px / DESIGN_WIDTH, height_px / DESIGN_HEIGHT)))


def _sheet(theme: Theme) -> str:
    p, px = theme.palette, theme.px
    return f"""
    QWidget {{ color: {p.text}; font-family: "{FAMILY}"; font-size: {px(17)}px; }}
    QWidget#window, QWidget#ground {{ background: {p.ground}; }}
    QWidget#panel {{ background: {p.panel}; border-radius: {px(12)}px; }}
    QLabel {{ background: transparent; }}
    QLabel[tone="muted"] {{ color: {p.muted}; }}
    QLabel[tone="faint"] {{ color: {p.faint}; }}
    QLabel[kind="title"] {{ font-size: {px(26)}px; font-weight: 600; }}
    QLabel[kind="small"] {{ font-size: {px(15)}px; }}
    QPushButton {{
        background: {p.raised}; color: {p.text}; border: 1px solid {p.line}; border-radius: {px(10)}px;
        padding: {px(6)}px {px(16)}px; font-size: {px(19)}px; font-weight: 600; min-height: {px(46)}px;
    }}
    QPushButton:hover {{ border-color: {p.faint}; }}
    QPushButton:focus {{ border-color: {p.accent}; }}
    QPushButton:pressed {{ background: {p.line}; }}
    QPushButton:checked {{ background: {p.line}; border-color: {p.muted}; }}
    QPushButton:disabled {{ color: {p.faint}; background: {p.panel}; }}
    QPushButton[role="primary"] {{ background: {p.accent}; color: #08111d; border: none; }}
    QPushButton[role="primary"]:disabled {{
        background: {p.raised}; color: {p.faint}; border: 1px solid {p.line}; }}
    QPushButton[role="quiet"] {{ background: transparent; border: none; color: {p.muted}; }}
    QPushButton[role="tab"] {{ min-height: 0; padding: {px(4)}px {px(13)}px; font-size: {px(18)}px; }}
    QPushButton[role="quiet"]:hover {{ color: {p.text}; }}
    QLineEdit, QComboBox, QPlainTextEdit, QSpinBox, QDoubleSpinBox {{
        background: {p.ground}; color: {p.text}; border: 1px solid {p.line}; border-radius: {px(8)}px;
        padding: {px(6)}px {px(10)}px; min-height: {px(40)}px; font-size: {px(19)}px;
        selection-background-color: {p.accent}; selection-color: #08111d;
    }}
    QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border-color: {p.accent}; }}
    QScrollArea {{ background: transparent; border: none; }}
    QScrollArea > QWidget > QWidget {{ background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
    QScrollBar::handle:vertical {{
        background: {p.line}; border-radius: {px(6)}px; min-height: {px(40)}px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; border: none; height: 0; }}
    QToolTip {{ background: {p.raised}; color: {p.text}; border: 1px solid {p.line}; }}
    """
