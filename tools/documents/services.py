"""The OpenAPI document of each service, made from its application, without running anything."""

from importlib import import_module
from typing import Any

from fastapi import FastAPI

from rekindle.runtime.registry import SERVICES
from services.gateway import openapi
from services.gateway.behaviour import behaviour

Document = dict[str, Any]


def applications() -> dict[str, FastAPI]:
    """Every service that has an application, by name."""
    return {
        service.name: import_module(f"{service.package}.main").create_app() for service in SERVICES if service.provides("main")
    }


def documents() -> dict[str, Document]:
    """The document of every service that has an application, by name."""
    return {name: application.openapi() for name, application in applications().items()}


def merged(each: dict[str, Document]) -> Document:
    """One document of all, as the gateway shows it."""
    return openapi.merge(each, title="Rekindle", description=behaviour())
