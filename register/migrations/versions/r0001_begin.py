"""The register begins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As it was then: a migration never looks at the tables of today.
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LETTER = sa.text("kind = 'letter'")


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("vip_number", WORD, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("managed_by", WORD, nullable=False),
        sa.Column("cell", WORD, nullable=False),
        sa.Column("external_id", WORD),
        sa.Column("sort_name", WORD, nullable=False),
        sa.Column("sort_anniversary", WORD, nullable=False),
        sa.Column("sort_event", WORD, nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
    )
    op.create_index("customers_external_id", "customers", ["external_id"])
    for key in ("name", "anniversary", "event"):
        for scope, columns in (("", []), ("cell_", ["cell"]), ("manager_", ["managed_by", "cell"])):
            op.create_index(f"customers_{scope}{key}", "customers", [*columns, f"sort_{key}", "vip_number"])
    op.create_table(
        "tallies",
        sa.Column("managed_by", WORD, primary_key=True),
        sa.Column("cell", WORD, primary_key=True),
        sa.Column("customers", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "authorizations",
        sa.Column("authorization_number", WORD, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("vip_number", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
    )
    op.create_index("authorizations_vip_number", "authorizations", ["vip_number"])
    op.create_index("authorizations_state", "authorizations", ["state", "vip_number"])
    op.create_table(
        "words",
        sa.Column("vip_number", WORD, primary_key=True),
        sa.Column("word", WORD, primary_key=True),
        sa.Column("number", WORD, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("words_word", "words", ["word", "vip_number"])
    op.create_table(
        "journal",
        sa.Column("number", WORD, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("vip_number", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("processed_at", WORD, nullable=False),
        sa.Column("outcome", WORD),
        sa.Column("entry", sa.JSON, nullable=False),
    )
    for name, columns in (("letters", []), ("outcomes", ["outcome"])):
        op.create_index(
            f"journal_{name}",
            "journal",
            [*columns, "processed_at", "number"],
            sqlite_where=LETTER,
            postgresql_where=LETTER,
        )
