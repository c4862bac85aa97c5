"""Devices on serial ports: one owner per port, one plain class per device, byte-level virtual twins."""
