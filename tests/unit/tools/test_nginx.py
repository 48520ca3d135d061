"""The proxy's configuration file: nginx reads it, and each path goes to its owner."""

import re
from pathlib import Path

import pytest

from rekindle.runtime.registry import SERVICES
from tests import nginx
from tools.compose import read_compose

TEXT = nginx.TEMPLATE.read_text()
OWNERS = dict(re.findall(r'^    "~(\^/v1/.+)" (\w+);$', TEXT, re.MULTILINE))
UPSTREAMS = dict(re.findall(r"upstream (\w+) \{[^}]*server ([a-z-]+):8080 resolve;", TEXT))


def owner_of(path: str) -> str:
    """The upstream that the file sends a request to."""
    return next((owner for pattern, owner in OWNERS.items() if re.match(pattern, path)), "gateway")


def test_nginx_reads_the_file(tmp_path: Path) -> None:
    assert nginx.check(nginx.written(tmp_path, port=8080)) == ""


def test_a_mistake_in_the_file_is_found(tmp_path: Path) -> None:
    configuration = nginx.written(tmp_path, port=8080)
    (tmp_path / "rekindle.conf").write_text(TEXT)

    assert "client_max_body_size" in nginx.check(configuration)


@pytest.mark.parametrize(("path", "owner"), [(path, service.name) for service in SERVICES for path in service.paths])
@pytest.mark.parametrize("behind", ["", "/", "?limit=1", "/acme:a%2Fb", "/acme:ä/history?x=/v1/queue"])
def test_each_path_goes_to_the_service_that_owns_it(path: str, owner: str, behind: str) -> None:
    assert owner_of(path + behind) == owner


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/metrics", "/health/ready", "/v1", "/v1/queues", "/v2/queue"])
def test_what_no_service_owns_goes_to_the_gateway(path: str) -> None:
    assert owner_of(path) == "gateway"


def test_every_owner_is_a_role_of_the_compose_file() -> None:
    assert UPSTREAMS.keys() == {*OWNERS.values(), "gateway"} == {*(service.name for service in SERVICES), "gateway"}
    assert set(UPSTREAMS.values()) <= read_compose()["services"].keys()
    assert {name: host.removesuffix("-api") for name, host in UPSTREAMS.items()} == {name: name for name in UPSTREAMS}


def test_no_log_holds_what_a_path_or_query_names() -> None:
    (line,) = re.findall(r"log_format [^;]+;", TEXT)
    variables = set(re.findall(r"\$(\w+)", line))

    assert not variables & {"request", "request_uri", "uri", "args", "query_string", "http_referer", "remote_addr"}
    assert "error_log /dev/stderr emerg;" in TEXT
