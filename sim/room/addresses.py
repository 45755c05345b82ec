"""The addresses of this computer in its networks: among which a trainer chooses where phones reach a room."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

ASKED_OF = ("192.168.255.255", "10.255.255.255", "172.31.255.255", "192.0.2.1")
"""Far ends to which nothing is sent: the system says from which of its addresses it would."""
OF_AN_INTERFACE = 0x8915  # SIOCGIFADDR of Linux


def own_addresses() -> list[str]:
    """IPv4 addresses of this computer beyond loopback, sorted; nothing is sent to find them."""
    found = {*_of_interfaces(), *_of_name(), *_of_routes()}
    return sorted((one for one in found if _usable(one)), key=lambda one: ipaddress.IPv4Address(one))


def _usable(text: str) -> bool:
    address = ipaddress.IPv4Address(text)
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local)


def _of_interfaces() -> Iterator[str]:
    try:
        import fcntl
    except ImportError:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                told = fcntl.ioctl(asking.fileno(), OF_AN_INTERFACE, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(told[20:24])


def _of_name() -> Iterator[str]:
    with suppress(OSError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            yield str(address[0])


def _of_routes() -> Iterator[str]:
    for far in ASKED_OF:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
            asking.connect((far, 9))
            yield str(asking.getsockname()[0])
