"""Which operation an address names: by its segments as they were sent, each of which may hold anything."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from shared.web.addresses import AddressTable

router = APIRouter(prefix="/v1/things")


@router.get("")
async def listed() -> None: ...


@router.post("/claims")
async def claimed() -> None: ...


@router.get("/{thing}")
async def read(thing: str) -> None: ...


@router.get("/{thing}/history")
async def history(thing: str) -> None: ...


@router.delete("/{thing}/names/{name}")
async def unnamed(thing: str, name: str) -> None: ...


table = AddressTable(router.routes)


def found(address: str, method: str = "GET") -> tuple[str, dict[str, Any]]:
    operation, parameters = table.find(method, address.encode())
    return operation.route.name, parameters


def refused(address: str, method: str = "GET") -> HTTPException:
    with pytest.raises(HTTPException) as caught:
        table.find(method, address.encode())
    return caught.value


def test_a_slash_that_is_encoded_belongs_to_the_name() -> None:
    assert found("/v1/things/acme:x/history") == ("history", {"thing": "acme:x"})
    assert found("/v1/things/acme:x%2Fhistory") == ("read", {"thing": "acme:x/history"})
    assert found("/v1/things/acme:x%2fhistory/history") == ("history", {"thing": "acme:x/history"})
    assert found("/v1/things/acme:x%252Fhistory") == ("read", {"thing": "acme:x%2Fhistory"})


@given(thing=st.text(min_size=1), name=st.text(min_size=1))
def test_a_segment_may_hold_anything(thing: str, name: str) -> None:
    thing, name = (one.encode(errors="ignore").decode() or "x" for one in (thing, name))

    assert found(f"/v1/things/{quote(thing, safe='')}")[1] == {"thing": thing}
    address = f"/v1/things/{quote(thing, safe='')}/names/{quote(name, safe='')}"
    assert found(address, "DELETE") == ("unnamed", {"thing": thing, "name": name})


def test_a_literal_goes_before_a_name_where_it_takes_the_method() -> None:
    assert found("/v1/things/claims", "POST") == ("claimed", {})
    assert found("/v1/things/claims") == ("read", {"thing": "claims"})
    assert found("/v1/th%69ngs") == ("listed", {})


@pytest.mark.parametrize(
    "address", ["/", "/v1", "/v1/things/", "/v1/things//history", "/v1//things", "/v1/things/a/b", "/v1/things/a/history/"]
)
def test_an_address_without_an_operation_is_not_found(address: str) -> None:
    assert refused(address).status_code == 404


def test_what_can_be_read_can_be_asked_for_its_head() -> None:
    assert found("/v1/things/claims", "HEAD") == ("read", {"thing": "claims"})


def test_a_method_that_is_not_taken_names_those_that_are() -> None:
    error = refused("/v1/things/claims", "PUT")

    assert (error.status_code, error.headers) == (405, {"Allow": "GET, HEAD, POST"})


def test_what_could_not_be_served_is_refused_at_the_start() -> None:
    wide = APIRouter()
    wide.add_api_route("/v1/{name:path}/history", listed)

    for routes in (wide.routes, [Mount("/files", routes=[])]):
        with pytest.raises((ValueError, TypeError)):
            AddressTable(routes)
