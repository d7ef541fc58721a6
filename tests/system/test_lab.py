"""The lab: a task of real processes, with the endpoints that ECS gives to its containers."""

import json
import pathlib

import harness
import topology
from test_walkthrough import start
from topology import BIN, get, wait_for


def start_task(case, topo, *containers, extra=()):
    logs = case.directory / "containers"
    logs.mkdir()
    arguments = [
        *["task", "--endpoint", topo.endpoint, "--task-role-arn", topology.TASK_ROLE_ARN],
        *["--region", topology.REGION, "--cpu", "0.5", "--memory", "512", "--logs", logs],
    ]
    for container in containers:
        arguments += ["--container", container]
    log = case.directory / "lab.log"
    lab = topo.start("tributary-lab", [*arguments, *extra], topo.workload.env(), log)
    return lab, logs


def environment_of(process_name):
    """The environment of the running process of that program."""
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if command[0].decode().endswith(process_name[0]) and process_name[1] in command:
                pairs = (entry / "environ").read_bytes().decode().split("\0")
                return dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        except (OSError, UnicodeDecodeError):
            continue
    return None


def test_metadata_and_credentials_of_a_running_task(case):
    """The figures of the metadata endpoint are the process'; the credentials are the task role's
    and only for those who show the token; a stop ends everything with exit code 0."""
    topo = start(case)
    port = topology.free_port()
    address = f"127.0.0.1:{port}"
    lab, _ = start_task(case, topo, f"app={BIN / 'demo-app'} --listen {address}")
    env = wait_for(lambda: environment_of(("demo-app", address.encode())), 20, "the application")
    base = env["ECS_CONTAINER_METADATA_URI_V4"]

    task = json.loads(get(base + "/task")[1])
    assert task["Limits"] == {"CPU": 0.5, "Memory": 512}
    assert task["Containers"][0]["KnownStatus"] == "RUNNING"
    container = task["Containers"][0]["DockerId"]

    def busy():
        stats = json.loads(get(base + "/task/stats")[1])[container]
        return stats if stats and stats["cpu_stats"]["cpu_usage"]["total_usage"] > 0 else None

    stats = wait_for(busy, 20, "CPU time of the application")
    assert stats["memory_stats"]["usage"] > 1 << 20, stats["memory_stats"]
    assert stats["memory_stats"]["limit"] == 512 << 20
    assert get(base + "/nothing")[0] == 404

    url = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    assert harness.request("GET", url)[0] == 401
    token = {"Authorization": env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
    status, _, body = harness.request("GET", url, headers=token)
    assert status == 200, body
    session = json.loads(body)
    assert session["RoleArn"] == topology.TASK_ROLE_ARN and session["AccessKeyId"].startswith(
        "ASIA"
    )
    assert lab.stop() == 0, lab.output()
    assert session["SecretAccessKey"] not in lab.output()


def test_a_task_whose_role_does_not_trust_ecs_is_refused(case):
    """Without ecs-tasks.amazonaws.com in the trust policy there are no credentials, and the lab
    says why."""
    topo = start(case)
    other = topology.policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    )
    topo.workload.aws(
        *["iam", "update-assume-role-policy", "--role-name", topology.TASK_ROLE],
        *["--policy-document", other],
    )
    lab, _ = start_task(case, topo, "app=sleep 30")
    wait_for(lambda: not lab.running(), 20, "the end of the lab")
    assert lab.stop() == 1
    assert "not authorized" in lab.output() and topology.TASK_ROLE_ARN in lab.output(), lab.output()


def test_the_whole_task_delivers_application_and_task_metrics(case):
    """Application, metadata endpoint and collector as one task, credentials by the container
    endpoint: both pipelines of the walkthrough arrive."""
    topo = start(case)
    port = topology.free_port()
    config = harness.write_config(
        case.directory,
        harness.collector_config(topo, {"app": f"0.0.0.0:{port}"}, metadata=True),
    )
    variables = [f"--env={name}={value}" for name, value in topo.collector_env().items()]
    lab, logs = start_task(
        case,
        topo,
        f"app={BIN / 'demo-app'} --listen 0.0.0.0:{port}",
        f"collector={BIN / 'tributary-collector'} --config {config}",
        extra=variables,
    )

    def both():
        assert lab.running(), lab.output()
        names = {name for name, _ in harness.latest(topo, '{__name__=~"demo_.*|ecs_task_.*"}')}
        return {"demo_orders_total", "ecs_task_memory_utilized"} <= names and names

    names = wait_for(both, 30, "both pipelines in the workspace")
    ecs = {name for name in names if name.startswith("ecs_")}
    assert ecs == {
        *["ecs_task_memory_utilized", "ecs_task_memory_reserved", "ecs_task_cpu_utilized"],
        *["ecs_task_cpu_reserved", "ecs_task_network_rate_rx", "ecs_task_network_rate_tx"],
        *["ecs_task_storage_read_bytes", "ecs_task_storage_write_bytes"],
    }, ecs
    assert ("ecs_task_memory_reserved", frozenset()) in harness.latest(topo, '{__name__=~"ecs_.*"}')
    assert lab.stop() == 0, (lab.output(), (logs / "collector.log").read_text())
