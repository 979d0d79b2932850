"""Every "no" over HTTP: a problem document (RFC 9457) with a stable code, and one table from code to status."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.responses import Response

from gateway.errors import Refused, Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which an unavailable door may be tried again."""


class Kind(NamedTuple):
    """What a code stands for: the status it travels with, and what it says about every request that gets it."""

    status: int
    title: str


CODES: dict[str, Kind] = {
    # The request itself is wrong, or its caller.
    "invalid_request": Kind(400, "Something in the request is missing, unknown, of the wrong form or too long"),
    "unauthorized": Kind(401, "No key, or one that is not known here"),
    "forbidden": Kind(403, "This key may not do that"),
    "not_found": Kind(404, "Nothing has this number, reference or address"),
    "method_not_allowed": Kind(405, "This address does not take that method"),
    "body_too_large": Kind(413, "The body is larger than 64 KB"),
    "unsupported_media_type": Kind(415, "The body is not sent as application/json"),
    "rate_limited": Kind(429, "Too many requests"),
    "unavailable": Kind(503, "No answer for the moment; what became of a change, its key finds out"),
    # The rules say no, as things are now.
    "already_accepted": Kind(409, "The invitation was accepted by somebody else"),
    "anniversary_out_of_range": Kind(409, "The custom anniversary date lies outside the range for this segment"),
    "exceeds_held": Kind(409, "More than is held of this order"),
    "exceeds_open": Kind(409, "More than is open of this authorization"),
    "extension_limit": Kind(409, "The authorization cannot be extended by so many days"),
    "happened_out_of_range": Kind(409, "It lies in the future, or before the thing itself"),
    "idempotency_key_reused": Kind(409, "This Idempotency-Key was used with another body"),
    "invitation_expired": Kind(409, "The invitation has expired"),
    "invitation_withdrawn": Kind(409, "The invitation was withdrawn"),
    "no_return_open": Kind(409, "No return waits to be confirmed or declined"),
    "not_ordered": Kind(409, "Nothing of this authorization was ordered"),
    "not_overdue": Kind(409, "The authorization is not overdue, or not for long enough"),
    "not_pending": Kind(409, "The authorization is no longer pending"),
    "nothing_open": Kind(409, "Nothing of this authorization is open"),
    "nothing_to_renew": Kind(409, "There is nothing to renew"),
    "offer_type_missing": Kind(409, "The customer does not have the product's offer type"),
    "order_reference_conflict": Kind(409, "This order was recorded with other quantities"),
    "overdue_items": Kind(409, "Something of this customer is overdue"),
    "product_not_authorizable": Kind(409, "The product must be ordered directly"),
    "product_unknown": Kind(409, "The product is not in the catalogue"),
    "quantity_out_of_range": Kind(409, "The quantity is too small or too large"),
    "renewal_window_closed": Kind(409, "The renewal window is not open"),
    "resend_limit": Kind(409, "The invitation was resent too often today"),
    "return_already_open": Kind(409, "A return of this authorization waits already"),
    "return_window_closed": Kind(409, "The return window has ended"),
    "segment_mismatch": Kind(409, "The product is not sold to the customer's market segment"),
    "something_authorized": Kind(409, "Something was authorized or ordered already"),
}
_OTHER = Kind(409, "The rules do not allow it")
_AWAY = "No answer came in time. What became of the request is unknown: the same key with the same body finds it out."


def kind(code: str) -> Kind:
    """A code of a newer worker is a refusal of the rules."""
    return CODES.get(code, _OTHER)


def problem(
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    reasons: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The document. `detail` is for a person; programs look at `code`."""
    status, title = kind(code)
    said: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        said["errors"] = list(errors)
    if reasons:
        said["reasons"] = list(reasons)
    more = dict(headers or {})
    if code == "unavailable":
        more.setdefault("Retry-After", str(RETRY_AFTER))
    if code == "unauthorized":
        more.setdefault("WWW-Authenticate", 'Bearer realm="vip"')
    return Response(to_json(said), status, more, MEDIA_TYPE)


def of_refusal(refused: Refused) -> Response:
    """What the gateway refused, with every reason."""
    if isinstance(refused, Unavailable):
        return problem("unavailable", _AWAY)  # its own words are for whoever runs this
    if refused.code == "invalid_request":
        return problem(refused.code, refused.message, errors=[_field(reason) for reason in refused.reasons])
    headers = {"Retry-After": str(refused.retry_after)} if isinstance(refused, TooOften) else None
    shown = () if refused.code in _BARE else refused.reasons
    return problem(refused.code, refused.message, reasons=shown, headers=headers)


_BARE = frozenset(
    {"unauthorized", "forbidden", "not_found", "body_too_large", "unsupported_media_type", "rate_limited"}
)
"""There is nothing to say beyond the code and its sentence."""


class TooOften(Refused):
    """Too many requests; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__("rate_limited", message)
        self.retry_after = retry_after


def invalid(*wrong: tuple[str, str]) -> Refused:
    """`invalid_request`, from fields and what is wrong with each."""
    reasons = [{"code": "invalid_request", "message": f"{field}: {what}", "field": field} for field, what in wrong]
    return Refused("invalid_request", "; ".join(reason["message"] for reason in reasons), reasons)


def _field(reason: Mapping[str, Any]) -> dict[str, Any]:
    field, message = str(reason.get("field", "body")), str(reason["message"])
    return {"field": field, "message": message.removeprefix(f"{field}: ")}
