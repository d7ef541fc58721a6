"""tributary-lab as an ECS CLI: compose projects brought up, listed, read, scaled and taken down,
seen by the real AWS CLI, too; and scenarios of many accounts."""

import json
import os
import re
import subprocess
import time

import topology
from topology import BIN, WORKLOAD, wait_for

COMPOSE = """version: "3"
services:
  talker:
    image: talker:1
    command: ["-c", "echo hello from $${NAME}; echo of $${FILE}; {then}"]
    environment: {NAME: "${TALKER:-nobody}"}
    env_file: talker.env
    logging: &logging
      driver: awslogs
      options:
        awslogs-group: /ecs/compose
        awslogs-region: ${AWS_REGION}
        awslogs-stream-prefix: p
  quiet:
    image: talker:1
    command: ["-c", "sleep 1000"]
    logging: *logging
"""
PARAMS = """version: 1
task_definition:
  task_role_arn: ecs-xaccount-task-role
  task_execution_role: ecs-xaccount-execution-role
  ecs_network_mode: awsvpc
  task_size: {cpu_limit: 256, mem_limit: 0.5GB}
"""
PROGRAMS = """programs:
  - image: "talker:*"
    program: /bin/sh
"""


class Project:
    """A directory with a compose project, and a lab to run it."""

    def __init__(self, case, then="sleep 1000"):
        self.topo = topology.Topology(case.directory / "topology")
        case.defer(self.topo.close)
        self.topo.start_hub()
        self.topo.create_accounts()
        self.topo.set_up()
        self.allow_logs()
        programs = case.directory / "programs.yaml"
        programs.write_text(PROGRAMS)
        self.topo.start_lab("--driver", "processes", "--programs", programs)
        self.directory = case.directory / "demo"
        self.directory.mkdir()
        self.write(then)
        (self.directory / "ecs-params.yml").write_text(PARAMS)
        (self.directory / "talker.env").write_text("FILE=a file\n")

    def allow_logs(self):
        policy = topology.policy(
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "*",
            }
        )
        role = ["--role-name", topology.EXECUTION_ROLE]
        more = ["--policy-name", "logs", "--policy-document", policy]
        self.topo.workload.aws("iam", "put-role-policy", *role, *more)

    def write(self, then):
        (self.directory / "docker-compose.yml").write_text(COMPOSE.replace("{then}", then))

    def env(self, **more):
        base = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ECS_"))}
        return {**base, **self.topo.cli_env(), "AWS_PROFILE": "workload", **more}

    def lab(self, *command, code=0, **more):
        """A command in the project's directory: what it printed."""
        done = subprocess.run(
            [str(BIN / "tributary-lab"), *map(str, command)],
            cwd=self.directory,
            env=self.env(**more),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def aws(self, service, *command):
        done = subprocess.run(
            [
                "aws",
                "--endpoint-url",
                self.topo.lab_endpoint,
                "--output",
                "json",
                service,
                *command,
            ],
            env=self.env(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


def test_a_project_goes_up_and_down_as_with_the_ecs_cli(case):
    """up, ps, logs, scale and down do to a real lab what they say, and the AWS CLI sees it."""
    project = Project(case)
    started = time.monotonic()
    text = project.lab("up", "--create-log-groups", TALKER="somebody")
    case.figure(f"up: {time.monotonic() - started:.1f} s")
    for expected in (
        'TaskDefinition="demo:1"',
        "Created Log Group /ecs/compose in eu-west-1",
        "ECS Service has reached a stable state",
    ):
        assert expected in text, text
    service = project.aws("ecs", "describe-services", "--services", "demo")["services"][0]
    assert service["launchType"] == "FARGATE" and service["runningCount"] == 1, service
    definition = project.aws("ecs", "describe-task-definition", "--task-definition", "demo")
    assert definition["taskDefinition"]["cpu"] == "256", definition

    rows = project.lab("ps").splitlines()
    assert rows[0].split() == ["Name", "State", "Ports", "TaskDefinition", "Health"], rows
    assert re.fullmatch(r"default/[0-9a-f]{32}/talker +RUNNING +demo:1 +UNKNOWN", rows[1]), rows

    said = wait_for(lambda: project.lab("logs", "talker"), 10, "the first lines")
    assert said == "hello from somebody\nof a file\n", said
    assert project.lab("logs", "quiet") == ""

    assert 'TaskDefinition="demo:1"' in project.lab("up", TALKER="somebody"), "nothing has changed"
    assert 'TaskDefinition="demo:2"' in project.lab("up", TALKER="another"), "the environment has"
    assert "desiredCount=3 runningCount=3" in project.lab("scale", 3)
    wait_for(lambda: project.lab("logs", "talker").count("another") == 3, 10, "three tasks' lines")

    text = project.lab("down")
    assert "Deleted ECS service" in text and 'TaskDefinition="demo:2"' in text, text
    tasks = project.aws("ecs", "list-tasks", "--desired-status", "RUNNING")["taskArns"]
    assert tasks == [], tasks
    assert project.aws("ecs", "list-task-definitions")["taskDefinitionArns"] == []
    assert "already deleted" in project.lab("down")


def test_up_says_why_a_service_is_not_steady(case):
    """The reason, the exit code and the last lines of a container that ends at once."""
    project = Project(case, then="echo cannot go on; exit 7")

    text = project.lab("up", "--create-log-groups", code=1)

    assert "Essential container in task exited" in text, text
    assert "container=talker exitCode=7" in text, text
    assert "talker | cannot go on" in text, text
    assert "the service demo is not steady" in text, text
    assert "ExitCode: 7" in project.lab("ps", "--desired-status", "STOPPED")
    project.lab("down")


def test_files_and_permissions_that_are_wrong_are_said_at_once(case):
    """Every fault of the files with its place and exit code 2; what a caller may not do, in AWS'
    words, with exit code 1."""
    project = Project(case)
    good = (project.directory / "docker-compose.yml").read_text()
    (project.directory / "docker-compose.yml").write_text(
        good.replace("image: talker:1", "imgae: talker:1").replace(
            "env_file", "privileged: true\n    env_file"
        )
    )
    (project.directory / "ecs-params.yml").write_text(PARAMS.replace("task_size", "task_sise"))

    text = project.lab("up", code=2)

    assert 'docker-compose.yml:4:5: error: services::talker: unknown key "imgae"' in text, text
    assert "services::talker::privileged: this lab has nothing for it" in text, text
    assert 'did you mean "task_size"?' in text, text

    project.write("true")
    (project.directory / "ecs-params.yml").write_text(PARAMS)
    aws = project.topo.workload.aws
    aws("iam", "create-user", "--user-name", "nobody")
    key = aws("iam", "create-access-key", "--user-name", "nobody")["AccessKey"]
    keys = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    text = project.lab("up", code=1, AWS_PROFILE="", **keys)
    assert f"arn:aws:iam::{WORKLOAD}:user/nobody is not authorized to perform: ecs:" in text, text


def test_a_scenario_reports_every_task(case):
    """Two accounts with two tasks each, in a directory that is gone afterwards: nothing is lost."""
    if os.geteuid() != 0:
        case.skip("network namespaces need root here")
    scenario = case.directory / "scenario.yaml"
    scenario.write_text("{accounts: 2, tasks: 2, duration: 5s, scrape_interval: 500ms}\n")
    temporary = case.directory / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [str(BIN / "tributary-lab"), "scenario", str(scenario), "--output", "json"],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)["reports"]
    assert len(reports) == 4 and len({r["account"] for r in reports}) == 2, reports
    for report in reports:
        assert report["scrapes"] >= 8 and report["lost"] == 0, report
        assert report["samples"] > 100 and report["collectorMemoryBytes"] > 0, report
    assert list(temporary.iterdir()) == []
    case.figure(f"first sample after {max(r['firstAfterSeconds'] for r in reports):.1f} s")
