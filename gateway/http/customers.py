"""Operations on one customer."""

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

_ONE = "/v1/customers/{vip_number}"
_GONE = ("invitation_expired", "invitation_withdrawn")
_BUYING = (
    "overdue_items",
    "product_not_authorizable",
    "product_unknown",
    "offer_type_missing",
    "segment_mismatch",
    "quantity_out_of_range",
    *_GONE,
)


async def _invite(asked: Asked) -> Response:
    body: Any = asked.body
    answer = await asked.gateway.invite(body, asked.key)
    return json(answer, 201, changed=answer["vip_number"])


async def _show(asked: Asked) -> Response:
    return json(await asked.gateway.customer(asked.number))


async def _products(asked: Asked) -> Response:
    return json({"items": await asked.gateway.products(asked.number)})


async def _preview(asked: Asked) -> Response:
    body: Any = asked.body
    return json(await asked.gateway.preview(asked.number, body))


def _change(method: Callable[..., Awaitable[Any]], status: int = 200) -> Handler:
    async def change(asked: Asked) -> Response:
        return json(await method(asked.gateway, asked.number, asked.body, asked.key), status, changed=asked.number)

    return change


CUSTOMERS = (
    Operation(
        "invite", "POST", "/v1/customers", Role.TRIGGER, "Invite an organisation.", _invite, answers.WholeCustomer,
        form=messages.Invite, without=("history",), keyed=True, status=201, refuses=("anniversary_out_of_range",),
    ),
    Operation(
        "customer", "GET", _ONE, Role.READ, "Details of a customer.", _show, answers.WholeCustomer,
    ),
    Operation(
        "customer_journal", "GET", f"{_ONE}/journal", Role.READ, "What happened to a customer.",
        journal_of("customer"), answers.Journal,
    ),
    Operation(
        "products", "GET", f"{_ONE}/products", Role.READ, "What a customer may add, and why not the rest.",
        _products, answers.Addables,
    ),
    Operation(
        "accept", "POST", f"{_ONE}/acceptance", Role.TRIGGER, "The invitation was accepted.",
        _change(Gateway.accept), answers.Customer,
        form=messages.Accept, keyed=True, refuses=("already_accepted", *_GONE, "happened_out_of_range"),
    ),
    Operation(
        "resend", "POST", f"{_ONE}/invitation/resend", Role.TRIGGER, "Send the invitation again.",
        _change(Gateway.resend), answers.Customer,
        form=messages.Nothing, keyed=True, refuses=("already_accepted", "invitation_withdrawn", "resend_limit"),
    ),
    Operation(
        "withdraw", "POST", f"{_ONE}/invitation/withdraw", Role.MANAGE, "Withdraw the invitation; final.",
        _change(Gateway.withdraw), answers.Customer,
        form=messages.WithReason, keyed=True,
        refuses=("already_accepted", "invitation_withdrawn", "something_authorized"),
    ),
    Operation(
        "hand_over_contact", "POST", f"{_ONE}/contact", Role.MANAGE, "Hand over to another contact.",
        _change(Gateway.hand_over_contact), answers.Customer,
        form=messages.HandOver, keyed=True, refuses=("invitation_withdrawn",),
    ),
    Operation(
        "lift_address", "POST", f"{_ONE}/lift-address", Role.MANAGE, "Letters go again to an address that took none.",
        _change(Gateway.lift_address), answers.Customer, form=messages.LiftAddress, keyed=True,
    ),
    Operation(
        "add_offer_types", "POST", f"{_ONE}/offer-types", Role.MANAGE, "Add offer types.",
        _change(Gateway.add_offer_types), answers.Customer,
        form=messages.AddOfferTypes, keyed=True, refuses=("invitation_withdrawn",),
    ),
    Operation(
        "assign_account_manager", "PUT", f"{_ONE}/account-manager", Role.MANAGE, "Assign another account manager.",
        _change(Gateway.assign_account_manager), answers.Customer,
        form=messages.Assign, keyed=True, refuses=("invitation_withdrawn",),
    ),
    Operation(
        "authorize", "POST", f"{_ONE}/authorizations", Role.TRIGGER, "Authorize products: use now, order later.",
        _change(Gateway.authorize, 201), answers.Authorization,
        form=messages.Authorize, keyed=True, status=201, refuses=(*_BUYING, "happened_out_of_range"),
    ),
    Operation(
        "preview", "POST", f"{_ONE}/authorizations/preview", Role.READ,
        "What authorizing would answer; nothing happens.", _preview, answers.Preview,
        form=messages.Authorize, refuses=(*_BUYING, "happened_out_of_range"),
    ),
    Operation(
        "record_order", "POST", f"{_ONE}/orders", Role.TRIGGER, "A direct order was placed.",
        _change(Gateway.record_order), answers.Authorization,
        form=messages.RecordOrder, keyed=True,
        refuses=(*_BUYING, "order_reference_conflict", "happened_out_of_range"),
    ),
    Operation(
        "renew", "POST", f"{_ONE}/renewal-orders", Role.TRIGGER, "A renewal order was placed.",
        _change(Gateway.renew), answers.Customer,
        form=messages.PlaceOrder, keyed=True,
        refuses=(
            "nothing_to_renew", "renewal_window_closed", "order_reference_conflict", *_BUYING, "happened_out_of_range",
        ),
    ),
    Operation(
        "decline_renewal", "POST", f"{_ONE}/renewal-decline", Role.MANAGE, "Decline the renewal, all or part of it.",
        _change(Gateway.decline_renewal), answers.Customer,
        form=messages.DeclineRenewal, keyed=True, refuses=("nothing_to_renew", "renewal_window_closed", "exceeds_held"),
    ),
)  # fmt: skip
