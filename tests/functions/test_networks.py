"""IP addresses and networks."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.functions.networks import (
    NetworkProblem,
    address_of,
    in_networks,
    in_networks_many,
    parse_network,
)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("::1", "::1/128"),
        ("::/0", "::/0"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:a00:1", "10.0.0.1/32"),
    ],
)
def test_canonical(text: str, canonical: str) -> None:
    assert parse_network(text) == canonical
    assert parse_network(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("203.0.113.7/24", "has bits set after its first 24", "`203.0.113.0/24`"),
        ("2001:db8::1/32", "has bits set", "`2001:db8::/32`"),
        ("::ffff:10.0.0.1/104", "has bits set", "`10.0.0.0/8`"),
        ("10.0.0.0/33", "`/33` is no prefix length", "`/32`"),
        ("2001:db8::/129", "`/129` is no prefix length", "`/128`"),
        ("10.0.0.0/08", "`/08` is no prefix length", "`/32`"),
        ("10.0.0.0/255.0.0.0", "no prefix length", "`/32`"),
        ("10.0.0.0/", "no prefix length", "`/32`"),
        ("10.0.0/8", "is no network", "203.0.113.0/24"),
        ("", "is no network", "203.0.113.0/24"),
        ("example.org", "is no network", "203.0.113.0/24"),
    ],
)
def test_problems(text: str, message: str, help_: str) -> None:
    problem = parse_network(text)
    assert isinstance(problem, NetworkProblem)
    assert message in problem.message
    assert help_ in problem.help
    assert (problem.remedy is not None) == ("bits set" in message)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1.2.3.4",
        "1.2.3.4 ",
        "01.2.3.4",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.-4",
        "١.2.3.4",
        "1.2.3.4/32",
        "fe80::1%eth0",
        "::ffff:01.2.3.4",
        ":::",
        "12345::",
        "::1/128",
        "1.2.3.+4",
        "0x1.2.3.4",
        "[::1]",
    ],
)
def test_no_address(text: str) -> None:
    assert address_of(text) is None
    assert in_networks(text, ("0.0.0.0/0", "::/0")) is None


@pytest.mark.parametrize(
    ("text", "networks", "expected"),
    [
        ("203.0.113.7", ("203.0.113.0/24",), True),
        ("203.0.114.0", ("203.0.113.0/24",), False),
        ("203.0.112.255", ("203.0.113.0/24",), False),
        ("203.0.113.255", ("203.0.113.0/24",), True),
        ("::ffff:203.0.113.7", ("203.0.113.0/24",), True),
        ("::FFFF:CB00:7107", ("203.0.113.0/24",), True),
        ("203.0.113.7", ("::/0",), False),
        ("2001:db8::5", ("10.0.0.0/8", "2001:db8::/32"), True),
        ("2001:db9::5", ("10.0.0.0/8", "2001:db8::/32"), False),
        ("10.200.0.1", ("10.0.0.0/8", "10.1.0.0/16"), True),
        ("10.200.0.1", ("10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/16"), True),
        ("10.0.0.1", (), False),
    ],
)
def test_membership(text: str, networks: tuple[str, ...], expected: bool) -> None:
    assert in_networks(text, networks) is expected


v4 = st.ip_addresses(v=4)
v4_networks = st.builds(
    lambda address, length: str(ipaddress.ip_network((address, length), strict=False)),
    v4,
    st.integers(0, 32),
)


@given(st.lists(v4, max_size=5), st.lists(v4_networks, max_size=5))
def test_agrees_with_the_standard_library(
    addresses: list[ipaddress.IPv4Address], networks: list[str]
) -> None:
    found = in_networks_many(map(str, addresses), tuple(networks))
    assert found == [
        any(address in ipaddress.ip_network(network) for network in networks)
        for address in addresses
    ]


@given(st.ip_addresses(v=6))
def test_spellings_of_an_address_are_one(address: ipaddress.IPv6Address) -> None:
    assert (
        address_of(str(address)) == address_of(address.exploded) == address_of(str(address).upper())
    )
