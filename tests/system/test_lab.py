"""The lab as ECS: services and tasks of real processes by the AWS CLI and by tributary-lab's own
commands, with the endpoints that ECS gives to its containers."""

import json
import os
import pathlib
import subprocess

import harness
import topology
from test_lab_logs import of
from test_walkthrough import start
from topology import BIN, CENTRAL_ROLE_ARN, REGION, TASK_ROLE_ARN, WORKLOAD, wait_for

GROUP = "/ecs/demo"
PROGRAMS = """programs:
  - {{image: demo-app, program: {bin}/demo-app}}
  - {{image: shell, program: /bin/sh, arguments: [-c]}}
  - {{image: collector, program: {bin}/tributary-collector}}
"""


class Lab:
    """A hub and a lab with the walkthrough's roles, as the workload account's administrator."""

    def __init__(self, case):
        self.case, self.topo = case, start(case)
        programs = case.directory / "programs.yaml"
        programs.write_text(PROGRAMS.format(bin=BIN))
        self.arguments = ["--driver", "processes", "--programs", programs]
        self.topo.start_lab(*self.arguments)
        self.aws = of(self.topo, self.topo.workload).aws
        self.aws("ecs", "create-cluster", "--cluster-name", "demo")

    def register(self, family, *containers, **more):
        definition = {
            "family": family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "512",
            "memory": "1024",
            "taskRoleArn": TASK_ROLE_ARN,
            "executionRoleArn": TASK_ROLE_ARN.replace("task-role", "execution-role"),
            "containerDefinitions": list(containers),
            **more,
        }
        self.aws("ecs", "register-task-definition", "--cli-input-json", json.dumps(definition))

    def run_task(self, family):
        ran = self.aws("ecs", "run-task", "--cluster", "demo", "--task-definition", family)
        assert not ran["failures"], ran
        return ran["tasks"][0]["taskArn"]

    def describe(self, arn):
        found = self.aws("ecs", "describe-tasks", "--cluster", "demo", "--tasks", arn)
        return found["tasks"][0]

    def wait_for_status(self, arn, status, timeout=30):
        def there():
            task = self.describe(arn)
            return task if task["lastStatus"] == status else None

        return wait_for(there, timeout, f"{arn} {status}")

    def stop(self, arn):
        self.aws("ecs", "stop-task", "--cluster", "demo", "--task", arn)
        return self.wait_for_status(arn, "STOPPED")

    def command(self, *arguments, **env):
        return subprocess.run(
            [str(BIN / "tributary-lab"), *map(str, arguments)],
            env={**os.environ, **self.topo.cli_env(), "AWS_PROFILE": "workload", **env},
            cwd=self.case.directory,
            capture_output=True,
            text=True,
            check=False,
        )


def container(name, image, *command, **more):
    return {"name": name, "image": image, "essential": True, "command": list(command), **more}


def shell(name, line, **more):
    return container(name, "shell", line, **more)


def process_with(variable):
    """pid and environment of the process that has this variable."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            pairs = (entry / "environ").read_bytes().decode().split("\0")
            env = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        except (OSError, UnicodeDecodeError):
            continue
        if variable in env:
            return entry.name, env
    return None


def get_inside(pid, url):
    """What a process of the task gets: (status, body)."""
    done = subprocess.run(
        ["nsenter", "--target", pid, "--net", "curl", "-s", "-w", "\n%{http_code}", url],
        capture_output=True,
        text=True,
        check=False,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body


def test_metadata_and_credentials_of_a_running_task(case):
    """The metadata endpoint shows the processes' own figures and the definition's limits; the
    credentials endpoint gives the task role's session."""
    if os.geteuid() != 0:
        case.skip("network namespaces need root here")
    lab = Lab(case)
    mark = f"MARK_{os.getpid()}"
    lab.register(
        "app",
        container("app", "demo-app", environment=[{"name": mark, "value": "1"}], memory=256),
    )
    arn = lab.run_task("app")
    pid, env = wait_for(lambda: process_with(mark), 20, "the application")
    base = env["ECS_CONTAINER_METADATA_URI_V4"]
    assert base.startswith("http://169.254.170.2/v4/"), base

    task = json.loads(get_inside(pid, base + "/task")[1])
    assert task["TaskARN"] == arn and task["Family"] == "app" and task["Revision"] == "1"
    assert task["Limits"] == {"CPU": 0.5, "Memory": 1024}
    assert task["Containers"][0]["KnownStatus"] == "RUNNING"
    docker_id = task["Containers"][0]["DockerId"]

    def busy():
        stats = json.loads(get_inside(pid, base + "/task/stats")[1])[docker_id]
        return stats if stats and stats["cpu_stats"]["cpu_usage"]["total_usage"] > 0 else None

    stats = wait_for(busy, 20, "CPU time of the application")
    assert stats["memory_stats"]["usage"] > 0, stats["memory_stats"]
    assert stats["memory_stats"]["limit"] == 256 << 20, stats["memory_stats"]
    assert get_inside(pid, base + "/nothing")[0] == 404

    credentials = "http://169.254.170.2" + env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
    status, body = get_inside(pid, credentials)
    assert status == 200, body
    session = json.loads(body)
    assert session["RoleArn"] == TASK_ROLE_ARN and session["AccessKeyId"].startswith("ASIA")
    assert get_inside(pid, credentials[:-4] + "0000")[0] == 400
    assert session["SecretAccessKey"] not in lab.topo.lab.output()


