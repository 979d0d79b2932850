"""Operations on one purchase authorization."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from cases import messages
from gateway import answers
from gateway.client import Gateway
from gateway.http.answering import json
from gateway.http.callers import Role
from gateway.http.journals import journal_of
from gateway.http.operations import Asked, Handler, Operation

_ONE = "/v1/authorizations/{authorization_number}"
_RETURNS = ("not_ordered", "no_return_open")


async def _show(asked: Asked) -> Response:
    return json(await asked.gateway.authorization(asked.number))


def _change(method: Callable[..., Awaitable[Any]]) -> Handler:
    async def change(asked: Asked) -> Response:
        answer = await method(asked.gateway, asked.number, asked.body, asked.key)
        return json(answer, changed=answer["vip_number"])

    return change


AUTHORIZATIONS = (
    Operation(
        "authorization", "GET", _ONE, Role.READ, "An authorization with every date.", _show, answers.Authorization,
    ),
    Operation(
        "authorization_journal", "GET", f"{_ONE}/journal", Role.READ, "What happened to an authorization.",
        journal_of("authorization"), answers.Journal,
    ),
    Operation(
        "place_order", "POST", f"{_ONE}/orders", Role.TRIGGER, "An order was placed.",
        _change(Gateway.place_order), answers.Authorization,
        form=messages.PlaceOrder, keyed=True,
        refuses=(
            "nothing_open", "exceeds_open", "order_reference_conflict", "quantity_out_of_range",
            "happened_out_of_range",
        ),
    ),
    Operation(
        "cancel", "POST", f"{_ONE}/cancel", Role.MANAGE, "Cancel it while it is pending.",
        _change(Gateway.cancel), answers.Authorization, form=messages.WithReason, keyed=True, refuses=("not_pending",),
    ),
    Operation(
        "extend", "POST", f"{_ONE}/extend", Role.MANAGE, "Let its order be due later.",
        _change(Gateway.extend), answers.Authorization,
        form=messages.Extend, keyed=True, refuses=("not_pending", "extension_limit"),
    ),
    Operation(
        "request_return", "POST", f"{_ONE}/returns", Role.TRIGGER, "Ask for a return of an order.",
        _change(Gateway.request_return), answers.Authorization,
        form=messages.RequestReturn, keyed=True,
        refuses=("not_ordered", "return_already_open", "return_window_closed", "exceeds_held"),
    ),
    Operation(
        "confirm_return", "POST", f"{_ONE}/returns/confirm", Role.MANAGE, "Confirm the return that waits.",
        _change(Gateway.confirm_return), answers.Authorization,
        form=messages.ConfirmReturn, keyed=True, refuses=(*_RETURNS, "exceeds_held"),
    ),
    Operation(
        "decline_return", "POST", f"{_ONE}/returns/decline", Role.MANAGE, "Decline the return that waits.",
        _change(Gateway.decline_return), answers.Authorization,
        form=messages.WithReason, keyed=True, refuses=_RETURNS,
    ),
    Operation(
        "write_off", "POST", f"{_ONE}/write-off", Role.MANAGE, "Give up what is overdue; the block is lifted.",
        _change(Gateway.write_off), answers.Authorization,
        form=messages.WithReason, keyed=True, refuses=("not_overdue",),
    ),
    Operation(
        "deactivate", "POST", f"{_ONE}/deactivate", Role.MANAGE, "Deactivate what is past its last day.",
        _change(Gateway.deactivate), answers.Authorization,
        form=messages.WithReason, keyed=True, refuses=("not_overdue",),
    ),
)  # fmt: skip
