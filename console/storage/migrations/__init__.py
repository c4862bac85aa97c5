"""The record's schema, one frozen revision a file; run by :mod:`console.storage.migrate` alone."""
