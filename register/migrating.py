"""The tables brought to the form that this release knows, at its start, by whichever process comes first."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection

from register.errors import RegisterUnusable

FOLDER: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "register_version"
_LOCK: Final = 0x5649505245470001
"""The key of PostgreSQL's advisory lock for this: any number that nobody else takes."""


def config(connection: Connection | None = None) -> Config:
    """Alembic's own configuration: where the migrations are, and what they are applied to."""
    found = Config(attributes={"connection": connection})
    found.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return found


def is_current(connection: Connection) -> bool:
    return _revision(connection) == ScriptDirectory.from_config(config()).get_current_head()


def migrate(connection: Connection, revision: str = "head") -> None:
    """Within the transaction of `connection`; others wait. Raises `RegisterUnusable` for tables of a later release."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    try:
        command.upgrade(config(connection), revision)
    except CommandError:
        known = _revision(connection)
        raise RegisterUnusable(f"the register is of a later release than this one: {known}") from None


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
