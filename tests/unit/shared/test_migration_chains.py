"""Each service's migrations are one chain: two changes that took the same number are found before a database is asked."""

import warnings

import pytest

from rekindle.runtime.registry import SERVICES
from shared.db.migrations import head_revision


@pytest.mark.parametrize("package", [service.package for service in SERVICES if service.provides("migrations.versions")])
def test_a_service_has_one_newest_revision(package: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert head_revision(package)
