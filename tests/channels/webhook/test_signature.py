import hashlib
import hmac
from datetime import timedelta

import pytest

from tocsin.channels.webhook.signature import sign, verify_signature

NOW = 1_800_000_000
BODY = b'{"type":"alert"}'


def test_the_signature_is_the_documented_hmac():
    digest = hmac.new(b"key", b"1800000000." + BODY, hashlib.sha256).hexdigest()
    assert sign("key", BODY, now=NOW) == f"t=1800000000,v1={digest}"


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_holds_within_the_tolerance_both_ways(seconds, accepted):
    header = sign("key", BODY, now=NOW)
    tolerance = timedelta(minutes=5)
    assert verify_signature("key", header, BODY, now=NOW + seconds, tolerance=tolerance) is accepted


def test_another_body_is_refused():
    assert not verify_signature("key", sign("key", BODY, now=NOW), BODY + b" ", now=NOW)


def test_another_time_is_refused():
    header = sign("key", BODY, now=NOW).replace("t=1800000000", "t=1800000001")
    assert not verify_signature("key", header, BODY, now=NOW)


def test_one_of_several_signatures_is_enough():
    header = sign("key", BODY, now=NOW).replace("v1=", "v1=00,v2=zz,v1=")
    assert verify_signature("key", header, BODY, now=NOW)


@pytest.mark.parametrize(
    "header", ["", "t=", "v1=00", "t=1800000000", "t=x,v1=00", "t=1,t=2,v1=00", "t=²,v1=é", "t=" + "9" * 5000]
)
def test_a_malformed_header_is_refused(header):
    assert not verify_signature("key", header, BODY, now=NOW)
