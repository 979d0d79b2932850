"""The signed link of an invitation: who holds it may see and accept that one invitation, until it expires."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from states.letters import InvitationLink

SALT = "invitation"


class LinkUnreadable(Exception):
    """Nobody here signed this."""


class Links:
    """Signs and reads links. Of several secrets the first signs and all are recognised, so that one can be replaced."""

    def __init__(self, secrets: Sequence[str], public_url: str) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a link needs a secret to be signed with")
        # The signer takes the newest secret last.
        self._signer = URLSafeSerializer(
            list(reversed(secrets)), salt=SALT, signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
        )
        self._public_url = public_url.rstrip("/")

    def sign(self, link: InvitationLink) -> str:
        """The token of a link; always the same one, as a letter's bytes must be."""
        return str(self._signer.dumps([link.vip_number, link.invitation, int(link.expires_at.timestamp())]))

    def url(self, link: InvitationLink) -> str:
        """The address of the invitation's page."""
        return f"{self._public_url}/invitations/{self.sign(link)}"

    def read(self, token: str) -> InvitationLink:
        """The link of a token. Raises `LinkUnreadable`.

        Whether it still leads anywhere is the customer's to say: a link of a resent invitation works on (section 3).
        """
        try:
            return _link(self._signer.loads(token))
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            raise LinkUnreadable from None


def _link(payload: Any) -> InvitationLink:
    vip_number, invitation, expires_at = payload
    return InvitationLink(
        vip_number=vip_number, invitation=invitation, expires_at=datetime.fromtimestamp(expires_at, UTC)
    )
