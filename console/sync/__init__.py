"""The archive: what the record holds, sent once and in order to the clinic's PostgreSQL."""
