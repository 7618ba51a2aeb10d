"""What a body or an address may hold: nothing that two readers read in two ways, or that floods."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest
from plugin import BUCKET, CA_ID, Plugin, error_of, plugin
from test_http_front import ADDRESSES, request_of

from handler import logs
from handler.core.errors import RefusedRequest
from handler.core.web_address import is_outside, web_address
from handler.payloads import json_text


@pytest.fixture
def here() -> Plugin:
    logs.configure("CRITICAL")
    return plugin()


JSON_ADDRESSES = [
    (path, request["json"])
    for method, path, _ in ADDRESSES
    if method == "POST" and (request := request_of(method, path)).get("json")
]


def written_twice(body: dict[str, Any], deep: bool) -> bytes:
    """The body with its first name twice: at its top, or in the first record that it holds."""
    name, value = next(iter(body.items()))
    if deep and isinstance(value, list) and value and isinstance(value[0], dict) and value[0]:
        inner, held = next(iter(value[0].items()))
        record = json.dumps(value[0])[:-1] + f', "\\u{ord(inner[0]):04x}{inner[1:]}": '
        text = f"{{{json.dumps(name)}: [{record}{json.dumps(held)}}}]"
        rest = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in body.items() if k != name]
        return ", ".join([text, *rest]).encode() + b"}"
    return json.dumps(body)[:-1].encode() + f', "{name}": {json.dumps(value)}}}'.encode()


def test_a_name_that_stands_twice_is_refused(here: Plugin) -> None:
    """A gateway, a filter or a log that reads the first one would have seen another call."""
    here.post()
    client, headers = here.client, {"Authorization": f"Bearer {here.key}"}
    before, tried = here.written(), 0
    for path, body in JSON_ADDRESSES:
        if path.endswith(("expire?profile=us", "/delivered")):
            continue  # they take no body
        for deep in (False, True):
            content = written_twice(body, deep)
            assert json.loads(content)  # which Python takes, and many others
            answer = client.post(
                path, data=content, headers=headers, content_type="application/json"
            )
            assert answer.status_code in (404, 409, 422), f"{path}: {answer.text}"
            if answer.status_code == 422:
                tried += "there once" in answer.text or "twice" in answer.text
    assert tried >= len(JSON_ADDRESSES)
    assert here.written() == before


def test_nor_does_the_extension_take_one(here: Plugin) -> None:
    calls = (
        b'{"diy":true,"type":"wrapper","function":"pingPlugin","function":"x","options":{"a":1}}',
        b'{"diy":true,"type":"wrapper","function":"pingPlugin","options":{"a":1,"a":2}}',
        b'{"access_token":"x","access_token":"%s","function":"pingPlugin"}' % here.key.encode(),
    )
    for body in calls:
        headers = {} if b"access_token" in body else {"Authorization": f"Bearer {here.key}"}
        answer = here.client.post("/function", data=body, headers=headers)
        assert answer.status_code in (400, 401), answer.text
    assert answer.status_code == 401  # the token of such a body is not even looked at


def test_what_is_told_of_it_is_the_name_and_it_is_cut() -> None:
    assert json_text.name_given_twice(b'{"a":[{"b":1,"c":{},"c":[]}]}') == "c"
    assert json_text.name_given_twice(b'{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}') is None
    assert json_text.name_given_twice(b'{"":1,"":2}') == ""
    number = b"1" * 5_000  # longer than Python makes an int of
    assert json_text.name_given_twice(b'{"a":%s,"b":%s}' % (number, number)) is None
    assert json_text.name_given_twice(b'{"a":%s,"\\u0061":2}' % number) == "a"
    with pytest.raises(ValueError, match="twice"):
        json_text.loads(b'[{"a":1,"a":1}]')


ODD = [
    b"[" * 100_000, b'{"data":' * 50_000, b'{"data":[' + b"[" * 9_000 + b"]" * 9_000 + b"]}",
    b"\x00", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"{'data': []}", b"NaN", b"1e999999",
    b'{"data": [NaN]}', b'{"data": Infinity}', b'"\\ud800"', b'{"data":"\\ud800"}',
    b'{"data":[{"sku":"\\u0000"}]}', b'{"data":' + b"9" * 100_000 + b"}", b"null", b"[]", b"1",
    b'{"data":[],"__proto__":{"a":1}}', b'{"data":{"$gt":""}}', b'{"data":null}',
]  # fmt: skip


def test_no_json_however_odd_is_more_than_refused(here: Plugin) -> None:
    client, headers = here.client, {"Authorization": f"Bearer {here.key}"}
    for content in ODD:
        for path, _ in JSON_ADDRESSES:
            answer = client.post(
                path, data=content, headers=headers, content_type="application/json"
            )
            assert len(answer.data) < 5_000, path
            if answer.status_code == 200:  # a batch, of which each record fails alone
                takes_none = path.endswith(("expire?profile=us", "/delivered"))
                told = answer.get_json()["data"]
                assert takes_none or [one["success"] for one in told] == [False], answer.text
                continue
            assert answer.status_code in (404, 409, 422), path
            error = answer.get_json()["errors"]
            assert "pydantic" not in str(error)
            assert "Traceback" not in str(error)
        assert client.post("/function", data=content, headers=headers).status_code in (400, 422)
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&%6cimit=2", "cursor=&cursor="])
def test_a_parameter_that_stands_twice_is_refused(here: Plugin, query: str) -> None:
    for path in ("/v1/settlements", "/v1/exceptions", "/v1/mappings/rules"):
        answer = here.get(f"{path}?{query}")
        assert (answer.status_code, error_of(answer)["code"]) == (422, "BAD_PARAMETER")


CURSORS = ["x", "'", "..", "AAAA", "e30", "bnVsbA", "W10", "eyJwayI6eyJTIjoiQVBJS0VZIyJ9fQ",
               "eyJwayI6IkFVRElUIn0", "%00", "é", "A" * 16_385, "../../x", "[]"]  # fmt: skip


def test_no_cursor_leads_into_another_list(here: Plugin) -> None:
    """A cursor is signed for nobody: what it says must be of its own list, or it is refused."""
    here.post()
    client, headers = here.client, {"Authorization": f"Bearer {here.key}"}
    for cursor in CURSORS:
        for path in ("/v1/settlements", "/v1/exceptions", f"/v1/settlements/{CA_ID}/rows?line=1",
                     "/v1/inventory/listings?profile=us", "/v1/inventory/fba/runs?profile=us",
                     "/v1/outbox/parcels?state=parked"):  # fmt: skip
            asked = f"{path}{'&' if '?' in path else '?'}cursor={cursor}"
            answer = client.get(asked, headers=headers)
            assert answer.status_code == 422, f"{asked}: {answer.text}"
            assert error_of(answer)["code"] in ("BAD_CURSOR", "BAD_PARAMETER")


# The ranges that are not the internet, as IANA lists them, and where clouds keep credentials.
INSIDE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/29", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "169.254.169.254/32",
    "169.254.170.2/32", "100.100.100.200/32", "::1/128", "::/128", "::ffff:0:0/104", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "100::/64", "fd00:ec2::254/128",
    "64:ff9b::a00:0/104", "64:ff9b:1::/48", "2002:7f00::/24", "2002:a00::/24",
    "::7f00:0/104", "::a9fe:a9fe/128",
]  # fmt: skip


@pytest.mark.parametrize("network", INSIDE)
def test_both_ends_of_every_inner_range_are_inside(network: str) -> None:
    known = ipaddress.ip_network(network)
    for number in {0, 1, known.num_addresses // 2, known.num_addresses - 1}:
        if number < known.num_addresses:
            assert not is_outside(known[number]), known[number]


def spellings(address: str) -> list[str]:
    """The hosts that one C library or another reads as this IPv4 address."""
    a, b, c, d = map(int, address.split("."))
    number = int(ipaddress.IPv4Address(address))
    low, lower = (c << 8) + d, (b << 16) + (c << 8) + d
    found = [
        address, f"{address}.", str(number), hex(number), f"0{number:o}", f"0x{number:X}",
        f"{a}.{lower}", f"{a}.{b}.{low}", f"0x{a:x}.{b}.{c}.{d}", f"0{a:o}.{b}.{c}.{d}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:03}.{b:03}.{c:03}.{d:03}", f"{a}.{b}.{c}.0x{d:x}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"{a}.{b}.{c}.{d}.", f"{number + (1 << 32)}",
        f"[::ffff:{address}]", f"[::ffff:{a:x}{b:02x}:{c:x}{d:02x}]", f"[::{address}]",
        f"[0:0:0:0:0:ffff:{address}]", f"[64:ff9b::{address}]", f"[::ffff:{address}%25eth0]",
        f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]", f"{a}%2e{b}.{c}.{d}", f"{a}。{b}.{c}.{d}",
        f"①.{b}.{c}.{d}", f"{address}:443@{address}", f"public.example@{address}",
        f"public.example:x@{address}", f"public.example#@{address}", f"public.example\\@{address}",
        f"{address}?.public.example", f"{address}#.public.example", f" {address}", f"{address}\t",
        f"{address}:80", f"{address}:22", f"{address}\x00.public.example", f"{address}%00",
    ]  # fmt: skip
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "169.254.170.2", "10.0.0.1", "0.0.0.0"],  # noqa: S104
)
@pytest.mark.parametrize("scheme", ["https", "HTTPS", "http", "gopher", "file", "ftp", "jar"])
def test_no_spelling_of_an_inner_address_is_sent_to(address: str, scheme: str) -> None:
    for host in spellings(address):
        with pytest.raises(RefusedRequest) as refused:
            web_address(f"{scheme}://{host}/latest/meta-data/")
        assert refused.value.code == "FORBIDDEN_ADDRESS", host


def test_a_bucket_name_is_no_address(here: Plugin) -> None:
    for name in ("http://169.254.169.254", "../x", "a" * 64, "arn:aws:s3:::x", BUCKET + "\n"):
        body = {"bucket": name, "key": "raw-settlements/ca/x"}
        assert here.call("POST", "/v1/settlements", json=body).status_code in (403, 422)
