"""What an enhanced status code of the mail world (RFC 3463) blames: the recipient's address, or something else."""

_OF_THE_ADDRESS = ("0", "1", "2", "4")
"""Subjects: not said, address, mailbox, network and routing."""
_OF_THE_SENDER = ("7", "8")
"""Details of the address subject that speak of the sender's address."""


def blames_the_address(status: str | None) -> bool:
    """Whether a refusal for good says that this address takes no mail. What the refusing server holds against the
    message, the sender or itself blames no recipient; a full mailbox is emptied some day."""
    if status is None:
        return True
    _, subject, detail = status.split(".")
    if subject == "1":
        return detail not in _OF_THE_SENDER
    return subject in _OF_THE_ADDRESS and (subject, detail) != ("2", "2")
