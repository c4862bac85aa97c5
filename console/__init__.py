"""Infusion-room console: the bedside software of a ketamine clinic. Not a medical device."""

__version__ = "0.1.0"
