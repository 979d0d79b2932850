"""Words and options that several commands take: what each means is said here once."""

from typing import Annotated

from cyclopts import Parameter

VipNumber = Annotated[str, Parameter(help="The customer.")]
AuthorizationNumber = Annotated[str, Parameter(help="The authorization.")]
AnyNumber = Annotated[str, Parameter(help="A VIP number or an authorization number.")]
OrderReference = Annotated[str, Parameter(help="The order by its reference.")]
At = Annotated[str | None, Parameter(help="When it happened, such as 2027-03-01T10:00:00Z; by default now.")]
Reason = Annotated[str, Parameter(help="Why, for the journal.")]
ReasonInLetter = Annotated[str, Parameter(help="Why, for the journal and the letter.")]
Flag = Annotated[bool, Parameter(negative=())]
