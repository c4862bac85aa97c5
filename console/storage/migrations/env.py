"""Alembic's entry: runs the revisions on the connection it is handed, in that connection's transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection


def _run(connection: Connection) -> None:
    context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
