"""Run by Alembic: applies migrations over the connection that it is given (`register.migrating`)."""

from alembic import context

from register.migrating import VERSION_TABLE
from register.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
