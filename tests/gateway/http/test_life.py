"""A customer's life over HTTP, one route after another."""

from tests.gateway.http.conftest import Api
from tests.workflows.lab import ACCEPT, INVITATION


async def test_a_customer_is_invited_accepts_is_authorized_and_ordered_by_http_alone(api: Api) -> None:
    invited = await api.post("/v1/customers", INVITATION)
    assert invited.status_code == 201, invited.text
    number = invited.json()["vip_number"]
    assert invited.headers["Read-After"] == number
    accepted = await api.done(f"/v1/customers/{number}/acceptance", ACCEPT)
    assert accepted["state"] == "accepted"
    authorization = await api.authorized(number)
    ordered = await api.post(f"/v1/authorizations/{authorization}/orders", {"order_reference": "SO-1"})
    assert (ordered.status_code, ordered.json()["state"]) == (200, "ordered")
    assert ordered.headers["Read-After"] == number
    assert (await api.seen(f"/v1/customers/{number}"))["products"][0]["held"] == 5
    assert (await api.seen(f"/v1/authorizations/{authorization}"))["orders"][0]["order_reference"] == "SO-1"
    assert [one["kind"] for one in (await api.seen(f"/v1/customers/{number}/journal"))["items"]]
    assert [one["kind"] for one in (await api.seen(f"/v1/authorizations/{authorization}/journal"))["items"]]
    assert (await api.seen(f"/v1/customers/{number}/products"))["items"]
