"""A server on this machine that speaks the OpenAI protocol, and a model behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from longread.engine.endpoint import EndpointModel
from tests.quick.engine.local_endpoint import LocalEndpoint, serving


@pytest.fixture
def server() -> Iterator[LocalEndpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def model(server: LocalEndpoint) -> Iterator[EndpointModel]:
    opened = EndpointModel(server.url)
    yield opened
    opened.close()
