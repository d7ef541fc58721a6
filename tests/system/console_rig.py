#!/usr/bin/env python3
"""What the console's tests look at: a hub with the walkthrough's accounts, one more that nobody
trusts, people with and without permissions, and data (console_feed.py). The tests are told of it by
a file, and ask for changes by a small HTTP server: POST /<change>, JSON both ways.

  tests/system/console_rig.py [FILE]     starts it and stays until Ctrl-C; then, in web/:
  CONSOLE_RIG=FILE npx vitest run --config tests/browser/vitest.config.ts [part of a name]
"""

import http.server
import json
import pathlib
import signal
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tools")]
import console_feed
import topology
from topology import CENTRAL, CENTRAL_ROLE, CENTRAL_ROLE_ARN, WORKLOAD, Topology, policy

PAYMENTS = "333333333333"
PAYMENTS_ROLE = f"arn:aws:iam::{PAYMENTS}:role/{topology.TASK_ROLE}"
QUERY_POLICY = "arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess"
READER_ROLE, EXTERNAL_ID = "console-reader", "console-tests"


def allow(*actions, resource="*"):
    return policy({"Effect": "Allow", "Action": list(actions), "Resource": resource})


class Rig:
    def __init__(self, directory):
        self.topo = Topology(directory)
        self.feed = self.server = None
        try:
            self.set_up()
        except BaseException:
            self.close()
            raise

    def set_up(self):
        topo = self.topo
        topo.start_hub()
        topo.create_accounts()
        topo.set_up()
        self.set_up_payments()
        self.people = {
            "administrator": self.key_of(topo.central),
            "workload": self.key_of(topo.workload),
            "viewer": self.person("viewer", ["aps:ListWorkspaces", "aps:DescribeWorkspace"]),
            "stranger": self.person("stranger", []),
        }
        topo.central.aws(
            *["iam", "attach-user-policy", "--user-name", "viewer", "--policy-arn", QUERY_POLICY]
        )
        self.set_up_reader()
        self.feed = console_feed.Feed(topo, PAYMENTS_ROLE)
        self.serve()

    def set_up_payments(self):
        """An account whose role may assume the central role, which does not trust it."""
        aws = self.topo.create_account(PAYMENTS, "payments").aws
        role = ["--role-name", topology.TASK_ROLE]
        aws("iam", "create-role", *role, "--assume-role-policy-document", topology.ECS_TRUST)
        document = allow("sts:AssumeRole", resource=CENTRAL_ROLE_ARN)
        aws(
            *["iam", "put-role-policy", *role, "--policy-name", "assume-central"],
            *["--policy-document", document],
        )

    def set_up_reader(self):
        """A role of the monitoring account that the other's people assume, with an external id."""
        condition = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{WORKLOAD}:root"},
            "Condition": condition,
        }
        role, aws = ["--role-name", READER_ROLE], self.topo.central.aws
        aws("iam", "create-role", *role, "--assume-role-policy-document", policy(statement))
        aws("iam", "attach-role-policy", *role, "--policy-arn", QUERY_POLICY)
        aws(
            *["iam", "put-role-policy", *role, "--policy-name", "list", "--policy-document"],
            allow("aps:ListWorkspaces"),
        )

    def person(self, name, actions):
        """A user of the monitoring account with a key, and these actions if any."""
        aws, user = self.topo.central.aws, ["--user-name", name]
        aws("iam", "create-user", *user)
        if actions:
            document = ["--policy-document", allow(*actions)]
            aws("iam", "put-user-policy", *user, "--policy-name", "own", *document)
        made = aws("iam", "create-access-key", *user)["AccessKey"]
        return {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}

    @staticmethod
    def key_of(account):
        return {"key": account.key, "secret": account.secret}

    def describe(self):
        return {
            "url": self.topo.endpoint,
            "control": f"http://127.0.0.1:{self.server.server_address[1]}",
            "workspace": self.topo.workspace,
            "accounts": {"workload": WORKLOAD, "central": CENTRAL, "payments": PAYMENTS},
            "people": self.people,
            "reader": {
                "role": f"arn:aws:iam::{CENTRAL}:role/{READER_ROLE}",
                "externalId": EXTERNAL_ID,
            },
            "markup": console_feed.MARKUP,
            "wideSeries": console_feed.WIDE_SERIES,
        }

    # The changes that a test may ask for.

    def do_link(self, account=CENTRAL, options=()):
        """A link as `console-link` prints it; options are those of the command."""
        return {"url": self.topo.console_link(account, *options)}

    def do_stop(self):
        self.topo.hub.stop()

    def do_start(self):
        self.topo.start_hub()

    def do_person(self, name, actions):
        """Somebody of the test's own, whom it may take away again."""
        return self.person(name, actions)

    def do_deactivate(self, name, key):
        self.topo.central.aws(
            *["iam", "update-access-key", "--user-name", name, "--access-key-id", key],
            *["--status", "Inactive"],
        )

    def do_detach(self):
        """Takes the central role's permission to write away."""
        self.change_central_role("detach-role-policy")

    def do_attach(self):
        self.change_central_role("attach-role-policy")

    def change_central_role(self, command):
        self.topo.central.aws(
            *["iam", command, "--role-name", CENTRAL_ROLE],
            *["--policy-arn", topology.WRITE_POLICY_ARN],
        )

    def do_write(self, series):
        """Writes [[labels, [[ms, value]...]]...] as the administrator."""
        pairs = [(labels, [tuple(sample) for sample in samples]) for labels, samples in series]
        console_feed.remote_write.write(self.topo, pairs)

    def serve(self):
        rig = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                change = getattr(rig, "do_" + self.path.strip("/"), None)
                length = int(self.headers.get("Content-Length", "0"))
                arguments = json.loads(self.rfile.read(length) or "{}")
                try:
                    if change is None:
                        raise LookupError(f"no change {self.path}")
                    status, answer = 200, change(**arguments) or {}
                except Exception as failure:  # told to the test, which fails
                    status, answer = 500, {"error": str(failure)}
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        if self.feed:
            self.feed.close()
        self.topo.close()


def write_description(rig, path):
    path = pathlib.Path(path)
    path.touch(mode=0o600)
    path.write_text(json.dumps(rig.describe(), indent=1))


def main():
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    file = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mktemp(suffix=".json"))
    with tempfile.TemporaryDirectory(prefix="console-rig-") as directory:
        rig = Rig(directory)
        try:
            write_description(rig, file)
            print(f"{rig.topo.endpoint}/console/  rig: {file}  logs: {directory}", flush=True)
            print(rig.do_link()["url"], flush=True)
            stopped.wait()
        finally:
            file.unlink(missing_ok=True)
            rig.close()


if __name__ == "__main__":
    main()
