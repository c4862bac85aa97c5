"""A patient's course of treatment: a list of facts, and everything else is a view of it.

Pure: what was found before, planned, agreed, noticed and scored around the infusions. What happened in a
session reaches this package as plain :class:`console.course.sessions.SessionFact`.
"""
