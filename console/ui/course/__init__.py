"""The pages around the infusion: a person's course, today's list, questionnaires, the drug log, lessons.

Light and printable, read from the record by read-only queries; whatever is entered is asked of the room.
"""
