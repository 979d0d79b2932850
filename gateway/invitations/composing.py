"""The invitation's page, put together from the settings: `vip serve` and `vip up` serve the same one."""

from starlette.applications import Starlette

from activities.links import Links
from gateway.invitations.page import Invitations, app
from gateway.invitations.terms import Terms, TermsError
from settings import Settings, SettingsError


def page_of(settings: Settings, customers: Invitations, *, time_zone: str) -> Starlette:
    """The application for `/invitations/…`. `time_zone` is the policy's.

    The settings are those of `NEEDED_BY_PAGE`. Raises `SettingsError` for terms that cannot be used.
    """
    return app(
        customers,
        Links([one.get_secret_value() for one in settings.link_secret], settings.public_url or ""),
        reseller_name=settings.reseller_name or "",
        support=settings.support or "",
        terms=read_terms(settings),
        time_zone=time_zone,
        language=settings.language,
        logo=settings.reseller_logo,
        colour=settings.reseller_colour,
    )


def read_terms(settings: Settings) -> Terms:
    """Raises `SettingsError` with every problem in one line."""
    try:
        return Terms.from_toml(settings.terms.read_text(encoding="utf-8"))
    except TermsError as error:
        raise SettingsError(f"VIP_TERMS: the terms cannot be used: {'; '.join(error.problems)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"VIP_TERMS: {settings.terms} cannot be read as text: {error}") from None
