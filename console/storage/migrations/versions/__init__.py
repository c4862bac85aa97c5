"""Revisions of the record's schema. A released one is never edited: add the next."""
