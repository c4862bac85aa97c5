"""The technician's bench: devices, tests, pump accuracy, the wire, the workstation, what is due."""
