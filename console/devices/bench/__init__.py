"""The technician's bench: what a device on a port is put through, without a patient."""
