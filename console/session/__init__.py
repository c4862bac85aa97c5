"""The session machine: a session is a list of events, and everything else is a view of it."""
