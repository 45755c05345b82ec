"""What every test shares: how hypothesis draws, a flight simulator and a browser for those that ask for them."""

import sys

import pytest
from hypothesis import settings

# No deadline: a first example may wait for the compiler. `make test` tries the same examples everywhere; `make test-long` draws
# new ones, and what these find is mended with an example of its own.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def figures_closed():
    """pyplot keeps every figure, and warns of the twenty-first: what a test leaves open is closed after it."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def flight_server():
    """`tandem dashboard`, started once, on a port of its own."""
    from bench.browser import start

    server = start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def playwright_driver():
    """What drives the system's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def visit(playwright_driver, request):
    """A fresh browser of laptop size in English; nothing may go wrong in it, and nothing may leave this computer."""
    from flight import browsing

    with browsing(playwright_driver) as opened:
        yield opened
        assert opened.slips == []
