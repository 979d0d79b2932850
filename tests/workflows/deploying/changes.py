"""What releases change: one row as docs/changing-a-lifecycle.md says, and bad builds."""

from tests.workflows.deploying.releases import Edit

NEW_FIGURE = Edit(
    "states/policy.py",
    "    largest_quantity: Count = 100_000\n",
    "    largest_quantity: Count = 100_000\n    manager_hears_of_orders: YesOrNo = False\n",
)
NEW_GUARD = Edit(
    "states/authorization.py",
    "def nothing_is_held(",
    """def the_manager_hears_of_orders(_facts: AuthorizationFacts, policy: Policy) -> bool:
    return policy.authorization.manager_hears_of_orders


def nothing_is_held(""",
)
NEW_LETTER = Edit(
    "states/authorization.py",
    "nothing_is_open,       S.ORDERED,          (to_contact(OrderReceived),)),",
    "nothing_is_open,       S.ORDERED,          "
    "(to_contact(OrderReceived), to_manager(OrderReceived, the_manager_hears_of_orders))),",
)
NEW_READER = Edit(
    "states/letters.py",
    'names what is still open."""\n\n    readers = CONTACT\n',
    'names what is still open."""\n\n    readers = BOTH\n',
)
BEHIND_A_PATCH = Edit(
    "workflows/engine.py",
    "        self._case = case\n        self._memo",
    """        if workflow.patched("manager-hears-of-orders"):
            figures = case.policy.authorization.model_copy(update={"manager_hears_of_orders": True})
            case.policy = case.policy.model_copy(update={"authorization": figures})
        self._case = case
        self._memo""",
)
A_LETTER_MORE = (NEW_FIGURE, NEW_GUARD, NEW_LETTER, NEW_READER, BEHIND_A_PATCH)
"""On a row that has fired: running cases get it with their next run."""

RAISES = Edit(
    "workflows/engine.py",
    "        case, now = self._case, workflow.now()\n        case.advance",
    '        raise RuntimeError("a bad build")\n        case, now = self._case, workflow.now()\n        case.advance',
)
"""Whatever a case does fails."""

NO_LETTER = Edit(
    "states/authorization.py", NEW_LETTER.after, NEW_LETTER.before.replace("(to_contact(OrderReceived),)", "()")
)
"""On the changed row, and behind nothing: cases in which it has fired can't follow."""
