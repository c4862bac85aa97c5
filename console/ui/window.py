"""The window: top bar, alarm strip, pages, and STOP with Pause in the same corner of every page."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.session.state import IN_TREATMENT, Phase
from console.session.unattended import abandoned_words
from console.ui.bedside.live_page import BedsidePage
from console.ui.bridge import Bridge
from console.ui.presence import Presence
from console.ui.rescaling import rescalable
from console.ui.theme import Theme, scale_for
from console.ui.viewmodels.glass import glassed
from console.ui.viewmodels.live import Window, live_view
from console.ui.viewmodels.live_deeds import Deed
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_shapes import LiveView
from console.ui.widgets.alarm_list import AlarmList
from console.ui.widgets.alarm_strip import AlarmBar
from console.ui.widgets.blink import blink_at
from console.ui.widgets.event_row import EventRow, TouchKey, care_of_digit
from console.ui.widgets.overlays import LostCover, Watermark
from console.ui.widgets.proposal_banner import ProposalBanner
from console.ui.widgets.status_line import StatusLine
from console.ui.widgets.stop_button import StopButton
from console.ui.widgets.top_bar import TopBarWidget

BEDSIDE = "Bedside"
REFRESH_S, CALM_REFRESH_S = 0.1, 0.2
"""Seconds between two views while something may flash or is being waited for, and while all is calm."""
NOTICE_S = 6.0
AWAITED_S = 10.0
"""Seconds a room may take to come up before its silence is shown as a fault."""
TOUCH_APART_S = 0.4
"""A touch on another alarm so soon after the last one is the same finger (site default)."""
SIGN_OUT_S = 4.0
STOP_KEY = "F12"


class MainWindow(QMainWindow):
    """The shell. It shows and asks; it decides nothing."""

    def __init__(self, bridge: Bridge, reference: LiveReference, theme: Theme | None = None) -> None:
        super().__init__()
        self._bridge, self._reference = bridge, reference
        self.theme = theme or Theme()
        self._view: LiveView | None = None
        self._pages: dict[str, QWidget] = {}
        self._refreshed_s = -REFRESH_S
        self._notice_s: float | None = None
        self._sign_out_s: float | None = None
        self._acknowledged: tuple[str, float] = ("", -TOUCH_APART_S)
        self._dirty = True
        self._handed_over = False
        self._asked: set[str] = set()
        self.setWindowTitle("Infusion-room console")
        self.setMinimumSize(QSize(1024, 640))
        self._build()
        self.add_page(BEDSIDE, "bedside", self.bedside)
        self._wire()
        self.apply_scale(force=True)
        self.show_page(BEDSIDE)

    # --- pages ------------------------------------------------------------------------------------

    def add_page(self, name: str, icon: str, widget: QWidget) -> None:
        """Register a page; ``icon`` is the name of a file in ``resources/icons`` without its suffix."""
        self._pages[name] = widget
        self._stack.addWidget(widget)
        self.top.add_page(name, icon)

    def show_page(self, name: str) -> None:
        """Show a page. STOP and Pause stay where they are; a screen in a patient's hands stays as it is."""
        if self._handed_over:
            return
        self._stack.setCurrentWidget(self._pages[name])
        self.top.choose(name)
        self._left_stack.setCurrentWidget(self.events if name == BEDSIDE else self.status)
        self._place()
        self._dirty = True

    def hand_over(self, away: bool) -> None:
        """Give the screen to the patient, or take it back: alarms and STOP stay, everything else goes."""
        self._handed_over = away
        for widget in (self.top, self._left_stack, self.pause_key):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(widget is not self.top)
            widget.setSizePolicy(policy)  # STOP keeps its corner
            widget.setVisible(not away)
        self._mark()
        self.notice.hide()
        self.alarm_list.hide()

    @property
    def page(self) -> str:
        """Name of the page shown."""
        current = self._stack.currentWidget()
        return next(name for name, widget in self._pages.items() if widget is current)

    @property
    def view(self) -> LiveView | None:
        """What is shown now."""
        return self._view

    # --- building ---------------------------------------------------------------------------------

    def _build(self) -> None:
        theme = self.theme
        self._ground = QWidget(self)
        self._ground.setObjectName("window")
        self._upper = QWidget(self._ground)
        self.top = TopBarWidget(theme, self._upper)
        self.alarms = AlarmBar(theme, self._upper)
        self._stack = QStackedWidget(self._upper)
        self.bedside = BedsidePage(theme, self._bridge, self._reference)
        self._upper_column = QVBoxLayout(self._upper)
        self._upper_column.setContentsMargins(0, 0, 0, 0)
        self._upper_column.addWidget(self.top)
        self._upper_column.addWidget(self.alarms)
        self._upper_column.addWidget(self._stack, 1)
        self._bottom = QWidget(self._ground)
        self.events = EventRow(theme, self._bottom)
        self.status = StatusLine(theme, self._bottom)
        self._left_stack = QStackedWidget(self._bottom)
        self._left_stack.addWidget(self.events)
        self._left_stack.addWidget(self.status)
        self.pause_key = TouchKey(theme, "Pause", "pause", parent=self._bottom)
        self.stop_key = StopButton(theme, self._bottom)
        self._bottom_row = QHBoxLayout(self._bottom)
        self._bottom_row.setContentsMargins(0, 0, 0, 0)
        self._bottom_row.addWidget(self._left_stack, 1)
        self._bottom_row.addWidget(self.pause_key)
        self._bottom_row.addWidget(self.stop_key)
        self._column = QVBoxLayout(self._ground)
        self._column.addWidget(self._upper, 1)
        self._column.addWidget(self._bottom)
        self.setCentralWidget(self._ground)
        self.alarm_list = AlarmList(theme, self._upper)
        self.proposal = ProposalBanner(theme, self._upper)
        self.notice = QLabel("", self._upper)
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.notice.hide()
        self.lost = LostCover(theme, self._upper)
        self.watermark = Watermark(theme, self._ground)

    def _wire(self) -> None:
        bridge = self._bridge
        self.presence = Presence(bridge, self)
        glass = self.bedside.glass
        glass.sign_in.connect(self._user)
        glass.emergency.connect(self._emergency)
        bridge.ticked.connect(self._tick)
        bridge.state_changed.connect(self._mark)
        bridge.greeted.connect(self._mark)
        bridge.connection_changed.connect(self._connection)
        bridge.answered.connect(self._answered)
        self.top.page_chosen.connect(self.show_page)
        self.top.user_clicked.connect(self._user)
        self.top.posture_clicked.connect(self._posture)
        self.alarms.acknowledge.connect(self._acknowledge)
        self.alarms.pause_sound.connect(self._pause_sound)
        self.alarms.resume_sound.connect(self._resume_sound)
        self.alarms.list_wanted.connect(self._toggle_list)
        self.alarm_list.acknowledge.connect(self._acknowledge)
        about = self.bedside.alarm_asks
        self.alarms.deed_wanted.connect(self._deed)
        self.alarms.log_wanted.connect(self._log)
        self.alarms.limits_wanted.connect(self._limits)
        self.proposal.cancelled.connect(about.cancel_proposal)
        self.proposal.pause_now.connect(self.bedside.asks.pause)
        about.notice.connect(self.show_notice)
        self.events.noted.connect(self.bedside.asks.note_care)
        self.pause_key.pressed.connect(self.bedside.asks.pause)
        self.stop_key.pressed.connect(self._stop)
        self.bedside.asks.notice.connect(self.show_notice)
        self._stop_shortcut = QShortcut(QKeySequence(STOP_KEY), self)
        self._stop_shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        self._stop_shortcut.setAutoRepeat(False)
        self._stop_shortcut.activated.connect(self._stop)

    # --- refreshing -------------------------------------------------------------------------------

    def _mark(self) -> None:
        self._dirty = True

    def _connection(self, _connected: bool) -> None:
        self.refresh()

    def _tick(self, _dt_s: float) -> None:
        view, bridge = self._view, self._bridge
        calm = view is not None and not view.alarms.lines and bridge.stop_pressed_at is None
        every_s = CALM_REFRESH_S if calm and bridge.connected else REFRESH_S
        if self._dirty or bridge.real_s - self._refreshed_s >= every_s - 0.004:
            self.refresh()

    def refresh(self) -> None:
        """Compute the view once and hand it to every widget."""
        bridge = self._bridge
        real_s = bridge.real_s
        self._refreshed_s, self._dirty = real_s, False
        hello = bridge.hello
        simulated = hello is not None and hello.simulated
        room = self._reference.site.room_name if hello is None else hello.room_name
        window = Window(room, simulated, bridge.stop_pressed_at, bridge.stop_unheard)
        view = live_view(bridge.state, bridge.live, bridge.now(), self._reference, window)
        if self.presence.locked:
            view = glassed(view)
            if self.page != BEDSIDE:
                self.show_page(BEDSIDE)
        self._view = view
        for name, button in self.top.page_buttons.items():
            button.setEnabled(name == BEDSIDE or not view.glass)
        blink = blink_at(real_s)
        self.top.set_view(view.top)
        self.alarms.set_strip(view.alarms, blink)
        self.alarms.setVisible(bool(view.alarms.lines) or not self._handed_over)
        self.alarm_list.set_lines(view.alarms.lines)
        self._show_proposal(view)
        self.bedside.set_view(view, blink)
        self.status.set_view(view, blink)
        self.stop_key.set_face(view.stop, blink)
        self._show_pause(view)
        open_session = view.phase not in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED, Phase.DISCHARGED}
        noting = open_session and not view.glass and bridge.connected and not bridge.read_only
        self.events.setEnabled(noting)
        self.watermark.setVisible(simulated)
        self.lost.setVisible(not bridge.connected)
        if not bridge.connected:
            quiet = not bridge.farewell and bridge.stop_pressed_at is None
            awaited = hello is None and quiet and bridge.lost_s < AWAITED_S
            pump = abandoned_words(bridge.state, self._reference.site)
            self.lost.set_lost(bridge.lost_s, bridge.farewell, lit=blink.fast, awaited=awaited, pump=pump)
            self.lost.raise_()
        self._expire(real_s)

    def _show_pause(self, view: LiveView) -> None:
        usable = self._bridge.connected and not self._bridge.read_only
        self.pause_key.setEnabled(view.pump.can_pause and usable)
        self.pause_key.set_text("Paused" if view.phase is Phase.PAUSED else "Pause")

    def _show_proposal(self, view: LiveView) -> None:
        before = self.proposal.face
        usable = self._bridge.connected and not self._bridge.read_only
        self.proposal.set_face(view.proposal, usable=usable)
        if before is None and view.proposal is not None:
            self.alarm_list.hide()
            self._place()

    def _expire(self, real_s: float) -> None:
        if self._notice_s is not None and real_s - self._notice_s > NOTICE_S:
            self._notice_s = None
            self.notice.hide()
        if self._sign_out_s is not None and real_s - self._sign_out_s > SIGN_OUT_S:
            self._sign_out_s = None
            self.top.ask_sign_out(asking=False)

    # --- asking -----------------------------------------------------------------------------------

    def _stop(self) -> None:
        self._bridge.stop()
        self.refresh()

    def _ask(self, intent: ask.PersonIntent) -> None:
        self._asked.add(self._bridge.ask(intent))

    def _answered(self, answer: object) -> None:
        """Say what the room answered to a key of the shell; panels show their own answers."""
        if isinstance(answer, Answer) and answer.request_id in self._asked:
            self._asked.discard(answer.request_id)
            if answer.sentences:
                self.show_notice(" ".join(answer.sentences))

    def _acknowledge(self, alarm_id: str) -> None:
        """Acknowledge one alarm; the second touch of a double one does not reach the next that moved up."""
        last_id, at_s = self._acknowledged
        if alarm_id != last_id and self._bridge.real_s - at_s < TOUCH_APART_S:
            return
        self._acknowledged = (alarm_id, self._bridge.real_s)
        self._ask(ask.Acknowledge(alarm_id))

    def _pause_sound(self) -> None:
        self._ask(ask.PauseAudio())

    def _resume_sound(self) -> None:
        self._ask(ask.ResumeAudio())

    def _posture(self) -> None:
        if self._view is not None and self._view.top.posture_words:
            self.show_notice(self._view.top.posture_words)

    def _deed(self, deed: object) -> None:
        if deed is not Deed.PRESENCE:
            self.show_page(BEDSIDE)
        self.bedside.alarm_asks.do(deed)

    def _log(self) -> None:
        self.show_page(BEDSIDE)
        self.bedside.alarm_asks.toggle_log()

    def _limits(self) -> None:
        self.show_page(BEDSIDE)
        self.bedside.alarm_asks.toggle_limits()

    def _toggle_list(self) -> None:
        self.alarm_list.setVisible(not self.alarm_list.isVisible())
        self._place()
        self.alarm_list.raise_()

    def _emergency(self) -> None:
        self._ask(ask.BreakGlass())

    def _user(self) -> None:
        state = self._bridge.state
        if state.user is None or self.presence.locked or state.phase in IN_TREATMENT:
            self.show_page(BEDSIDE)
            self.bedside.want_sign_in()
            self.refresh()
        elif self._sign_out_s is None:
            self._sign_out_s = self._bridge.real_s
            self.top.ask_sign_out(asking=True)
        else:
            self._sign_out_s = None
            self.top.ask_sign_out(asking=False)
            self._ask(ask.SignOut())

    def show_notice(self, sentence: str) -> None:
        """Show a sentence for a few seconds above the bottom row."""
        self.notice.setText(sentence)
        self._notice_s = self._bridge.real_s
        self._place()
        self.notice.show()
        self.notice.raise_()

    # --- keys and geometry ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits note one-touch events on the bedside page; space and enter do nothing here."""
        care = care_of_digit(event.key() - Qt.Key.Key_0)
        wanted = self.page == BEDSIDE and self.events.isEnabled() and self.bedside.takes_digits
        if care is not None and wanted and not event.isAutoRepeat():
            self.bedside.asks.note_care(care)
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the window's size with every font and gap."""
        super().resizeEvent(event)
        self.apply_scale()

    def apply_scale(self, *, force: bool = False) -> None:
        """Set sizes for the present window size."""
        scale = scale_for(self.width(), self.height())
        if force or abs(scale - self.theme.scale) > 0.004:
            self.theme.scale = scale
            px = self.theme.px
            p = self.theme.palette
            self.setStyleSheet(
                self.theme.stylesheet()
                + f"QLabel#notice {{ background: {p.raised}; border: 1px solid {p.muted};"
                f" border-radius: {px(10)}px; padding: {px(10)}px {px(18)}px; font-size: {px(20)}px;"
                f" font-weight: 600; }}"
            )
            self._column.setContentsMargins(px(20), px(8), px(20), px(18))
            self._column.setSpacing(px(14))
            self._upper_column.setSpacing(px(12))
            self._bottom.setFixedHeight(px(118))
            self._bottom_row.setSpacing(px(16))
            self.pause_key.setFixedWidth(px(190))
            self.stop_key.setFixedWidth(px(388))
            for widget in rescalable(self._ground):
                widget.rescale()
        self._place()

    def _place(self) -> None:
        px = self.theme.px
        wide = min(self._upper.width(), px(1100))
        self.alarm_list.setGeometry(
            0, self.alarms.geometry().bottom() + px(6), wide, self.alarm_list.height()
        )
        left = self.bedside.left_width if self.page == BEDSIDE else self._upper.width()
        top = self.alarms.geometry().bottom() + px(6)
        self.proposal.setGeometry(0, top, max(left, px(1000)), self.proposal.tall)
        self.notice.setMaximumWidth(wide)
        self.notice.adjustSize()
        self.notice.move(0, self._upper.height() - self.notice.height())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window silences nothing: the room goes on."""
        self._bridge.close()
        super().closeEvent(event)
