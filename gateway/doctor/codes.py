"""What the doctor can find: a stable code for each kind, what it means, how bad it is, and what to do."""

import sys
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    PROBLEM = "problem"
    """Something does not happen that should, or what is recorded is wrong."""
    WARNING = "warning"
    """Everything goes on, but somebody should know."""


class Code(StrEnum):
    """Once released, a code is never changed, only added to."""

    # what everything runs on
    NO_WORKER = "no_worker"
    NO_MAIL_WORKER = "no_mail_worker"
    VERSION_NOT_SERVED = "version_not_served"
    WORK_WAITS = "work_waits"
    SEARCH_ATTRIBUTE_MISSING = "search_attribute_missing"
    SEARCH_ATTRIBUTE_WRONG_TYPE = "search_attribute_wrong_type"
    RETENTION_TOO_SHORT = "retention_too_short"
    CLOCKS_DISAGREE = "clocks_disagree"
    # one case
    STUCK = "stuck"
    SILENT = "silent"
    UNKNOWN_SCHEMA = "unknown_schema"
    KEY_MISSING = "key_missing"
    OVERDUE_TIMER = "overdue_timer"
    UNREACHABLE = "unreachable"
    LETTER_WAITS = "letter_waits"
    JOURNAL_AGAINST_THE_RULES = "journal_against_the_rules"
    JOURNAL_AGAINST_THE_FACTS = "journal_against_the_facts"
    STATE_AGAINST_THE_FACTS = "state_against_the_facts"
    LISTS_DISAGREE = "lists_disagree"
    # a customer and its authorizations
    AUTHORIZATION_LOST = "authorization_lost"
    AUTHORIZATION_GONE = "authorization_gone"
    AUTHORIZATION_UNKNOWN = "authorization_unknown"
    CUSTOMER_GONE = "customer_gone"
    NEIGHBOURS_DISAGREE = "neighbours_disagree"
    # the register beside the cases
    REGISTER_LACKS_CASE = "register_lacks_case"
    REGISTER_BEHIND = "register_behind"
    REGISTER_DIFFERS = "register_differs"
    REGISTER_CASE_GONE = "register_case_gone"
    REGISTER_AWAY = "register_away"
    REGISTER_OFF = "register_off"


class Meaning(NamedTuple):
    severity: Severity
    means: str
    do: str


_P, _W = Severity.PROBLEM, Severity.WARNING
_MEND = (
    "keep its history (`temporal workflow show`), find out what wrote it, and mend the case by its updates; never by a "
    "reset"
)

