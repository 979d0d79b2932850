import pytest

from tests.activities.relay_tls import Certificates


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()
