"""What can be wrong with the register, and with what it is asked."""


class RegisterUnusable(Exception):
    """The register cannot be opened. The message is one line for the person who starts the program."""


class RegisterAway(RegisterUnusable):
    """The database does not answer, or not in time. Nothing is lost: ask, or put, again later."""


class WantedWrong(Exception):
    """A list was asked for with a value that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
