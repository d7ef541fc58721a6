"""The lab's CloudWatch Logs by the real AWS CLI, with the hub's identities."""

import json
import os
import subprocess
import time

from topology import REGION, WORKLOAD, Account, policy, wait_for
from test_walkthrough import start

GROUP = "/ecs/demo"
ARN = f"arn:aws:logs:{REGION}:{WORKLOAD}:log-group:{GROUP}"


def start_lab(case):
    """A hub with both accounts and a lab that runs nothing: the topology and the workload's
    administrator as he calls the lab."""
    topo = start(case, set_up=False)
    programs = case.directory / "programs.yaml"
    programs.write_text("programs: []\n")
    topo.start_lab("--driver", "processes", "--programs", programs)
    return topo, of(topo, topo.workload)


def of(topo, account):
    return Account(
        topo.lab_endpoint,
        {"accountId": account.id, "accessKeyId": account.key, "secretAccessKey": account.secret},
    )


def put(lab, stream, *events):
    """Events as (milliseconds, message)."""
    lab.aws(
        *["logs", "put-log-events", "--log-group-name", GROUP, "--log-stream-name", stream],
        *["--log-events", json.dumps([{"timestamp": t, "message": m} for t, m in events])],
    )


def now_ms():
    return time.time_ns() // 1_000_000


def messages(answer):
    return [event["message"] for event in answer["events"]]


def test_a_log_group_from_its_making_to_its_end(case):
    """Groups and streams are made, filled, described, read, searched and deleted by `aws logs`."""
    topo, lab = start_lab(case)
    group, stream = ["--log-group-name", GROUP], ["--log-stream-name", "ecs/app/1"]
    lab.aws("logs", "create-log-group", *group, "--tags", "team=blue")
    lab.aws("logs", "put-retention-policy", *group, "--retention-in-days", "7")
    lab.aws("logs", "create-log-stream", *group, *stream)
    now = now_ms()
    put(lab, "ecs/app/1", (now - 3000, "started"), (now - 2000, 'ERROR "é"'), (now, "stopped"))

    groups = lab.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/ecs")["logGroups"]
    assert [g["logGroupName"] for g in groups] == [GROUP], groups
    assert groups[0]["arn"] == ARN + ":*" and groups[0]["retentionInDays"] == 7, groups
    streams = lab.aws("logs", "describe-log-streams", *group)["logStreams"]
    assert streams[0]["firstEventTimestamp"] == now - 3000, streams
    assert streams[0]["lastEventTimestamp"] == now, streams
    events = lab.aws("logs", "get-log-events", *group, *stream, "--start-from-head")
    assert messages(events) == ["started", 'ERROR "é"', "stopped"], events
    found = lab.aws("logs", "filter-log-events", *group, "--filter-pattern", "ERROR")
    assert messages(found) == ['ERROR "é"'], found
    tags = lab.aws("logs", "list-tags-for-resource", "--resource-arn", ARN)
    assert tags == {"tags": {"team": "blue"}}, tags

    again = lab.run("logs", "create-log-group", *group)
    assert "ResourceAlreadyExistsException" in again.stderr, again.stderr
    lab.aws("logs", "delete-log-group", *group)
    gone = lab.run("logs", "get-log-events", *group, *stream)
    assert "ResourceNotFoundException" in gone.stderr, gone.stderr
    assert list((topo.directory / "lab" / "logs").iterdir()) == []


def test_log_events_page_by_page(case):
    """The CLI's paginators get every event once, across streams and pages."""
    _, lab = start_lab(case)
    lab.aws("logs", "create-log-group", "--log-group-name", GROUP)
    now = now_ms()
    for stream in ("a", "b"):
        name = ["--log-group-name", GROUP, "--log-stream-name", stream]
        lab.aws("logs", "create-log-stream", *name)
        put(lab, stream, *((now + i, f"{stream}{i}") for i in range(40)))

    pages = ["--log-group-name", GROUP, "--page-size", "7"]
    every = lab.aws("logs", "filter-log-events", *pages)
    assert len(every["events"]) == 80 and len({e["eventId"] for e in every["events"]}) == 80
    assert [e["timestamp"] for e in every["events"]] == sorted([now + i for i in range(40)] * 2)
    streams = lab.aws(
        *["logs", "describe-log-streams", "--log-group-name", GROUP, "--page-size", "1"],
        *["--order-by", "LastEventTime"],
    )
    assert [s["logStreamName"] for s in streams["logStreams"]] == ["a", "b"]


