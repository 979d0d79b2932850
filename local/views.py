"""What is where, and ready-made views of the Temporal UI as links.

The UI keeps saved views in each browser; a link brings them along.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from local.stack import NAMESPACE, Stack

# A case that went on in a new run leaves the old one in the index, with the values of that time.
_NOW = 'ExecutionStatus="Running"'


@dataclass(frozen=True)
class View:
    """A title, and what it shows in Temporal's list filter language."""

    title: str
    query: str

    def link(self, ui_url: str, namespace: str) -> str:
        parameters = urlencode({"query": self.query, "savedQuery": self.title}, quote_via=quote)
        return f"{ui_url}/namespaces/{quote(namespace)}/workflows?{parameters}"


VIEWS = (
    View("No products", f'CustomerLists="no_products" AND {_NOW}'),
    View("Pending requests", f'CustomerLists="pending_requests" AND {_NOW}'),
    View("Overdue requests", f'CustomerLists="overdue_requests" AND {_NOW}'),
    View("Upcoming renewals", f'CustomerLists="upcoming_renewals" AND {_NOW}'),
    View("Ready for renewal", f'CustomerLists="ready_for_renewal" AND {_NOW}'),
    View("Overdue authorizations", f'AuthorizationState="overdue" AND {_NOW}'),
    View("Undelivered letters", f"Unreachable=true AND {_NOW}"),
    View("Stuck workflows", f"TemporalReportedProblems IS NOT NULL AND {_NOW}"),
)


def what_is_where(stack: Stack) -> str:
    """What a person needs to know to look around."""
    width = max(len(view.title) for view in VIEWS)
    views = "\n".join(f"  {view.title:{width}}  {view.link(stack.ui_url, NAMESPACE)}" for view in VIEWS)
    return f"""
Temporal's UI       {stack.ui_url}
Temporal            {stack.address}, namespace {NAMESPACE}
Invitations         {stack.page_url}
Letters             vip inbox   (kept in {stack.inbox})
Data and logs       {stack.data}
One more worker     set -a; . {stack.data / "stack.env"}; python worker.py

Views in the UI
{views}
"""
