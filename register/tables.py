"""The register's tables. What a list shows is kept as it was told, beside what it is found and sorted by.

Text is compared byte by byte in both databases, so that both sort alike and by what `register.words` makes of a name.
"""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, Table, Text, text

METADATA: Final = MetaData()
WORD: Final = Text().with_variant(Text(collation="C"), "postgresql")
EVERYBODY: Final = ""
"""Stands for all account managers together among the tallies."""

CUSTOMERS: Final = Table(
    "customers",
    METADATA,
    Column("vip_number", WORD, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("managed_by", WORD, nullable=False),
    # Membership, segment and lists in one word: customers of one cell are the same to every filter but the manager's.
    Column("cell", WORD, nullable=False),
    Column("external_id", WORD),
    Column("sort_name", WORD, nullable=False),
    # Empty if there is none.
    Column("sort_anniversary", WORD, nullable=False),
    Column("sort_event", WORD, nullable=False),
    Column("row", JSON, nullable=False),
    Index("customers_external_id", "external_id"),
    *(
        Index(f"customers_{scope}{key}", *columns, f"sort_{key}", "vip_number")
        for key in ("name", "anniversary", "event")
        for scope, columns in (("", ()), ("cell_", ("cell",)), ("manager_", ("managed_by", "cell")))
    ),
)
TALLIES: Final = Table(
    "tallies",
    METADATA,
    Column("managed_by", WORD, primary_key=True),
    Column("cell", WORD, primary_key=True),
    Column("customers", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
AUTHORIZATIONS: Final = Table(
    "authorizations",
    METADATA,
    Column("authorization_number", WORD, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("vip_number", WORD, nullable=False),
    Column("state", WORD, nullable=False),
    Column("row", JSON, nullable=False),
    Index("authorizations_vip_number", "vip_number"),
    Index("authorizations_state", "state", "vip_number"),
)
WORDS: Final = Table(
    "words",
    METADATA,
    Column("vip_number", WORD, primary_key=True),
    Column("word", WORD, primary_key=True),
    # The case that told the word: the customer's own, or an authorization's.
    Column("number", WORD, primary_key=True),
    Index("words_word", "word", "vip_number"),
    sqlite_with_rowid=False,
)
_LETTER = text("kind = 'letter'")
JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("number", WORD, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("vip_number", WORD, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("processed_at", WORD, nullable=False),
    Column("outcome", WORD),
    Column("entry", JSON, nullable=False),
    *(
        Index(f"journal_{name}", *columns, "processed_at", "number", sqlite_where=_LETTER, postgresql_where=_LETTER)
        for name, columns in (("letters", ()), ("outcomes", ("outcome",)))
    ),
)