def test_an_essential_containers_end_stops_the_task(case):
    """Exit codes and reasons as ECS gives them; who waits for others starts after them."""
    lab = Lab(case)
    lab.register(
        "batch",
        shell("prepare", "echo prepared > ready", essential=False),
        shell(
            "main",
            "test -e ready && sleep 0.5; exit 7",
            dependsOn=[{"containerName": "prepare", "condition": "SUCCESS"}],
        ),
        shell("side", "trap 'exit 3' TERM; while :; do sleep 0.1; done"),
    )
    task = lab.wait_for_status(lab.run_task("batch"), "STOPPED")
    assert task["stopCode"] == "EssentialContainerExited", task
    assert task["stoppedReason"] == "Essential container in task exited", task
    codes = {c["name"]: c.get("exitCode") for c in task["containers"]}
    assert codes == {"prepare": 0, "main": 7, "side": 3}, codes


def test_stop_task_ends_by_sigterm_and_after_the_timeout_by_sigkill(case):
    """stopTimeout holds; a container that ignores SIGTERM ends with 137."""
    lab = Lab(case)
    lab.register(
        "stubborn",
        shell("kind", "trap 'exit 0' TERM; while :; do sleep 0.1; done"),
        shell("deaf", "trap '' TERM; while :; do sleep 0.1; done", stopTimeout=2),
    )
    arn = lab.run_task("stubborn")
    lab.wait_for_status(arn, "RUNNING")
    task = lab.stop(arn)
    codes = {c["name"]: c.get("exitCode") for c in task["containers"]}
    assert codes == {"kind": 0, "deaf": 137} and task["stopCode"] == "UserInitiated", task


def test_a_container_over_its_memory_limit_is_killed_and_says_so(case):
    """OutOfMemoryError with the limit of the container's cgroup."""
    if not os.access("/sys/fs/cgroup/memory", os.W_OK):
        case.skip("no memory cgroup can be made here")
    lab = Lab(case)
    hungry = "x=x; while :; do x=$x$x$x; done"
    lab.register("hungry", shell("hungry", hungry, memory=16))
    task = lab.wait_for_status(lab.run_task("hungry"), "STOPPED")
    failed = task["containers"][0]
    assert failed["exitCode"] == 137 and "OutOfMemoryError" in failed.get("reason", ""), failed


def test_a_task_whose_role_does_not_trust_ecs_does_not_start(case):
    """ECS' words, and the hub's: which statement is missing."""
    lab = Lab(case)
    trust = topology.policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    )
    lab.topo.workload.aws(
        *["iam", "update-assume-role-policy", "--role-name", topology.TASK_ROLE],
        *["--policy-document", trust],
    )
    lab.register("app", shell("app", "sleep 30"))
    task = lab.wait_for_status(lab.run_task("app"), "STOPPED")
    assert task["stopCode"] == "TaskFailedToStart", task
    assert "ECS was unable to assume the role" in task["stoppedReason"], task
    assert "not authorized" in task["stoppedReason"], task


