"""Addresses that results may be sent to, and the ways into a network that are none."""

from __future__ import annotations

import ipaddress

import pytest

from handler.core.errors import RefusedRequest
from handler.core.web_address import WebAddress, is_outside, web_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.integrator.io/v1/exports/1/data", ("api.integrator.io", 443)),
        ("HTTPS://API.Integrator.io:8443?x=1", ("api.integrator.io", 8443)),
        ("https://xn--bcher-kva.example./", ("xn--bcher-kva.example", 443)),
        ("https://8.8.8.8/", ("8.8.8.8", 443)),
        ("https://[2606:4700::1111]:1024/", ("2606:4700::1111", 1024)),
    ],
)
def test_public_ones_may_be(url: str, address: tuple[str, int]) -> None:
    assert web_address(url) == WebAddress("https", *address, local=False)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "no host"),
        ("hooks.example.com", "no host"),
        ("http://hooks.example.com/", "begins with 'http'"),
        ("ftp://hooks.example.com/", "begins with 'ftp'"),
        ("file:///etc/passwd", "no host"),
        ("https://user:pass@hooks.example.com/", "user name"),
        ("https://hooks.example.com@10.0.0.1/", "user name"),
        ("https://hooks.example.com/#part", "fragment"),
        ("https://hooks.example.com/#", "fragment"),
        ("https://hooks.example.com:22/", "port is 22"),
        ("https://hooks.example.com:80/", "port is 80"),
        ("https://hooks.example.com:0/", "port is 0"),
        ("https://hooks.example.com:99999/", "no address"),
        ("https://hooks.example.com:http/", "no address"),
        ("https://[::1/", "no address"),
        ("https://hooks.example.com\\@10.0.0.1/", "backslash"),
        ("https://hooks.example.com/ x", "blank"),
        ("https://hooks.example.com/\r\nHost: x", "blank"),
        ("https://hooks。example.com/", "outside ASCII"),
        ("https://intranet/", "within a network"),
        ("https://hooks_example.com/", "no host name"),
        ("https://-a.example.com/", "no host name"),
        ("https://a..example.com/", "no host name"),
        ("https://hooks.example.com/" + "a" * 2_050, "characters"),
        ("https://localhost/", "inside a network or this machine"),
        ("https://a.localhost:8080/", "inside a network or this machine"),
        ("https://127.0.0.1/", "inside"),
        ("https://127.0.0.1.:8080/", "inside"),
        ("https://[::1]/", "inside"),
        ("https://[::]/", "inside"),
        ("https://0.0.0.0/", "inside"),
        ("https://10.1.2.3/", "inside"),
        ("https://172.16.0.1/", "inside"),
        ("https://192.168.0.1/", "inside"),
        ("https://100.64.0.1/", "inside"),
        ("https://169.254.169.254/latest/meta-data/", "inside"),
        ("https://[fd00:ec2::254]/", "inside"),
        ("https://[fe80::1]/", "inside"),
        ("https://[::ffff:169.254.169.254]/", "inside"),
        ("https://[64:ff9b::a9fe:a9fe]/", "inside"),
        ("https://[2002:7f00:1::]/", "inside"),
        ("https://224.0.0.1/", "inside"),
        ("https://255.255.255.255/", "inside"),
        ("https://2130706433/", "hides an IP"),
        ("https://0x7f000001/", "hides an IP"),
        ("https://0177.0.0.1/", "hides an IP"),
        ("https://127.1/", "hides an IP"),
        ("https://0x7f.0.0.0x1/", "hides an IP"),
        ("https://hooks.example.1/", "hides an IP"),
    ],
)
def test_others_are_refused_and_it_is_said_why(url: str, said: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        web_address(url)
    assert refused.value.code == "FORBIDDEN_ADDRESS"
    assert said in refused.value.message
    assert refused.value.repair
    assert "pass@" not in refused.value.message


@pytest.mark.parametrize(
    "url", ["http://localhost:80/", "http://127.0.0.1:5000/", "https://[::1]/"]
)
def test_this_machine_may_be_only_where_it_is_allowed(url: str) -> None:
    assert web_address(url, allow_local=True).local
    with pytest.raises(RefusedRequest):
        web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://hooks.example.com/",
        "https://169.254.169.254/",
        "ftp://localhost/",
        "http://user@localhost/",
    ],
)
def test_where_this_machine_is_allowed_the_network_still_is_not(url: str) -> None:
    with pytest.raises(RefusedRequest):
        web_address(url, allow_local=True)


def test_the_origin_leaves_out_where_a_token_may_stand() -> None:
    address = web_address("https://hooks.example.com:8443/v1/token?key=token")
    assert address.origin == "https://hooks.example.com:8443"
    assert web_address("https://[2606:4700::1111]/t").origin == "https://[2606:4700::1111]"


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2002:101:101::"])
def test_the_internet_is_outside(text: str) -> None:
    assert is_outside(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2001:0:7f00:1::1", "fec0::1", "ff02::1",
        "240.0.0.1", "192.0.2.1", "198.18.0.1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_the_rest_is_not(text: str) -> None:
    assert not is_outside(ipaddress.ip_address(text))
