"""The line at the top of every page: where, who, is it written down, who works here, what time it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import TopBar
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, draw_panel, draw_text, text_width

EMPTY = TopBar("", "", "", "", True, "", False, "", False, "")


class TopBarWidget(QWidget):
    """Painted texts, page keys in the middle, the user's key at the right.

    Signals:
        page_chosen: Name of the page.
        user_clicked: The user's key was touched.
        posture_clicked: The chip of the interlocks was touched.

    Attributes:
        posture_box: Where that chip was drawn last.
    """

    page_chosen = Signal(str)
    user_clicked = Signal()
    posture_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = EMPTY
        self._icons: dict[str, str] = {}
        self.posture_box = QRectF()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.page_buttons: dict[str, QPushButton] = {}
        self.user_button = QPushButton("Sign in", self)
        self.user_button.setProperty("role", "tab")
        self.user_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.user_button.clicked.connect(self._user)
        self._pages = QWidget(self)
        self._pages.installEventFilter(self)
        self._pages_row = QHBoxLayout(self._pages)
        self._pages_row.setContentsMargins(0, 0, 0, 0)
        self.rescale()

    def add_page(self, name: str, icon: str) -> None:
        """A key for a page."""
        button = QPushButton(name, self._pages)
        button.setCheckable(True)
        button.setProperty("role", "tab")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("page", name)
        button.setAccessibleName(f"{name} page")
        button.clicked.connect(self._page)
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._icons[name] = icon
        self._group.addButton(button)
        self.page_buttons[name] = button
        self._pages_row.addWidget(button)
        self.rescale()

    def choose(self, name: str) -> None:
        """Mark a page as the one shown."""
        self.page_buttons[name].setChecked(True)
        self._place()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self.setFixedHeight(px(58))
        self._pages_row.setSpacing(px(4))
        for name, button in self.page_buttons.items():
            button.setIcon(self._theme.icon(self._icons[name]))
            button.setIconSize(QSize(px(22), px(22)))
        self.user_button.setIcon(self._theme.icon("user"))
        self.user_button.setIconSize(QSize(px(22), px(22)))
        self._place()

    def set_view(self, view: TopBar) -> None:
        """Show ``view``."""
        if view == self._view:
            return
        before, self._view = self._view, view
        if before.user != view.user or before.signed_in != view.signed_in:
            self.user_button.setText(view.user if view.signed_in else "Sign in")
        if _widths(before) != _widths(view):
            self._place()
        self.update()

    def ask_sign_out(self, *, asking: bool) -> None:
        """The user's key asks once more before signing out."""
        if asking:
            self.user_button.setText("Touch again to sign out")
        else:
            self.user_button.setText(self._view.user if self._view.signed_in else "Sign in")
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Touching the chip tells why the interlocks are as they are."""
        if self._view.posture and self.posture_box.contains(event.position()):
            self.posture_clicked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A key that was added or renamed needs another place."""
        if watched is self._pages and event.type() is QEvent.Type.LayoutRequest:
            self._place()
        return False

    def _user(self) -> None:
        self.user_clicked.emit()

    def _page(self) -> None:
        button = self.sender()
        if button is not None:
            self.page_chosen.emit(str(button.property("page")))

    def resizeEvent(self, _event: object) -> None:
        """Place the keys."""
        self._place()

    def _clock_width(self) -> float:
        return text_width(self._theme.font(26, Weight.BOLD), "00:00:00") + self._theme.px(22)

    def _place(self) -> None:
        px = self._theme.px
        wide = self.user_button.sizeHint().width()
        tall = px(48)
        top = (self.height() - tall) // 2
        right = int(self.width() - self._clock_width())
        self.user_button.setGeometry(right - wide, top, wide, tall)
        self._name_pages(right - wide - px(12))
        pages = self._pages.sizeHint().width()
        self._pages.setGeometry(right - wide - px(12) - pages, top, pages, tall)

    def _name_pages(self, room: float) -> None:
        """Name the pages; where that would cut who the patient is, the others keep only their icons."""
        theme, view = self._theme, self._view
        said = text_width(theme.font(24, Weight.BOLD), view.room) + text_width(
            theme.font(21, Weight.SEMIBOLD), view.patient
        )
        said += text_width(theme.font(19, Weight.MEDIUM), view.identifiers) + self._status_width()
        said += theme.px(90) + (theme.px(120) if view.training else 0)
        for short in (False, True):
            for name, button in self.page_buttons.items():
                text = "" if short and not button.isChecked() else name
                if button.text() != text:
                    button.setText(text)
            self._pages_row.activate()
            if said + self._pages.sizeHint().width() <= room:
                break

    def _status_width(self) -> float:
        theme, view = self._theme, self._view
        small, strong = theme.font(17, Weight.MEDIUM), theme.font(17, Weight.BOLD)
        wide = text_width(small, view.waiting) + text_width(small, view.recording) + theme.px(62)
        if view.sound_lost:
            wide += text_width(strong, "NO SOUND") + theme.px(48)
        if view.posture:
            wide += text_width(theme.font(15, Weight.BOLD), f"interlocks {view.posture}") + theme.px(70)
        return wide

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the texts."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, view = self._theme, self._theme.palette, self._view
            rect = QRectF(self.rect())
            clock = rect.adjusted(0, 0, -theme.px(4), 0)
            draw_text(painter, clock, RIGHT | MIDDLE, view.clock, theme.font(26, Weight.BOLD), p.text)
            right = float(self._pages.x() - theme.px(20))
            right -= self._status(painter, rect, right)
            x = rect.left() + theme.px(8)
            x += draw_text(
                painter,
                rect.adjusted(x, 0, 0, 0),
                LEFT | MIDDLE,
                view.room,
                theme.font(24, Weight.BOLD),
                p.text,
            )
            x += theme.px(26)
            if view.training:
                x += self._tag(painter, x, rect, "TRAINING") + theme.px(16)
            name_font = theme.font(21, Weight.SEMIBOLD)
            room = right - x
            name_w = min(text_width(name_font, view.patient), room * 0.5)
            name = QRectF(x, 0, name_w + 1, rect.height())
            x += draw_text(painter, name, LEFT | MIDDLE, view.patient, name_font, p.text) + theme.px(18)
            rest = QRectF(x, 0, max(1.0, right - x), rect.height())
            draw_text(painter, rest, LEFT | MIDDLE, view.identifiers, theme.font(19, Weight.MEDIUM), p.muted)

    def _tag(self, painter: QPainter, x: float, rect: QRectF, text: str) -> float:
        theme, p = self._theme, self._theme.palette
        font = theme.font(14, Weight.BOLD)
        wide = text_width(font, text) + theme.px(18)
        box = QRectF(x, rect.center().y() - theme.px(14), wide, theme.px(28))
        draw_panel(painter, box, p.raised, theme.px(6), p.accent, 1)
        draw_text(painter, box.adjusted(theme.px(9), 0, 0, 0), LEFT | MIDDLE, text, font, p.accent)
        return wide

    def _status(self, painter: QPainter, rect: QRectF, right: float) -> float:
        """Recording, archive and sound, from right to left; returns the width they took."""
        theme, p, view = self._theme, self._theme.palette, self._view
        small, strong = theme.font(17, Weight.MEDIUM), theme.font(17, Weight.BOLD)
        start = right
        if view.sound_lost:
            size = theme.px(24)
            icon = theme.pixmap("bell_off", p.text, size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(right - size, rect.center().y() - size / 2), icon)
            right -= size + theme.px(4)
            text = "NO SOUND"
            wide = text_width(strong, text)
            draw_text(
                painter, QRectF(right - wide, 0, wide + 1, rect.height()), LEFT | MIDDLE, text, strong, p.text
            )
            right -= wide + theme.px(20)
        right -= self._posture(painter, rect, right)
        wide = text_width(small, view.waiting)
        draw_text(
            painter,
            QRectF(right - wide, 0, wide + 1, rect.height()),
            LEFT | MIDDLE,
            view.waiting,
            small,
            p.muted,
        )
        right -= wide + theme.px(22)
        font = small if view.recording_ok else strong
        wide = text_width(font, view.recording)
        ink = p.muted if view.recording_ok else p.text
        draw_text(
            painter,
            QRectF(right - wide, 0, wide + 1, rect.height()),
            LEFT | MIDDLE,
            view.recording,
            font,
            ink,
        )
        right -= wide + theme.px(14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(p.good if view.recording_ok else p.faint))
        painter.drawEllipse(QPointF(right, rect.center().y()), theme.px(6), theme.px(6))
        return start - right + theme.px(26)

    def _posture(self, painter: QPainter, rect: QRectF, right: float) -> float:
        """Whether the room would pause the infusion: a shield and a word in a frame; returns its width."""
        theme, p, state = self._theme, self._theme.palette, self._view.posture
        if not state:
            self.posture_box = QRectF()
            return 0.0
        degraded, armed = state == "degraded", state == "armed"
        font = theme.font(15, Weight.BOLD if degraded else Weight.SEMIBOLD)
        text = f"interlocks {state}"
        size = theme.px(20)
        wide = text_width(font, text) + size + theme.px(28)
        box = QRectF(right - wide, rect.center().y() - theme.px(18), wide, theme.px(36))
        self.posture_box = box
        line = p.text if degraded else p.good if armed else p.line
        draw_panel(painter, box, p.ground, theme.px(9), line, theme.px(2) if degraded else 1.2)
        ink = p.text if degraded else p.good if armed else p.muted
        icon = theme.pixmap("warning" if degraded else "shield", ink, size, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(box.left() + theme.px(9), box.center().y() - size / 2), icon)
        words = box.adjusted(size + theme.px(16), 0, -theme.px(6), 0)
        draw_text(painter, words, LEFT | MIDDLE, text, font, p.text if state != "off" else p.muted)
        return wide + theme.px(20)


def _widths(view: TopBar) -> tuple[object, ...]:
    """What decides how much room the words take."""
    return (
        view.room, view.patient, view.identifiers, view.user, view.signed_in, view.training,
        view.waiting, view.recording, view.sound_lost, view.posture,
    )  # fmt: skip