def test_who_may_not_pass_the_roles_may_not_run_the_task(case):
    """iam:PassRole is asked for, and its lack is named."""
    lab = Lab(case)
    lab.register("app", shell("app", "sleep 30"))
    workload = lab.topo.workload
    workload.aws("iam", "create-user", "--user-name", "operator")
    workload.aws(
        *["iam", "put-user-policy", "--user-name", "operator", "--policy-name", "ecs"],
        *[
            "--policy-document",
            topology.policy({"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}),
        ],
    )
    key = workload.aws("iam", "create-access-key", "--user-name", "operator")["AccessKey"]
    created = {
        "accountId": WORKLOAD,
        "accessKeyId": key["AccessKeyId"],
        "secretAccessKey": key["SecretAccessKey"],
    }
    operator = topology.Account(lab.topo.lab_endpoint, created)
    done = operator.run("ecs", "run-task", "--cluster", "demo", "--task-definition", "app")
    assert done.returncode != 0 and "AccessDenied" in done.stderr, done
    assert "iam:PassRole" in done.stderr and topology.TASK_ROLE in done.stderr, done.stderr


COMPOSE = """version: "3"
services:
  app:
    image: demo-app
    logging: {driver: awslogs, options: {awslogs-group: /ecs/demo, awslogs-region: REGION,
              awslogs-stream-prefix: ecs}}
  collector:
    image: collector
    command: ["--config", "CONFIG"]
    depends_on: [app]
    environment: {AWS_REGION: REGION, WORKSPACE_ID: THE_WORKSPACE,
                  CENTRAL_ACCOUNT_ID: "222222222222",
                  AWS_ENDPOINT_URL_STS: HUB}
    logging: {driver: awslogs, options: {awslogs-group: /ecs/demo, awslogs-region: REGION,
              awslogs-stream-prefix: ecs}}
"""
PARAMS = f"""version: 1
task_definition:
  task_role_arn: {TASK_ROLE_ARN}
  task_execution_role: {TASK_ROLE_ARN.replace("task-role", "execution-role")}
  ecs_network_mode: awsvpc
  task_size: {{cpu_limit: 256, mem_limit: 512}}
"""


def write_project(lab):
    config = harness.write_config(
        lab.case.directory,
        harness.collector_config(lab.topo, {"app": "0.0.0.0:8000"}, metadata=True),
    )
    text = COMPOSE.replace("REGION", REGION).replace("CONFIG", str(config))
    text = text.replace("THE_WORKSPACE", lab.topo.workspace).replace("HUB", lab.topo.endpoint)
    (lab.case.directory / "docker-compose.yml").write_text(text)
    (lab.case.directory / "ecs-params.yml").write_text(PARAMS)


def test_a_service_from_compose_files_delivers_the_metrics_of_each_of_its_tasks(case):
    """up, ps, scale, logs and down; each task scrapes its own port 8000, and the metrics of all
    arrive in the other account."""
    if os.geteuid() != 0:
        case.skip("network namespaces need root here")
    lab = Lab(case)
    write_project(lab)
    names = ["--project-name", "shop", "--cluster", "demo"]
    done = lab.command(*["up", *names, "--create-log-groups", "--desired-count", "2"])
    assert done.returncode == 0, done
    ps = lab.command("ps", *names).stdout
    assert ps.count("RUNNING") == 4, ps

    def both():
        found = harness.latest(lab.topo, '{__name__=~"demo_orders_total|ecs_task_.*"}')
        return {"demo_orders_total", "ecs_task_memory_utilized"} <= {name for name, _ in found}

    wait_for(both, 30, "both pipelines in the workspace")
    logs = lab.command("logs", "collector", *names)
    assert "First write accepted" in logs.stdout and CENTRAL_ROLE_ARN in logs.stdout, logs
    done = lab.command("scale", "1", *names)
    assert done.returncode == 0, done
    assert lab.command("ps", *names, "--desired-status", "RUNNING").stdout.count("RUNNING") == 2
    done = lab.command("down", *names)
    assert done.returncode == 0, done
    assert "RUNNING" not in lab.command("ps", *names).stdout


def test_mistakes_in_compose_files_come_all_at_once_with_their_places(case):
    """Unknown and unsupported keys: file, line and column, and what was meant; exit code 2."""
    lab = Lab(case)
    write_project(lab)
    file = case.directory / "docker-compose.yml"
    file.write_text(
        file.read_text().replace("depends_on", "depend_on").replace("image: c", "build: c")
    )
    done = lab.command("up", "--project-name", "shop")
    assert done.returncode == 2, done
    assert "docker-compose.yml:" in done.stderr and "depends_on" in done.stderr, done.stderr
    assert "build" in done.stderr, done.stderr


def test_a_lab_that_was_killed_leaves_nothing_to_the_next(case):
    """kill -9 of the lab: its tasks are gone when it has started again."""
    lab = Lab(case)
    mark = f"KILLED_{os.getpid()}"
    lab.register("app", shell("app", "sleep 300", environment=[{"name": mark, "value": "1"}]))
    lab.wait_for_status(lab.run_task("app"), "RUNNING")
    assert process_with(mark)
    lab.topo.lab.process.kill()
    lab.topo.lab.process.wait()
    lab.topo.start_lab(*lab.arguments)
    wait_for(lambda: process_with(mark) is None, 10, "the end of what the killed lab had started")
    assert lab.topo.lab.stop() == 0, lab.topo.lab.output()
