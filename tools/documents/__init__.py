"""The documents that others build on, made from the code: OpenAPI of each service, AsyncAPI and JSON Schemas of the events."""
