"""IP addresses and the networks that they are in.

An address is IPv4 in four decimal numbers, or IPv6 in any of the spellings of RFC 4291 without a
zone. Nothing is trimmed: white space about it, leading zeros in IPv4 (some read them as octal) and
digits of other scripts make it no address. `::ffff:a.b.c.d` is the IPv4 address a.b.c.d; no other
IPv6 network holds an IPv4 address, `::/0` included.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = tuple[int, int]
"""The version, 4 or 6, and the address as a number."""

_WIDTH = {4: 32, 6: 128}
_MAPPED = 0xFFFF  # what stands before the last 32 bits of ::ffff:a.b.c.d
_BYTES = frozenset(map(str, range(256)))


@dataclass(frozen=True, slots=True)
class NetworkProblem:
    """Why a text is no network, and the way out; `remedy` is the network that holds the address."""

    message: str
    help: str
    remedy: str | None = None


def parse_network(text: str) -> str | NetworkProblem:
    """Return the network in canonical form, such as `203.0.113.0/24`, or what is wrong with it.

    A single address is the network of that address alone.
    """
    address_text, slash, length_text = text.partition("/")
    spelled = _spelled_address(address_text)
    if spelled is None:
        return NetworkProblem(
            f"`{text}` is no network",
            "a network is written as `203.0.113.0/24` or `2001:db8::/32`",
        )
    version, number = spelled
    width = _WIDTH[version]
    length = _prefix_length(length_text, width) if slash else width
    if length is None:
        return NetworkProblem(
            f"`/{length_text}` is no prefix length",
            f"an IPv{version} network ends in `/0` to `/{width}`",
        )
    first = number >> (width - length) << (width - length)
    canonical = _canonical(version, first, length)
    if first != number:
        return NetworkProblem(
            f"`{text}` has bits set after its first {length}",
            f"the network is `{canonical}`",
            canonical,
        )
    return canonical


def address_of(text: str) -> Address | None:
    """Return the version and number of the IP address, or None where `text` is none."""
    spelled = _spelled_address(text)
    if spelled is not None and spelled[0] == 6 and spelled[1] >> 32 == _MAPPED:
        return 4, spelled[1] & 0xFFFF_FFFF
    return spelled


def in_networks(text: str, networks: tuple[str, ...]) -> bool | None:
    """Return whether the address is in one of the networks; None where `text` is no address.

    The networks are those that `parse_network` returns.
    """
    return _is_in(address_of(text), _edges(networks))


def in_networks_many(texts: Iterable[str], networks: tuple[str, ...]) -> list[bool | None]:
    """Return `in_networks` of each text, in order."""
    edges = _edges(networks)
    return [_is_in(address_of(text), edges) for text in texts]


def _spelled_address(text: str) -> Address | None:
    """Return the address as it is written, without a look at whether it maps one of IPv4."""
    if ":" in text:
        try:
            return None if "%" in text else (6, int(IPv6Address(text)))
        except AddressValueError:
            return None
    parts = text.split(".")
    if len(parts) != 4 or not _BYTES.issuperset(parts):
        return None
    a, b, c, d = map(int, parts)
    return 4, a << 24 | b << 16 | c << 8 | d


def _prefix_length(text: str, width: int) -> int | None:
    return int(text) if text in _BYTES and int(text) <= width else None


def _canonical(version: int, first: int, length: int) -> str:
    if version == 6 and length >= 96 and first >> 32 == _MAPPED:
        version, first, length = 4, first & 0xFFFF_FFFF, length - 96
    address = IPv4Address(first) if version == 4 else IPv6Address(first)
    return f"{address}/{length}"


_Edges: TypeAlias = dict[int, tuple[list[int], list[int]]]


@lru_cache(maxsize=256)
def _edges(networks: tuple[str, ...]) -> _Edges:
    """Return by version the first and last addresses of the networks, which do not overlap."""
    edges: _Edges = {4: ([], []), 6: ([], [])}
    for version, first, last in sorted(map(_span, networks)):
        firsts, lasts = edges[version]
        # Two networks are apart, or one holds the other; the larger one is sorted first or equal.
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(last, lasts[-1])
        else:
            firsts.append(first)
            lasts.append(last)
    return edges


def _span(network: str) -> tuple[int, int, int]:
    """Return the version, and the first and last address of a canonical network."""
    text, _, length = network.partition("/")
    address = address_of(text)
    if address is None:
        raise ValueError(f"not a canonical network: {network}")
    version, first = address
    return version, first, first + (1 << (_WIDTH[version] - int(length))) - 1


def _is_in(address: Address | None, edges: _Edges) -> bool | None:
    if address is None:
        return None
    version, number = address
    firsts, lasts = edges[version]
    at = bisect_right(firsts, number) - 1
    return at >= 0 and number <= lasts[at]
