"""The columns of both import files: what each is called, where it stands in a body, and what would be right in it."""

from typing import Literal, NamedTuple

Path = tuple[str | int, ...]
"""Where a value stands in the body of an invitation."""

_DAY = "a day such as 2027-03-01 (or say how days are written: --dates dmy), or an instant with its zone"
_NAME = "up to 80 characters on one line"
_EMAIL = "an e-mail address such as mette@example.com"
_REFERENCE = "1 to 64 letters, digits and ._:-"
_REASON = "up to 250 characters on one line"
_LANGUAGE = "a language tag such as en, da or nl-BE"
_NUMBER_HINT = "a spreadsheet may have made a number of it, so format the column as text"
_CUSTOM = "a custom anniversary date; empty for 12 months from the first order"
_READERS = "contact, account_manager, or both separated by ;"


Reads = Literal["text", "word", "words", "upper", "day", "days"]
"""What stands in a cell; `words` and `days` are several, separated by semicolons."""


class Column(NamedTuple):
    """One column: its name, what would be right, whether a file must have it, and how and where it is told."""

    name: str
    right: str
    required: bool = False
    path: Path = ()
    reads: Reads = "text"


CUSTOMERS = (
    Column("vip_number", f"20 upper-case letters and digits; {_NUMBER_HINT}"),
    Column("external_id", _REFERENCE, path=("external_id",)),
    Column("organization", _NAME, True, ("organization",)),
    Column("market_segment", "commercial, government or education", True, ("market_segment",), "word"),
    Column("offer_types", "team, enterprise, or both separated by ;", True, ("offer_types",), "words"),
    Column("region", "a country by its two letters, such as DK", True, ("region",), "upper"),
    Column("address", _REASON, True, ("address",)),
    Column("postal_code", "up to 40 characters", True, ("postal_code",)),
    Column("contact_name", _NAME, True, ("contact", "name")),
    Column("contact_email", _EMAIL, True, ("contact", "email")),
    Column("account_manager_id", _REFERENCE, True, ("account_manager", "id")),
    Column("account_manager_name", _NAME, True, ("account_manager", "name")),
    Column("account_manager_email", _EMAIL, True, ("account_manager", "email")),
    Column("account_manager_language", _LANGUAGE, path=("account_manager", "language")),
    Column("language", _LANGUAGE, path=("language",)),
    Column("anniversary_date", _CUSTOM, path=("anniversary_date",), reads="day"),
    Column("invited_on", _DAY, path=("history", "invited_on"), reads="day"),
    Column("resent_on", f"{_DAY}; several separated by ;", path=("history", "resent_on"), reads="days"),
    Column("handed_over_on", f"{_DAY}; several separated by ;", path=("history", "handed_over_on"), reads="days"),
    Column("accepted_on", _DAY, path=("history", "accepted_on"), reads="day"),
    Column("accepted_told_on", _DAY, path=("history", "accepted_told_on"), reads="day"),
    Column("accepted_by", _NAME, path=("history", "accepted_by", "name")),
    Column("accepted_identity", "up to 250 characters", path=("history", "accepted_by", "identity")),
    Column("terms_version", _REFERENCE, path=("history", "terms_version")),
    Column("withdrawn_on", _DAY, path=("history", "withdrawn_on"), reads="day"),
    Column("withdrawal_reason", _REASON, path=("history", "withdrawal_reason")),
    Column("undelivered_to", _READERS, path=("history", "undelivered_to"), reads="words"),
    Column("letters_stopped", _READERS, path=("history", "letters_stopped"), reads="words"),
    Column("actor", "up to 250 characters", path=("actor",)),
)

OF_CUSTOMER = {column.path: column.name for column in CUSTOMERS if column.path}
"""Where what stands in a body was told."""

DEEDS = (
    *("cancel", "extend", "write_off", "deactivate", "request_return", "confirm_return", "decline_return"),
    "write_off_lost",
)
WARNED, UNDELIVERED, RENEWED, DECLINED = "warned", "undelivered", "place_renewal_order", "decline_renewal"
EVENTS = (*DEEDS, WARNED, UNDELIVERED, RENEWED, DECLINED)

AUTHORIZATIONS = (
    Column("vip_number", "the VIP number of a customer of these files"),
    Column("external_id", "the external ID of a customer of these files"),
    Column("authorization_number", f"20 upper-case hexadecimal digits; {_NUMBER_HINT}"),
    Column("event", f"empty for what was bought, or one of {', '.join(EVENTS)}"),
    Column("event_on", _DAY),
    Column("requested_on", f"{_DAY}; empty for a direct order"),
    Column("requested_by", "account_manager or member"),
    Column("product", "the ID of a product, such as photoshop-team", True),
    Column("quantity", "a whole number from 1 on", True),
    Column("purchase_order", "up to 64 characters"),
    Column("order_reference", _REFERENCE),
    Column("ordered_on", _DAY),
    Column("ordered_told_on", _DAY),
    Column("days", "whole days, from 1 on"),
    Column("reason", _REASON),
    Column("undelivered_to", _READERS),
)

RIGHT = {
    "customers": {column.name: column.right for column in CUSTOMERS},
    "authorizations": {column.name: column.right for column in AUTHORIZATIONS},
}
