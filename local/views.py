"""What is where, and ready-made views of the Temporal UI as links.

The UI keeps saved views and columns in each browser, so the links lead over a page of ours on the same port: it gives
the list our columns, once in each browser, and goes on to the UI, which keeps the view under its title.
"""

import json
import re
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from local.stack import NAMESPACE, Stack

# A case that went on in a new run leaves the old one in the index, with the values of that time.
_NOW = 'ExecutionStatus="Running"'
_MANAGER = re.compile(r"[A-Za-z0-9._:-]{1,64}")

COLUMNS = (
    "Workflow ID",
    "Organization",
    "NextEvent",
    "NextEventAt",
    "CustomerState",
    "RenewalState",
    "AuthorizationState",
    "ManagedBy",
    "Unreachable",
)
"""Search attributes by their names, and the UI's own word for a workflow's ID."""


@dataclass(frozen=True)
class View:
    """A title, and what it shows in Temporal's list filter language."""

    title: str
    query: str

    @property
    def path(self) -> str:
        return "/views/" + self.title.lower().replace(" ", "-")

    def in_the_ui(self, namespace: str = NAMESPACE) -> str:
        parameters = urlencode({"query": self.query, "savedQuery": self.title}, quote_via=quote)
        return f"/namespaces/{quote(namespace)}/workflows?{parameters}"


VIEWS = (
    View("Customers", f'WorkflowType="Customer" AND {_NOW}'),
    View("No products", f'CustomerLists="no_products" AND {_NOW}'),
    View("Pending requests", f'CustomerLists="pending_requests" AND {_NOW}'),
    View("Overdue requests", f'CustomerLists="overdue_requests" AND {_NOW}'),
    View("Upcoming renewals", f'CustomerLists="upcoming_renewals" AND {_NOW}'),
    View("Ready for renewal", f'CustomerLists="ready_for_renewal" AND {_NOW}'),
    View("Authorizations", f'WorkflowType="PurchaseAuthorization" AND {_NOW}'),
    View("Overdue authorizations", f'AuthorizationState="overdue" AND {_NOW}'),
    View("Undelivered letters", f"Unreachable=true AND {_NOW}"),
    View("Stuck workflows", f"TemporalReportedProblems IS NOT NULL AND {_NOW}"),
)


def managed_by(manager: str) -> View:
    """What one account manager has to look after. Raises `ValueError` for what is no account manager's ID."""
    if not _MANAGER.fullmatch(manager):
        raise ValueError("an account manager's ID is 1 to 64 letters, digits and ._:-")
    return View(f"Managed by {manager}", f'ManagedBy="{manager}" AND {_NOW}')


def what_is_where(stack: Stack) -> str:
    """What a person needs to know to look around."""
    width = max(len(view.title) for view in VIEWS)
    views = "\n".join(f"  {view.title:{width}}  {stack.ui_url}{view.path}" for view in VIEWS)
    return f"""
Temporal's UI       {stack.ui_url}
Temporal            {stack.address}, namespace {NAMESPACE}
HTTP gateway        {stack.page_url}   (described at /openapi.json; with the page of invitations)
Letters             {stack.inbox_url}   (vip inbox in a terminal; kept in {stack.inbox})
Data and logs       {stack.data}
One more worker     set -a; . {stack.data / "stack.env"}; python worker.py

Views in the UI     {stack.ui_url}/views
{views}
"""


def overview() -> str:
    """A page with all views."""
    links = "".join(f'<li><a href="{view.path}">{escape(view.title)}</a></li>' for view in VIEWS)
    return _page(
        "Views",
        f"<h1>Views in the Temporal UI</h1><ul>{links}</ul>"
        '<form action="/views/managed-by"><label>Managed by '
        '<input name="id" placeholder="account manager\'s ID" required maxlength="64"></label> '
        "<button>Show</button></form>",
    )


def opening(view: View) -> str:
    """A page that gives the list our columns, once in each browser, and goes on to the view."""
    known = {"version": json.dumps(COLUMNS), "namespace": NAMESPACE, "columns": [{"label": name} for name in COLUMNS]}
    script = (
        f"const ours = {json.dumps(known)}, at = 'namespace-workflow-table-columns';"
        "if (localStorage.getItem('vip-columns') !== ours.version) {"
        "  const all = JSON.parse(localStorage.getItem(at) || '{}');"
        "  localStorage.setItem(at, JSON.stringify({...all, [ours.namespace]: ours.columns}));"
        "  localStorage.setItem('vip-columns', ours.version);"
        "}"
        f"location.replace({json.dumps(view.in_the_ui())});"
    )
    return _page(view.title, f'<a href="{escape(view.in_the_ui())}">{escape(view.title)}</a><script>{script}</script>')


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>"
        "<style>body{font:17px/28px system-ui,sans-serif;margin:3em auto;max-width:36em;padding:0 1em}</style>"
        f"{body}</html>"
    )
