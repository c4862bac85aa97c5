"""Pure clinical knowledge. Every figure cites its source; nothing here does I/O or reads a clock."""
