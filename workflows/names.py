"""Every name that outlives a release: workflows, updates, queries, signals, search attributes, activities, queues.

Other programs and recorded histories rely on them; a name is never changed, only added to.
"""

from typing import Final

from temporalio.common import SearchAttributeKey

CUSTOMER: Final = "Customer"
AUTHORIZATION: Final = "PurchaseAuthorization"

NAMESPACE: Final = "default"
TASK_QUEUE: Final = "reseller-lifecycle"
MAIL_TASK_QUEUE: Final = "reseller-mail"

SEND_LETTER: Final = "send_letter"
OPEN_CASE: Final = "open_case"
RECORD_CASE: Final = "record_case"

DETAILS: Final = "details"
JOURNAL: Final = "journal"
PREVIEW: Final = "preview"
PRODUCTS: Final = "products"
WAKE: Final = "wake"
CARRIED: Final = "carried"
RECORD: Final = "record"

AUTHORIZATION_CHANGED: Final = "authorization_changed"
CUSTOMER_CHANGED: Final = "customer_changed"
ROLL_OVER: Final = "roll_over"

CUSTOMER_UPDATES: Final = (
    "accept_invitation",
    "resend_invitation",
    "withdraw_invitation",
    "hand_over_contact",
    "add_offer_types",
    "assign_account_manager",
    "lift_address",
    "record_bounce",
    "authorize_purchase",
    "record_order",
    "place_renewal_order",
    "decline_renewal",
    "write_off_lost",
)
AUTHORIZATION_UPDATES: Final = (
    "place_order",
    "cancel",
    "extend",
    "request_return",
    "confirm_return",
    "decline_return",
    "write_off",
    "deactivate",
    "record_bounce",
)

CUSTOMER_STATE: Final = SearchAttributeKey.for_keyword("CustomerState")
RENEWAL_STATE: Final = SearchAttributeKey.for_keyword("RenewalState")
AUTHORIZATION_STATE: Final = SearchAttributeKey.for_keyword("AuthorizationState")
CUSTOMER_LISTS: Final = SearchAttributeKey.for_keyword_list("CustomerLists")
VIP_NUMBER: Final = SearchAttributeKey.for_keyword("VipNumber")
EXTERNAL_ID: Final = SearchAttributeKey.for_keyword("ExternalId")
MANAGED_BY: Final = SearchAttributeKey.for_keyword("ManagedBy")
MARKET_SEGMENT: Final = SearchAttributeKey.for_keyword("MarketSegment")
NEXT_EVENT: Final = SearchAttributeKey.for_keyword("NextEvent")
NEXT_EVENT_AT: Final = SearchAttributeKey.for_datetime("NextEventAt")
ANNIVERSARY_DATE: Final = SearchAttributeKey.for_datetime("AnniversaryDate")
POLICY_VERSION: Final = SearchAttributeKey.for_keyword("PolicyVersion")
ORGANIZATION: Final = SearchAttributeKey.for_text("Organization")
UNREACHABLE: Final = SearchAttributeKey.for_bool("Unreachable")

SEARCH_ATTRIBUTES: Final = (
    CUSTOMER_STATE,
    RENEWAL_STATE,
    AUTHORIZATION_STATE,
    CUSTOMER_LISTS,
    VIP_NUMBER,
    EXTERNAL_ID,
    MANAGED_BY,
    MARKET_SEGMENT,
    NEXT_EVENT,
    NEXT_EVENT_AT,
    ANNIVERSARY_DATE,
    POLICY_VERSION,
    ORGANIZATION,
    UNREACHABLE,
)


def customer_id(vip_number: str) -> str:
    return f"customer:{vip_number}"


def authorization_id(authorization_number: str) -> str:
    return f"authorization:{authorization_number}"