def test_a_tail_follows_a_log_group(case):
    """`aws logs tail --follow` shows what is there and what comes, each event once."""
    topo, lab = start_lab(case)
    name = ["--log-group-name", GROUP, "--log-stream-name", "s"]
    lab.aws("logs", "create-log-group", "--log-group-name", GROUP)
    lab.aws("logs", "create-log-stream", *name)
    put(lab, "s", (now_ms() - 1000, "first"))
    base = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    aws = "/usr/bin/aws" if os.access("/usr/bin/aws", os.X_OK) else "aws"
    log = case.directory / "tail.log"
    with open(log, "wb") as out:
        tail = subprocess.Popen(
            [aws, "--endpoint-url", topo.lab_endpoint, "logs", "tail", GROUP, "--follow"],
            env={**base, **lab.env(), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    case.defer(tail.kill)

    wait_for(lambda: "first" in log.read_text(), 30, "the first line")
    put(lab, "s", (now_ms(), "second"))
    wait_for(lambda: "second" in log.read_text(), 30, "the second line")
    put(lab, "s", (now_ms(), "third"))
    wait_for(lambda: "third" in log.read_text(), 30, "the third line")
    tail.terminate()
    tail.wait(30)
    lines = [line.split()[-1] for line in log.read_text().splitlines() if line.strip()]
    assert [line for line in lines if line in ("first", "second", "third")] == [
        "first",
        "second",
        "third",
    ], lines


def test_the_lab_asks_the_hub_who_may(case):
    """Signatures, keys and policies of the hub count in the lab at once, account by account; a lab
    without a good service key gets nothing from the hub."""
    topo, lab = start_lab(case)
    lab.aws("logs", "create-log-group", "--log-group-name", GROUP)
    others = of(topo, topo.central).aws("logs", "describe-log-groups")
    assert others == {"logGroups": []}, others

    forged = of(topo, topo.workload)
    forged.secret = "x" * 40
    refused = forged.run("logs", "describe-log-groups")
    assert "InvalidSignatureException" in refused.stderr, refused.stderr
    forged.key = "AKIAAAAAAAAAAAAAAAAA"
    refused = forged.run("logs", "describe-log-groups")
    assert "UnrecognizedClientException" in refused.stderr, refused.stderr

    topo.workload.aws("iam", "create-user", "--user-name", "reader")
    made = topo.workload.aws("iam", "create-access-key", "--user-name", "reader")["AccessKey"]
    reader = of(topo, topo.workload)
    reader.key, reader.secret = made["AccessKeyId"], made["SecretAccessKey"]
    refused = reader.run("logs", "describe-log-streams", "--log-group-name", GROUP)
    assert "AccessDeniedException" in refused.stderr, refused.stderr
    assert f"logs:DescribeLogStreams on resource: {ARN}:log-stream:" in refused.stderr
    topo.workload.aws(
        *["iam", "put-user-policy", "--user-name", "reader", "--policy-name", "read"],
        "--policy-document",
        policy({"Effect": "Allow", "Action": "logs:Describe*", "Resource": ARN + ":*"}),
    )
    assert reader.aws("logs", "describe-log-streams", "--log-group-name", GROUP)["logStreams"] == []

    keys = json.loads(topo.hub_command("service-key", "list", "--output", "json"))
    topo.hub_command("service-key", "delete", "--id", keys[0]["accessKeyId"])
    refused = lab.run("logs", "describe-log-groups")
    assert "InternalFailure" in refused.stderr and "security token" in refused.stderr, refused
