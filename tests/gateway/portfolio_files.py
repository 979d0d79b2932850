"""Small files of customers and what they bought, as a person would make them."""

from datetime import UTC, datetime
from pathlib import Path

from cases import shelf
from gateway.importing.checking import Checker
from gateway.importing.surveying import Survey, survey
from states.catalogue import Catalogue
from states.policy import Policy

ROOT = Path(__file__).parents[2]
POLICY = Policy.from_toml((ROOT / "policy.toml").read_text(encoding="utf-8"))
CATALOGUE = Catalogue.from_toml((ROOT / "catalogue.toml").read_text(encoding="utf-8"))
NOW = datetime(2027, 6, 15, 12, tzinfo=UTC)

HEAD = (
    "external_id,organization,market_segment,offer_types,region,address,postal_code,contact_name,contact_email,"
    "account_manager_id,account_manager_name,account_manager_email,invited_on,accepted_on"
)
ROW = (
    "crm-1,Aarhus Design ApS,commercial,team,DK,Havnegade 1,8000,Mette Holm,mette@example.com,"
    "am-1,Jens Lund,jens@example.com,2027-03-01,2027-03-04"
)
BOUGHT = (
    "external_id,requested_on,requested_by,product,quantity,order_reference,ordered_on,authorization_number,event,"
    "event_on"
)
LINE = "crm-1,2027-06-10,member,photoshop-team,5,,,,,"


class Files:
    """Writes files and surveys them."""

    def __init__(self, folder: Path, policy: Policy = POLICY) -> None:
        self.folder, self.policy = folder, policy
        shelf.put(CATALOGUE)

    def write(self, name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
        return path

    def customers(self, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
        return self.write("customers.csv", head, *rows, encoding=encoding)

    def bought(self, *rows: str, head: str = BOUGHT) -> Path:
        return self.write("authorizations.csv", head, *rows)

    def survey(self, *paths: Path, dates: str = "iso", encoding: str = "auto", secret: str = "only tests") -> Survey:
        checker = Checker(self.policy, CATALOGUE, NOW, show_organization=True)
        return survey(paths, dates, encoding, secret, checker)  # type: ignore[arg-type]

    def wrong(self, *paths: Path, **options: str) -> list[tuple[str, int, str, str]]:
        """File, line, field, message of everything that is wrong."""
        problems = self.survey(*paths, **options).problems
        return [(Path(one.place.file).name, one.place.line, one.place.field, one.message) for one in problems]
