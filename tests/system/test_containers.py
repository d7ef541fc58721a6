"""The lab with real containers by a podman of its own: tasks from run-task to their last trace, by
the real AWS CLI."""

import hashlib
import json
import pathlib
import signal
import subprocess
import tarfile
import time

from podman import Podman, unusable
from test_ecs import CLUSTER, register, tasks
from test_lab_logs import of
from test_walkthrough import start
from topology import REGION, WORKLOAD, free_port, policy, wait_for

GROUP, IMAGE, ROLE = "/ecs/demo", "localhost/probe:1", "execution"
PROBE = pathlib.Path(__file__).resolve().parent.parent / "probe" / "probe.cc"
LOGS = {"awslogs-group": GROUP, "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}


def start_lab(case):
    """A podman with an image whose program does what its arguments say, and a lab that uses it."""
    reason = unusable()
    if reason:
        case.skip(reason)
    podman = Podman(case.directory / "p")
    case.defer(podman.close)
    probe = case.directory / "probe"
    subprocess.run(["g++", "-std=c++20", "-O1", "-static", PROBE, "-o", probe], check=True)
    with tarfile.open(case.directory / "probe.tar", "w") as archive:
        archive.add(probe, "probe")
    change = ["--change", 'ENTRYPOINT ["/probe"]']
    podman.run("import", *change, case.directory / "probe.tar", IMAGE)

    topo = start(case, set_up=False)
    make_execution_role(topo)
    serve(topo, podman)
    lab = of(topo, topo.workload)
    lab.aws("ecs", "create-cluster", "--cluster-name", CLUSTER)
    lab.aws("logs", "create-log-group", "--log-group-name", GROUP)
    return topo, podman, lab


def serve(topo, podman, port=None):
    topo.start_lab("--driver", "containers", "--container-socket", podman.url, port=port)


def container(name, *command, **members):
    logs = {"logDriver": "awslogs", "options": LOGS}
    made = {"name": name, "image": IMAGE, "command": list(command), "stopTimeout": 5}
    return {**made, "essential": True, "logConfiguration": logs, **members}


def make_execution_role(topo):
    """In whose name images are pulled and logs are written."""
    for_tasks = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    trust = policy({**for_tasks, "Action": "sts:AssumeRole"})
    allowed = policy({"Effect": "Allow", "Action": ["ecr:*", "logs:*"], "Resource": "*"})
    role = ["--role-name", ROLE]
    topo.workload.aws("iam", "create-role", *role, "--assume-role-policy-document", trust)
    topo.workload.aws(
        *["iam", "put-role-policy", *role, "--policy-name", "all", "--policy-document", allowed]
    )


def run_task(case, lab, family, *containers):
    role = f"arn:aws:iam::{WORKLOAD}:role/{ROLE}"
    members = {"executionRoleArn": role, "containerDefinitions": list(containers)}
    register(case, lab, family, IMAGE, **members)
    ran = lab.aws("ecs", "run-task", "--cluster", CLUSTER, "--task-definition", family)
    assert ran["failures"] == [], ran
    return ran["tasks"][0]["taskArn"]


def lines(lab, task, name):
    """What a container has written so far."""
    stream = f"ecs/{name}/{task.rsplit('/', 1)[1]}"
    where = ["--log-group-name", GROUP, "--log-stream-name", stream, "--start-from-head"]
    done = lab.run("logs", "get-log-events", *where)
    return [e["message"] for e in json.loads(done.stdout)["events"]] if not done.returncode else []


def cgroups(topo):
    """Those of the lab's tasks."""
    name = "tributary-" + hashlib.sha256(str(topo.directory / "lab").encode()).hexdigest()[:12]
    return sorted(str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"*/{name}"))


def test_a_task_of_real_containers_from_its_start_to_its_last_trace(case):
    """Two containers share localhost and the metadata endpoint, write logs, are checked for health
    and stop when told; nothing of them is left in podman or in the kernel."""
    topo, podman, lab = start_lab(case)
    health = {"command": ["CMD", "/probe", "exit", "0"], "interval": 5, "timeout": 4, "retries": 2}
    task = run_task(
        *[case, lab, "pair"],
        container("app", "print", "hello", "pause", healthCheck=health),
        container(
            *["checker", "env", "ECS_CONTAINER_METADATA_URI_V4", "env", "AWS_REGION"],
            *["get", "169.254.170.2", "80", "get", "192.0.2.1", "80", "exit", "3"],
            essential=False,
            dependsOn=[{"containerName": "app", "condition": "HEALTHY"}],
        ),
    )
    lab.aws("ecs", "wait", "tasks-running", "--cluster", CLUSTER, "--tasks", task)
    wait_for(lambda: len(lines(lab, task, "checker")) == 4, 30, "the checker's lines")
    said = lines(lab, task, "checker")
    assert said[0].startswith("ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/"), said
    assert said[1] == f"AWS_REGION={REGION}", said
    assert said[2].startswith("404"), said
    assert said[3] == "192.0.2.1: Network is unreachable", said
    assert lines(lab, task, "app") == ["hello"]

    (shown,) = tasks(lab, task)
    by_name = {one["name"]: one for one in shown["containers"]}
    assert by_name["app"]["healthStatus"] == "HEALTHY", shown
    assert by_name["app"]["imageDigest"].startswith("sha256:"), shown
    assert by_name["checker"]["exitCode"] == 3, shown

    begun = time.monotonic()
    lab.aws("ecs", "stop-task", "--cluster", CLUSTER, "--task", task, "--reason", "enough")
    lab.aws("ecs", "wait", "tasks-stopped", "--cluster", CLUSTER, "--tasks", task)
    case.figure(f"stopped after {time.monotonic() - begun:.1f} s")
    (shown,) = tasks(lab, task)
    assert shown["stopCode"] == "UserInitiated" and shown["stoppedReason"] == "enough", shown
    assert {one["name"]: one["exitCode"] for one in shown["containers"]} == {"app": 0, "checker": 3}
    assert topo.lab.stop() == 0, topo.lab.output()
    assert podman.leftovers() == []
    assert podman.run("images", "--format", "{{.Repository}}").split() == ["localhost/probe"]
    assert cgroups(topo) == []


def test_a_container_that_takes_too_much_memory_is_said_to(case):
    """Its exit code is 137, and its reason the one that ECS gives."""
    _, _, lab = start_lab(case)
    task = run_task(case, lab, "greedy", container("app", "allocate", "64", memory=16))
    lab.aws("ecs", "wait", "tasks-stopped", "--cluster", CLUSTER, "--tasks", task)
    (shown,) = tasks(lab, task)
    (app,) = shown["containers"]
    assert app["exitCode"] == 137, shown
    assert app["reason"].startswith("OutOfMemoryError: "), shown


def test_what_a_killed_lab_left_is_swept_by_the_next(case):
    """Containers, their pause container and cgroups go when a lab on the same data begins."""
    topo, podman, lab = start_lab(case)
    task = run_task(case, lab, "lasting", container("app", "print", "up", "pause"))
    lab.aws("ecs", "wait", "tasks-running", "--cluster", CLUSTER, "--tasks", task)
    assert len(podman.leftovers()) == 2, podman.leftovers()
    assert cgroups(topo)
    topo.lab.stop(signal.SIGKILL)
    assert len(podman.leftovers()) == 2, podman.leftovers()

    serve(topo, podman, free_port())

    assert podman.leftovers() == []
    assert topo.lab.stop() == 0, topo.lab.output()
    assert cgroups(topo) == []
