"""STS, the container's credentials endpoint and instance metadata fail at start and later, and
credentials expire under way: samples wait, the log names the hop, nothing is lost."""

import fault_server
from fault_aws import ROLE_ARN, Aws, sts_error
from fault_rig import Rig, expect_whole
from fault_target import counting_page

SERIES = 10


def make(case, aws, env, role=True, **options):
    auth = {"role_arn": ROLE_ARN} if role else {"service": "aps"}
    rig = Rig(case, counting_page(SERIES), aws_auth=auth, env=env, **options)
    rig.server(aws)
    return rig


def finish_whole(rig):
    rig.wait_stored(rig.target.last())
    expect_whole(rig.finish(), rig.target.last())


def test_sts_that_is_down_at_start_delays_everything(case):
    """Nothing is sent unsigned; the log says what it waits for; all of it arrives later."""
    aws = Aws()
    aws.down()
    rig = make(case, aws, aws.keys_env())
    rig.start()
    rig.wait_scrapes(5)
    rig.expect_log("waiting for credentials", "AssumeRole", ROLE_ARN, "refused")
    assert not rig.receiver.attempts, "a request without credentials"
    aws.up()
    rig.expect_log("First write accepted", timeout=15)
    finish_whole(rig)
    assert {a.key_id for a in rig.receiver.attempts} == set(aws.issued)


def test_sts_that_refuses_is_named_with_the_likely_cause(case):
    """AccessDenied: role, code and cause are in the log; after the policy is mended all arrives."""
    aws = Aws()
    denied = (
        "User: arn:aws:iam::111111111111:user/task is not authorized to perform: sts:AssumeRole"
    )
    aws.fault(sts_error("AccessDenied", denied))
    rig = make(case, aws, aws.keys_env())
    rig.start()
    rig.wait_scrapes(3)
    rig.expect_log("AccessDenied", ROLE_ARN, "trust policy")
    aws.heal()
    rig.expect_log("First write accepted", timeout=15)
    finish_whole(rig)


def test_sts_that_is_down_later_costs_a_wait(case):
    """Credentials live 3 s; STS is gone when they end. Samples wait, then arrive, signed anew."""
    aws = Aws(lifetime_s=3)
    rig = make(case, aws, aws.keys_env())
    rig.start()
    rig.wait_stored(2)
    aws.down()
    rig.expect_log("cannot renew credentials, the old ones are still valid")
    rig.expect_log("Cannot write", "no credentials", timeout=10)
    rig.wait_scrapes(3)
    late = [a for a in rig.receiver.attempts if a.wall > aws.expires[a.key_id] + 0.5]
    assert not late, f"sent with credentials that had expired: {late}"
    aws.lifetime_s = 3600
    aws.up()
    finish_whole(rig)
    assert len(aws.issued) >= 2


def test_a_token_that_expires_under_way_is_renewed_at_once(case):
    """403 with AMP's words: new credentials are fetched, the same samples signed and sent again;
    nobody waits and no error is logged."""
    aws = Aws()
    rig = make(case, aws, aws.keys_env())
    rig.start()
    rig.wait_stored(2)
    rig.receiver.expired_keys.add(aws.issued[-1])
    rig.wait_scrapes(4)
    finish_whole(rig)
    assert len(aws.issued) == 2, aws.issued
    assert "ERROR" not in rig.log(), rig.log()


def test_tokens_that_stay_expired_keep_the_data(case):
    """Every token is refused for a while: the samples stay, STS is not hammered, all arrives."""
    aws = Aws()
    rig = make(case, aws, aws.keys_env())
    rig.start()
    rig.wait_stored(2)
    refuse = fault_server.refuse(
        403, '{"message":"The security token included in the request is expired"}'
    )
    rig.receiver.fault(refuse)
    rig.wait_scrapes(12)
    rig.receiver.heal()
    rig.expect_log("expired")
    assert len(aws.issued) < 10, aws.issued
    finish_whole(rig)


def test_a_container_endpoint_that_flaps(case):
    """Down at start, then garbage, then credentials: everything arrives."""
    aws = Aws()
    aws.down()
    rig = make(case, aws, aws.container_env(), role=False)
    rig.start()
    rig.wait_scrapes(2)
    rig.expect_log("waiting for credentials", "container credentials", aws.url)
    aws.fault(fault_server.refuse(200, "{not json"), times=1)
    aws.up()
    rig.expect_log("First write accepted", timeout=25)
    finish_whole(rig)
    assert aws.requests >= 2


def test_instance_metadata_that_flaps(case):
    """IMDS answers, cuts, is silent in turn; credentials live 4 s. All samples arrive in order."""
    aws = Aws(lifetime_s=4)
    env = {**aws.instance_env(), "AWS_EC2_METADATA_DISABLED": None}
    rig = make(case, aws, env, role=False)
    rig.start()
    rig.wait_stored(2)
    acts = [fault_server.garbage, fault_server.refuse(503, "busy"), fault_server.half_open]
    for act in acts:
        aws.fault(act, times=1)
    issued = len(aws.issued)
    rig.wait(lambda: len(aws.issued) >= issued + 2, 30, "two renewals through the faults")
    finish_whole(rig)
    rig.expect_log("instance metadata")


def test_a_clock_that_is_wrong_is_corrected_by_the_date_header(case):
    """The endpoint's clock is an hour ahead and it refuses old signatures: the collector takes the
    time from its answers, once, and says so."""
    aws = Aws()
    rig = make(case, aws, aws.keys_env())
    rig.receiver.clock_offset = 3600
    rig.start()
    rig.wait_scrapes(3)
    rig.expect_log("clock", "differs", "server_is_ahead_by")
    finish_whole(rig)
    refused = len(rig.receiver.attempts) - rig.receiver.count()
    assert refused == 1, refused


def test_no_secret_is_in_the_log(case):
    """At level debug neither keys nor tokens appear."""
    aws = Aws()
    rig = make(case, aws, aws.keys_env())
    config = rig.config()
    config["service"]["telemetry"]["logs"] = {"level": "debug"}
    rig.start(config)
    rig.wait_stored(3)
    rig.receiver.expired_keys.add(aws.issued[-1])
    finish_whole(rig)
    assert "secret-of" not in rig.log() and "token-of" not in rig.log(), rig.log()