MEANINGS = {
    Code.NO_WORKER: Meaning(
        _P,
        "nobody polls a task queue on which cases run: nothing happens there",
        "start a worker (`python worker.py`) with this queue as `VIP_TASK_QUEUE`",
    ),
    Code.NO_MAIL_WORKER: Meaning(
        _P,
        "nobody polls the task queue of the letters: none gets out",
        "start a worker with this queue as `VIP_MAIL_TASK_QUEUE`",
    ),
    Code.VERSION_NOT_SERVED: Meaning(
        _P,
        "a case, or a whole task queue, is bound to a version of the workers that none of them is",
        "start a worker of that version, make one current that runs (`temporal worker deployment "
        "set-current-version`), or move pinned cases on (`temporal workflow update-options`)",
    ),
    Code.WORK_WAITS: Meaning(
        _W,
        "tasks wait for longer than a minute although workers poll",
        "start another worker, and look why the others are busy",
    ),
    Code.SEARCH_ATTRIBUTE_MISSING: Meaning(
        _P,
        "a search attribute is not registered: cases that set it hang, lists are wrong",
        "start a worker, which registers it, or `temporal operator search-attribute create`",
    ),
    Code.SEARCH_ATTRIBUTE_WRONG_TYPE: Meaning(
        _P,
        "a search attribute is registered with another type: no worker starts, cases that set it hang",
        "remove it and create it with the right type; `vip doctor` then names the cases whose lists disagree",
    ),
    Code.RETENTION_TOO_SHORT: Meaning(
        _W,
        "the namespace forgets closed cases before 400 days are over",
        "`temporal operator namespace update --retention 3650d`; where the most is less, know that a closed "
        "authorization's own journal is gone by then",
    ),
    Code.CLOCKS_DISAGREE: Meaning(
        _P,
        "a clock is more than a minute away from the server's: what `happened` is refused as lying in the future, "
        "and letters bear a wrong date",
        "let every machine keep its time by NTP",
    ),
    Code.STUCK: Meaning(
        _P,
        "its workflow tasks fail, which is a bug or a worker too old for it: nothing is lost, and nothing happens",
        "read the worker's log for this workflow, mend the code, restart the workers; it goes on by itself",
    ),
    Code.SILENT: Meaning(
        _P,
        "it did not answer although workers poll its task queue",
        "look at the worker's log and load; a worker older than this doctor does not know the question: upgrade it",
    ),
    Code.UNKNOWN_SCHEMA: Meaning(
        _P,
        "it is carried in a form that this release does not know",
        "run the doctor of the release that the workers run",
    ),
    Code.KEY_MISSING: Meaning(
        _P,
        "what it answers is encrypted with a key that is not known here",
        "add the key to `VIP_PAYLOAD_KEYS`, after the one that encrypts",
    ),
    Code.OVERDUE_TIMER: Meaning(
        _P,
        "what should have happened by itself has not, although a worker polls",
        "look at the case's page for a timer that did not fire and at the server's log; any update wakes the case",
    ),
    Code.UNREACHABLE: Meaning(
        _P,
        "a letter could not be delivered, and none got through since",
        "`vip journal` names the letter; correct the person (`vip contact`, `vip assign`), or `vip lift-address`",
    ),
    Code.LETTER_WAITS: Meaning(
        _W,
        "a letter was handed over more than an hour ago and is not out yet",
        "look at the mail relay; letters are tried again by themselves until their shelf life ends",
    ),
    Code.JOURNAL_AGAINST_THE_RULES: Meaning(
        _P,
        "an entry of its journal is no row of its machine, or entries are missing, out of order, or do not lead to the "
        "state in which it is",
        _MEND,
    ),
    Code.JOURNAL_AGAINST_THE_FACTS: Meaning(
        _P,
        "lived again from its facts and its policy, it goes through other states, or on other dates, than its journal "
        "tells",
        _MEND,
    ),
    Code.STATE_AGAINST_THE_FACTS: Meaning(
        _P,
        "lived again from what happened to it, it stands elsewhere than it says",
        _MEND,
    ),
    Code.LISTS_DISAGREE: Meaning(
        _P,
        "its search attributes are not those that follow from how it stands: lists and searches are wrong about it",
        "`temporal workflow signal --name roll_over`: each run writes them anew",
    ),
    Code.AUTHORIZATION_LOST: Meaning(
        _P,
        "its workflow ended without a word; its customer counts it as overdue and can buy nothing new",
        "`vip write-off` gives it up",
    ),
    Code.AUTHORIZATION_GONE: Meaning(
        _P,
        "its workflow ended without a word, and its customer still counts on it",
        "nothing: the customer notices at the latest a day after its next deadline; then `vip write-off`",
    ),
    Code.AUTHORIZATION_UNKNOWN: Meaning(
        _P,
        "it runs, but its customer does not know it: it counts in no list and no renewal",
        "any update to it tells its customer of it, for instance its order; or terminate it",
    ),
    Code.CUSTOMER_GONE: Meaning(
        _P,
        "it runs, but its customer does not: nobody renews or lists it",
        "take the customer over again with `vip import`, or let the authorization end: order, cancel, write off",
    ),
    Code.NEIGHBOURS_DISAGREE: Meaning(
        _P,
        "a customer and its authorization know different things of each other",
        "any update to the one that knows more tells the other",
    ),
    Code.REGISTER_LACKS_CASE: Meaning(
        _P,
        "it runs, and the register does not know it: lists, searches and the agenda are without it",
        "`vip register rebuild`; if it comes again, look whether the workers have the same `VIP_DATABASE_URL`",
    ),
    Code.REGISTER_BEHIND: Meaning(
        _P,
        "it changed more than a minute ago, and the register was not told: lists show it as it was",
        "look at the worker's log for `record_case`; it catches up by itself, or at once with `vip register rebuild`",
    ),
    Code.REGISTER_DIFFERS: Meaning(
        _P,
        "the register tells something else of it than it does, although it should know",
        "`vip register rebuild`; where the register is ahead of the cases, as after an older backup of the server, "
        "begin with an empty one",
    ),
    Code.REGISTER_CASE_GONE: Meaning(
        _P,
        "the register shows it as living, and it runs no more",
        "a customer: take it over again with `vip import`; its journal stays in the register",
    ),
    Code.REGISTER_AWAY: Meaning(
        _W,
        "the register does not answer, so nobody can say whether it is right; the cases do not need it",
        "start its database, or correct `VIP_DATABASE_URL`; the cases tell it then what they could not",
    ),
    Code.REGISTER_OFF: Meaning(
        _W,
        "there is no register: no lists, no search, no agenda, and journals only as long as the server keeps them",
        "set `VIP_DATABASE_URL` for the workers and here, and `vip register rebuild`",
    ),
}


def table() -> str:
    """Every code for docs/operations.md; `python -m gateway.doctor.codes` prints it."""
    rows = [f"| `{code}` | {one.severity} | {one.means} | {one.do} |" for code, one in MEANINGS.items()]
    return "\n".join(["| code | is a | means | what to do |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(table())
