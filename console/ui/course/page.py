"""The page around the infusion: a rail of sections at the left, the person on top, one section shown."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.course.events import CLINIC
from console.session.events import CourseChanged, Entry
from console.session.people import Role
from console.session.site import Site
from console.ui.bridge import Bridge
from console.ui.course.desk import CourseDesk
from console.ui.course.look import course_sheet
from console.ui.course.parts import button, label
from console.ui.theme import LIGHT, Theme
from console.ui.viewmodels.course_record import identifiers

RAIL_PX: Final = 214
NEWS_MS: Final = 300
"""Several lines written one after the other are read once."""


class Section(Protocol):
    """What a section can do."""

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        ...

    def refresh(self) -> None:
        """Show the person chosen, as the record has it now."""
        ...


CARE: Final = frozenset({Role.NURSE, Role.PHYSICIAN})
EVERYBODY: Final = frozenset(Role)


class CoursePage(QWidget):
    """The page. Who is signed in decides which sections can be opened; nobody sees courses unnamed."""

    def __init__(self, theme: Theme, bridge: Bridge, site: Site, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("course")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_theme, self._bridge = theme, bridge
        self.theme = Theme(LIGHT, theme.scale)
        self.desk = CourseDesk(self.theme, bridge, site, self)
        self._sections: dict[str, Section] = {}
        self._roles: dict[str, frozenset[Role]] = {}
        self._personal: set[str] = set()
        self.keys: dict[str, QPushButton] = {}
        self._cover: QWidget | None = None
        self._group = QButtonGroup(self)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(NEWS_MS)
        self._build()
        self.desk.changed.connect(self._show_person)
        self.desk.said.connect(self._say)
        self._news_seq = 0
        self._news.timeout.connect(self._read_news)
        bridge.greeted.connect(self._greeted)
        bridge.state_changed.connect(self._follow_role)
        bridge.committed.connect(self._committed)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.desk.close_record)
        self.rescale()
        self._greeted()

    def _build(self) -> None:
        self._rail = QWidget(self)
        self._rail.setObjectName("rail")
        self._rail.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._keys = QVBoxLayout(self._rail)
        self._keys.addStretch(1)
        self.person = label("", "title", "person", wrap=False)
        self.facts = label("", "muted", "person_facts", wrap=False)
        self.answer = label("", "heed", "course_answer")
        self.answer.hide()
        self.nobody = label("Sign in as a nurse or a physician to see courses of treatment.", "title")
        self.nobody.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.nobody)
        self._head = QHBoxLayout()
        self._head.addWidget(self.person)
        self._head.addWidget(self.facts, 1)
        self._body = QWidget(self)
        self._main = QVBoxLayout(self._body)
        self._main.addLayout(self._head)
        self._main.addWidget(self.answer)
        self._main.addWidget(self._stack, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._rail)
        self._row.addWidget(self._body, 1)

    def add_section(
        self, title: str, section: Section, roles: frozenset[Role] = CARE, *, personal: bool = True
    ) -> None:
        """Add a section; ``personal`` ones need a person to be chosen."""
        name = title.lower().replace(" ", "_")
        key = button(title, f"section_{name}", "rail", lambda: self.show_section(title))
        key.setCheckable(True)
        self._group.addButton(key)
        self._keys.insertWidget(self._keys.count() - 1, key)
        self._sections[title], self._roles[title], self.keys[title] = section, roles, key
        if personal:
            self._personal.add(title)
        self._stack.addWidget(section.widget)
        self._follow_role()

    # --- what is shown ----------------------------------------------------------------------------

    @property
    def section(self) -> str:
        """Title of the section shown, empty while nobody may see any."""
        current = self._stack.currentWidget()
        return next((title for title, one in self._sections.items() if one.widget is current), "")

    def show_section(self, title: str) -> None:
        """Show a section that may be opened."""
        if not self.keys[title].isEnabled():
            return
        self.answer.hide()
        self._stack.setCurrentWidget(self._sections[title].widget)
        self.keys[title].setChecked(True)
        self._head_for(title)
        self._refresh()

    def open_person(self, patient_id: str, title: str) -> None:
        """Choose a person and show a section about them."""
        self.desk.choose(patient_id)
        self.show_section(title)

    def cover(self, widget: QWidget | None) -> None:
        """Show nothing but ``widget`` on the whole page; None brings the page back."""
        if self._cover is not None:
            self._row.removeWidget(self._cover)
            self._cover.hide()
            self._cover.deleteLater()
        self._cover = widget
        if widget is not None:
            self._row.addWidget(widget, 1)
            widget.show()
        for part in (self._rail, self._body):
            part.setVisible(widget is None)

    def _follow_role(self) -> None:
        role = self.desk.role
        chosen = self.desk.view is not None
        for title, key in self.keys.items():
            allowed = role is not None and role in self._roles[title]
            key.setVisible(allowed)
            key.setEnabled(allowed and (chosen or title not in self._personal))
        shown = self.section
        if shown and not self.keys[shown].isEnabled():
            self._stack.setCurrentWidget(self.nobody)
        if not self.section:
            usable = next((title for title, key in self.keys.items() if key.isEnabled()), "")
            self._head_for(usable)
            if usable:
                self.show_section(usable)

    def _head_for(self, title: str) -> None:
        view = self.desk.view
        personal = title in self._personal and view is not None
        self.person.setText(view.patient.full_name if view is not None and personal else title)
        self.facts.setText(identifiers(view.patient) if view is not None and personal else "")

    def _show_person(self) -> None:
        self._follow_role()
        self._head_for(self.section)
        self._refresh()

    def _refresh(self) -> None:
        section = self._sections.get(self.section)
        if self.isVisible() and section is not None:
            section.refresh()

    def _say(self, sentences: tuple[str, ...], refused: bool) -> None:
        self.answer.setText("\n".join(sentences))
        self.answer.setVisible(bool(sentences))
        self.answer.setProperty("role", "stop" if refused else "heed")
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)

    # --- the record -------------------------------------------------------------------------------

    def _greeted(self) -> None:
        hello = self._bridge.hello
        if hello is None:
            return
        path = Path(hello.record_path)
        if self.desk.path != path and path.is_file():
            self.desk.open_record(path)
        self._follow_role()

    def _committed(self, entry: object) -> None:
        """Somebody wrote about the person shown, or in the drug log, perhaps at another window."""
        if not isinstance(entry, Entry) or not isinstance(entry.event, CourseChanged):
            return
        view = self.desk.view
        about = {CLINIC, "" if view is None else view.patient.patient_id}
        if entry.event.patient_id in about and self.isVisible():
            self._news_seq = entry.seq
            self._news.start()

    def _read_news(self) -> None:
        """Read anew, unless it was read already: what somebody is typing would be gone."""
        if self._news_seq > self.desk.seen_seq:
            self.desk.reload()

    # --- geometry ---------------------------------------------------------------------------------

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._window_theme.px
        if self.theme.scale != self._window_theme.scale or not self.styleSheet():
            self.theme.scale = self._window_theme.scale
            self.setStyleSheet(course_sheet(self.theme))
        self._rail.setFixedWidth(px(RAIL_PX))
        self._keys.setContentsMargins(px(10), px(14), px(10), px(14))
        self._keys.setSpacing(px(4))
        self._main.setContentsMargins(px(18), px(12), px(18), px(10))
        self._main.setSpacing(px(10))
        self._head.setSpacing(px(16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size."""
        super().resizeEvent(event)
        self.rescale()

    def showEvent(self, event: QShowEvent) -> None:
        """Read anew what may have been written while another page was shown."""
        super().showEvent(event)
        self.desk.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was said is old when the page comes back."""
        super().hideEvent(event)
        self.answer.hide()
