"""Certificates for relays: one that is trusted, one of another host, one of nobody's."""

import ssl

import trustme

from tests.activities.odd_relay import OddRelay

OFFERS_TLS = "250-relay.example\r\n250-AUTH CRAM-MD5 PLAIN LOGIN\r\n250 STARTTLS"


class Certificates:
    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.server)
        self.other_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("elsewhere.example").configure_cert(self.other_server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)
        self.of_nobody = ssl.create_default_context()


def offering_tls(context: ssl.SSLContext | None, **answers: str | list[str]) -> OddRelay:
    relay = OddRelay(**{"EHLO": OFFERS_TLS, **answers})
    relay.tls = context
    return relay
