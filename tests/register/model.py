"""The register as it should be: everything that was told is kept in dictionaries, and looked through one by one."""

from dataclasses import dataclass, field
from typing import Any

from register.wanted import Wanted
from register.words import folded
from tests.register.records import Record


@dataclass
class Model:
    """What the newest record of each case says, and every entry that was told first."""

    cases: dict[tuple[str, str], Record] = field(default_factory=dict)
    entries: dict[str, dict[int, Record]] = field(default_factory=dict)

    def put(self, record: Record, *, again: bool) -> None:
        known = self.cases.get((record["kind"], record["number"]))
        if known is None or record["version"] > known["version"] or (again and record["version"] == known["version"]):
            self.cases[record["kind"], record["number"]] = record
        for entry in record["entries"]:
            self.entries.setdefault(record["number"], {}).setdefault(entry["sequence"], entry)

    def journal(self, number: str) -> list[Record]:
        known = self.entries.get(number, {})
        return [known[sequence] for sequence in sorted(known)]

    def rows(self, kind: str) -> list[Record]:
        return [record["row"] for (of, _), record in self.cases.items() if of == kind]

    def listed(self, wanted: Wanted, sort: str) -> list[Record]:
        """The rows of a list in order: by key and number, those without a key last."""
        found = [row for row in self.rows("customer") if self._is_wanted(row, wanted)]
        keyed = sorted(((_key(row, sort), row["vip_number"], number) for number, row in enumerate(found)))
        present = [found[number] for key, _, number in keyed if key is not None and key != ""]
        missing = [found[number] for key, _, number in keyed if key == ""]
        return (present[::-1] if sort.startswith("-") else present) + missing

    def counts(self, managed_by: str | None) -> dict[str, int]:
        rows = [row for row in self.rows("customer") if managed_by in (None, row["account_manager"]["id"])]
        found = {"all": len(rows)}
        for row in rows:
            for name in row["lists"]:
                found[name] = found.get(name, 0) + 1
        return found

    def _is_wanted(self, row: Record, wanted: Wanted) -> bool:
        return (
            set(wanted.lists) <= set(row["lists"])
            and wanted.managed_by in (None, row["account_manager"]["id"])
            and wanted.segment in (None, row["market_segment"])
            and wanted.invitation_status in (None, row["invitation_status"])
            and wanted.external_id in (None, row.get("external_id"))
            and all(self._has(row, word) for word in folded(wanted.q or "").split())
        )

    def _has(self, row: Record, asked: str) -> bool:
        """Whether a word begins so: after what is neither letter nor digit, or after a space."""
        own = [one for one in self.rows("authorization") if one["vip_number"] == row["vip_number"]]
        values = [row["organization"], *row["contact"].values(), row["vip_number"], *row["order_references"]]
        values += [one["purchase_order"] for one in own if "purchase_order" in one]
        values += [order["order_reference"] for one in own for order in one["orders"]]
        for value in map(folded, values):
            for at in range(len(value)):
                begins = at == 0 or value[at - 1] == " " or (value[at].isalnum() and not value[at - 1].isalnum())
                if begins and value.startswith(asked, at):
                    return True
        return False


def _key(row: Record, sort: str) -> Any:
    if sort.endswith("name"):
        return folded(row["organization"])
    if sort.endswith("anniversary_date"):
        return row.get("anniversary_date", "")
    return row.get("next_event", {}).get("at", "")
