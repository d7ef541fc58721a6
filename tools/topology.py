"""The walkthrough's topology on this machine: a hub, two accounts, their roles and a workspace, and
a task. `make run` shows it, and the system tests use it.

Account 111111111111 runs the task; 222222222222 holds the workspace. Everything is set up by the
real AWS CLI, with the walkthrough's commands.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("TRIBUTARY_BIN_DIR", ROOT / "build" / "release" / "bin"))
REGION = "eu-west-1"
WORKLOAD, CENTRAL = "111111111111", "222222222222"
TASK_ROLE, EXECUTION_ROLE = "ecs-xaccount-task-role", "ecs-xaccount-execution-role"
CENTRAL_ROLE = "ECS-AMP-Central-Role"
CENTRAL_ROLE_ARN = f"arn:aws:iam::{CENTRAL}:role/{CENTRAL_ROLE}"
TASK_ROLE_ARN = f"arn:aws:iam::{WORKLOAD}:role/{TASK_ROLE}"
ASSUME_POLICY = "ECS-AMP-Assume-Central-Role"
ASSUME_POLICY_ARN = f"arn:aws:iam::{WORKLOAD}:policy/{ASSUME_POLICY}"
WRITE_POLICY_ARN = "arn:aws:iam::aws:policy/AmazonPrometheusRemoteWriteAccess"
EXECUTION_POLICY_ARN = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
HUB_METRICS_USER = "hub-metrics"
START_TIMEOUT_S = 20


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ECS_TRUST = policy(
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    }
)
ASSUME_CENTRAL = policy(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": CENTRAL_ROLE_ARN}
)
CENTRAL_TRUST = policy(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": TASK_ROLE_ARN}}
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, timeout=5):
    """(status, body) of a plain GET, of any certificate; status 0 where nobody answers."""
    context = ssl._create_unverified_context() if url.startswith("https:") else None
    try:
        with urllib.request.urlopen(url, timeout=timeout, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_for(condition, timeout, what):
    """Polls until `condition()` is true; its value is returned."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(0.05)


