"""One update, and its answer as a person reads it."""

from collections.abc import Callable

from gateway.cli import showing
from gateway.cli.asking import Answer, Doing, change


def update_customer(
    vip_number: str, name: str, body: Answer, doing: Doing, show: Callable[[Answer], None] = showing.customer
) -> None:
    change(doing, body, lambda gateway, said, key: gateway.update_customer(vip_number, name, said, key), show)


def update_authorization(authorization_number: str, name: str, body: Answer, doing: Doing) -> None:
    change(
        doing,
        body,
        lambda gateway, said, key: gateway.update_authorization(authorization_number, name, said, key),
        showing.authorization,
    )
