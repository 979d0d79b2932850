"""The tables brought to the form that this release knows, at its start, by whichever process comes first."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, inspect, select, table, text
from sqlalchemy.engine import Connection

from register.errors import RegisterUnusable

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "register_version"
NEWEST: Final = "0001"
"""The migration after which the tables are as `register.tables` has them."""
_LOCK: Final = 0x5649505245470001
"""The key of PostgreSQL's advisory lock for this: any number that nobody else takes."""


def config(connection: Connection | None = None) -> "Config":
    """Alembic's own configuration: where the migrations are, and what they are applied to."""
    from alembic.config import Config  # whoever only reads never needs it, and it takes a while to load

    found = Config(attributes={"connection": connection})
    found.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return found


def is_current(connection: Connection) -> bool:
    return _revision(connection) == NEWEST


def migrate(connection: Connection, revision: str = "head") -> None:
    """Within the transaction of `connection`; others wait. Raises `RegisterUnusable` for tables of a later release."""
    from alembic import command
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    try:
        command.upgrade(config(connection), revision)
    except CommandError:
        known = _revision(connection)
        raise RegisterUnusable(f"the register is of a later release than this one: {known}") from None


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