class Program:
    """One of our programs, started; its output goes to a file."""

    def __init__(self, name, arguments, log, env=None, program=None):
        self.name, self.log_path = name, pathlib.Path(log)
        self.log = open(self.log_path, "ab")
        base = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ECS_"))}
        self.process = subprocess.Popen(
            [str(program or BIN / name), *map(str, arguments)],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**base, **(env or {})},
        )

    def output(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def stop(self, number=signal.SIGTERM, timeout=40):
        """Ends it and returns its exit code (negative: the signal that ended it)."""
        if self.running():
            self.process.send_signal(number)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        return self.process.returncode


class Account:
    """An account's administrator, as the AWS CLI sees it."""

    def __init__(self, endpoint, created, ca_file=None):
        self.endpoint, self.id, self.ca_file = endpoint, created["accountId"], ca_file
        self.key, self.secret = created["accessKeyId"], created["secretAccessKey"]

    def env(self):
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_PAGER": "",
            **({"AWS_CA_BUNDLE": str(self.ca_file)} if self.ca_file else {}),
        }

    def run(self, *arguments):
        """One `aws` command: the finished process."""
        aws = "/usr/bin/aws" if os.access("/usr/bin/aws", os.X_OK) else "aws"
        base = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return subprocess.run(
            [aws, "--endpoint-url", self.endpoint, "--output", "json", *arguments],
            env={**base, **self.env()},
            capture_output=True,
            text=True,
            check=False,
        )

    def aws(self, *arguments):
        """One `aws` command that must succeed: its JSON answer, or None where it has none."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"aws {' '.join(arguments)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None


class Topology:
    """Hub, accounts, roles and workspace in a directory of its own, all removed by close()."""

    def __init__(self, directory=None, port=None):
        self.own_directory = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="tributary-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.data = self.directory / "hub"
        self.programs, self.hub, self.ca_file, self.tls_arguments = [], None, None, []
        self.lab, self.lab_endpoint = None, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, name, arguments, env=None, log=None, program=None):
        running = Program(name, arguments, log or self.directory / f"{name}.log", env, program)
        self.programs.append(running)
        return running

    def use_tls(self):
        """From now on the hub serves HTTPS, with a certificate made here."""
        key, self.ca_file = self.directory / "tls.key", self.directory / "tls.pem"
        subprocess.run(
            [
                *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
                *["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
                *["-keyout", str(key), "-out", str(self.ca_file)],
            ],
            check=True,
            capture_output=True,
        )
        self.endpoint = self.endpoint.replace("http:", "https:")
        self.tls_arguments = ["--tls-cert", self.ca_file, "--tls-key", key]

    def start_hub(self, *extra):
        self.hub = self.start(
            "tributary-hub",
            [
                "serve",
                "--data",
                self.data,
                "--listen",
                f"127.0.0.1:{self.port}",
                *self.tls_arguments,
                *extra,
            ],
        )

        def ready():
            if not self.hub.running():
                raise RuntimeError(f"tributary-hub ended: {self.hub.output()}")
            return get(self.endpoint + "/-/ready")[0] == 200

        wait_for(ready, START_TIMEOUT_S, "tributary-hub ready")

    def hub_command(self, *arguments):
        """A command of tributary-hub on this hub's data: its standard output."""
        done = subprocess.run(
            [str(BIN / "tributary-hub"), *map(str, arguments), "--data", str(self.data)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"tributary-hub {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def create_account(self, number, name, *options):
        created = self.hub_command(
            *["accounts", "create", "--id", number, "--name", name, "--output", "json", *options]
        )
        return Account(self.endpoint, json.loads(created), self.ca_file)

    def console_link(self, account=CENTRAL, *options):
        """A link that signs in to the console, once: the first word of what the command prints."""
        command = ["console-link", "--account", account, "--url", self.endpoint, *options]
        return next(w for w in self.hub_command(*command).split() if w.startswith("http"))

    def service_key(self):
        """The file with the key by which the lab speaks for the AWS services; made once."""
        path = self.directory / "service-key.json"
        if not path.exists():
            self.hub_command("service-key", "create", "--out", path)
        return path

    def start_lab(self, *extra, port=None, env=None):
        port = port or free_port()
        self.lab_endpoint = f"http://127.0.0.1:{port}"
        self.lab = self.start(
            "tributary-lab",
            [
                *["serve", "--data", self.directory / "lab", "--hub", self.endpoint],
                *["--service-key", self.service_key(), "--listen", f"127.0.0.1:{port}"],
                *extra,
            ],
            env={**(env or {}), **({"AWS_CA_BUNDLE": str(self.ca_file)} if self.ca_file else {})},
        )

        def ready():
            if not self.lab.running():
                raise RuntimeError(f"tributary-lab ended: {self.lab.output()}")
            return get(self.lab_endpoint + "/-/ready")[0] == 200

        wait_for(ready, START_TIMEOUT_S, "tributary-lab ready")

    def start_hub_metrics(self):
        """A second collector, of the monitoring account, that writes the hub's own metrics."""
        aws, name = self.central.aws, ["--user-name", HUB_METRICS_USER]
        aws("iam", "create-user", *name)
        aws("iam", "attach-user-policy", *name, "--policy-arn", WRITE_POLICY_ARN)
        key = aws("iam", "create-access-key", *name)["AccessKey"]
        return self.start(
            "tributary-collector",
            ["--config", ROOT / "examples" / "hub-metrics.yaml"],
            {
                "HUB": f"127.0.0.1:{self.port}",
                "OWN_METRICS": f"127.0.0.1:{free_port()}",
                "WORKSPACE_ID": self.workspace,
                "AWS_REGION": REGION,
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            },
            log=self.directory / "hub-metrics.log",
        )

    def cli_env(self):
        """For AWS CLI and SDKs: both accounts as profiles, hub and lab as AWS' endpoints."""
        config, credentials = self.directory / "aws-config", self.directory / "aws-credentials"
        accounts = {"workload": self.workload, "monitoring": self.central}
        with open(os.open(credentials, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            for profile, account in accounts.items():
                file.write(
                    f"[{profile}]\naws_access_key_id = {account.key}\n"
                    f"aws_secret_access_key = {account.secret}\n"
                )
        config.write_text("".join(f"[profile {p}]\nregion = {REGION}\n" for p in accounts))
        return {
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "MONITORING_PROFILE": "monitoring",
            "WORKLOAD_PROFILE": "workload",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_ECS": self.lab_endpoint,
            "AWS_ENDPOINT_URL_ECR": self.lab_endpoint,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": self.lab_endpoint,
            **({"AWS_CA_BUNDLE": str(self.ca_file)} if self.ca_file else {}),
        }

    def create_accounts(self):
        self.workload = self.create_account(WORKLOAD, "workload")
        self.central = self.create_account(CENTRAL, "monitoring", "--monitoring")

    def set_up(self):
        """The walkthrough's commands: roles and policies on both sides, and the workspace."""
        aws = self.workload.aws
        aws(
            "iam",
            "create-role",
            "--role-name",
            TASK_ROLE,
            "--assume-role-policy-document",
            ECS_TRUST,
        )
        aws(
            "iam",
            "create-policy",
            "--policy-name",
            ASSUME_POLICY,
            "--policy-document",
            ASSUME_CENTRAL,
        )
        aws(
            "iam", "attach-role-policy", "--role-name", TASK_ROLE, "--policy-arn", ASSUME_POLICY_ARN
        )
        aws(
            "iam",
            "create-role",
            "--role-name",
            EXECUTION_ROLE,
            "--assume-role-policy-document",
            ECS_TRUST,
        )
        aws(
            "iam",
            "attach-role-policy",
            "--role-name",
            EXECUTION_ROLE,
            "--policy-arn",
            EXECUTION_POLICY_ARN,
        )
        aws = self.central.aws
        aws(
            "iam",
            "create-role",
            "--role-name",
            CENTRAL_ROLE,
            "--assume-role-policy-document",
            CENTRAL_TRUST,
        )
        aws(
            "iam",
            "attach-role-policy",
            "--role-name",
            CENTRAL_ROLE,
            "--policy-arn",
            WRITE_POLICY_ARN,
        )
        self.workspace = aws("amp", "create-workspace", "--alias", "ecs-metrics")["workspaceId"]
        aws("amp", "wait", "workspace-active", "--workspace-id", self.workspace)

    def clean_up(self):
        """The walkthrough's clean-up commands, in its order."""
        aws = self.central.aws
        aws("amp", "delete-workspace", "--workspace-id", self.workspace)
        aws(
            "iam",
            "detach-role-policy",
            "--role-name",
            CENTRAL_ROLE,
            "--policy-arn",
            WRITE_POLICY_ARN,
        )
        aws("iam", "delete-role", "--role-name", CENTRAL_ROLE)
        aws = self.workload.aws
        aws(
            "iam", "detach-role-policy", "--role-name", TASK_ROLE, "--policy-arn", ASSUME_POLICY_ARN
        )
        aws("iam", "delete-policy", "--policy-arn", ASSUME_POLICY_ARN)
        aws("iam", "delete-role", "--role-name", TASK_ROLE)
        aws(
            "iam",
            "detach-role-policy",
            "--role-name",
            EXECUTION_ROLE,
            "--policy-arn",
            EXECUTION_POLICY_ARN,
        )
        aws("iam", "delete-role", "--role-name", EXECUTION_ROLE)

    def workspace_url(self, path=""):
        return f"{self.endpoint}/workspaces/{self.workspace}/{path}"

    def collector_env(self):
        """What the walkthrough's configuration takes from its surroundings."""
        return {
            "WORKSPACE_ID": self.workspace,
            "CENTRAL_ACCOUNT_ID": CENTRAL,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_STS": self.endpoint,
            **({"AWS_CA_BUNDLE": str(self.ca_file)} if self.ca_file else {}),
        }

    def query(self, expression, *extra, account=None):
        """A signed query by an account's administrator: the `data` of the answer."""
        done = subprocess.run(
            [
                str(BIN / "tributary-hub"),
                "query",
                "--endpoint",
                self.workspace_url(),
                "--output",
                "json",
                *extra,
                expression,
            ],
            env={**os.environ, **(account or self.central).env()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"query {expression}: {done.stderr.strip()}")
        return json.loads(done.stdout)["data"]

    def close(self):
        for program in reversed(self.programs):
            program.stop()
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)
