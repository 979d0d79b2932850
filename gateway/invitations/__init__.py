"""The page behind the link of an invitation: what it shows, and the terms that are accepted on it."""

from gateway.invitations.page import app

__all__ = ["app"]
