"""What a machine lacks for looking."""


class Missing(Exception):
    """A program of the system is not installed. `package` is its Debian package."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed.")
        self.package = package
