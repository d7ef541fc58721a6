"""What the system tests share: an application that exposes what the test says, configurations,
signed requests by an independent implementation of SigV4, and waiting."""

import datetime
import hashlib
import hmac
import http.server
import json
import pathlib
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

import topology
from topology import REGION, free_port, wait_for

COLLECTOR_STOP_S = 40


class Application:
    """A Prometheus target whose page (and status) the test sets; counts its scrapes."""

    def __init__(self, page="", port=0, content_type="text/plain; version=0.0.4"):
        self.page, self.status, self.content_type = page, 200, content_type
        self.scrapes, self.served = 0, []
        app = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = app.next_page().encode()
                self.send_response(app.status)
                self.send_header("Content-Type", app.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def next_page(self):
        self.scrapes += 1
        return self.page(self.scrapes) if callable(self.page) else self.page

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class StaticFiles:
    """An HTTP server of fixed answers by path: a task metadata endpoint, say."""

    def __init__(self, answers):
        self.answers, self.requests = answers, []
        files = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                files.requests.append(self.path)
                status, body = files.answers.get(self.path, (404, ""))
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def sign(method, url, body, key, secret, service, token=None, region=REGION, headers=None):
    """Headers of a SigV4-signed request (written from the AWS documentation, not from our C++)."""
    parts = urllib.parse.urlsplit(url)
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    signed = {"host": parts.netloc, "x-amz-date": stamp, **(headers or {})}
    if token:
        signed["x-amz-security-token"] = token
    query = sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            method,
            urllib.parse.quote(parts.path or "/", safe="/-_.~"),
            "&".join(f"{quote(k)}={quote(v)}" for k, v in query),
            "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed)),
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    derived = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request", to_sign):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    out = {name: value for name, value in signed.items() if name != "host"}
    out["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, "
        f"Signature={derived.hex()}"
    )
    return out


def request(method, url, body=b"", headers=None, timeout=10):
    """(status, headers, text) of a request; errors of HTTP are answers like others."""
    outgoing = urllib.request.Request(url, data=body or None, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(outgoing, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def signed_get(account, url, service="aps"):
    return request("GET", url, headers=sign("GET", url, b"", account.key, account.secret, service))


def collector_config(topo, targets, interval="1s", extra_exporters="", metadata=False):
    """The walkthrough's configuration with this machine's endpoint and a short interval."""
    ecs = (
        """
  awsecscontainermetrics:
    collection_interval: 1s"""
        if metadata
        else ""
    )
    ecs_pipeline = (
        """
    metrics/ecs:
      receivers: [awsecscontainermetrics]
      processors: [filter]
      exporters: [logging, awsprometheusremotewrite]"""
        if metadata
        else ""
    )
    jobs = "".join(f"""
        - job_name: "{job}"
          static_configs:
          - targets: [ {address} ]""" for job, address in targets.items())
    return f"""
receivers:
  prometheus:
    config:
      global:
        scrape_interval: {interval}
        scrape_timeout: {interval}
      scrape_configs:{jobs}{ecs}
processors:
  filter:
    metrics:
      include:
        match_type: strict
        metric_names:
        - ecs.task.memory.utilized
        - ecs.task.memory.reserved
        - ecs.task.cpu.utilized
        - ecs.task.cpu.reserved
        - ecs.task.network.rate.rx
        - ecs.task.network.rate.tx
        - ecs.task.storage.read_bytes
        - ecs.task.storage.write_bytes
exporters:
  awsprometheusremotewrite:
    endpoint: {topo.endpoint}/workspaces/$WORKSPACE_ID/api/v1/remote_write
    aws_auth:
      region: {REGION}
      service: "aps"
      role_arn: "arn:aws:iam::$CENTRAL_ACCOUNT_ID:role/ECS-AMP-Central-Role"{extra_exporters}
  logging:
    loglevel: info
extensions:
  health_check:
    endpoint: 127.0.0.1:{free_port()}
service:
  extensions: [health_check]
  telemetry:
    metrics:
      address: 127.0.0.1:{free_port()}
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [logging, awsprometheusremotewrite]{ecs_pipeline}
"""


def write_config(directory, text, name="collector.yaml"):
    path = pathlib.Path(directory) / name
    path.write_text(text)
    return path


def task_credentials(topo, session="system-test", role_arn=topology.TASK_ROLE_ARN):
    """Credentials of the task role as ECS would hand them out; issued by the hub."""
    key = json.loads(topo.service_key().read_text())
    body = urllib.parse.urlencode(
        {
            "Action": "TributaryIssueTaskCredentials",
            "Version": "2011-06-15",
            "RoleArn": role_arn,
            "DurationSeconds": "3600",
            "TaskArn": f"arn:aws:ecs:{REGION}:{role_arn.split(':')[4]}:task/demo/{session}",
        }
    ).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    signed = sign(
        "POST",
        topo.endpoint + "/",
        body,
        key["accessKeyId"],
        key["secretAccessKey"],
        "sts",
        headers=headers,
    )
    status, _, text = request("POST", topo.endpoint + "/", body, signed)
    assert status == 200, (status, text)
    pick = lambda tag: text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
    return {
        "AWS_ACCESS_KEY_ID": pick("AccessKeyId"),
        "AWS_SECRET_ACCESS_KEY": pick("SecretAccessKey"),
        "AWS_SESSION_TOKEN": pick("SessionToken"),
    }


def user_who_may_assume(topo):
    """The key of a user of the workload account with the walkthrough's policy, trusted by the
    central role."""
    aws = topo.workload.aws
    aws("iam", "create-user", "--user-name", "sender")
    aws(
        "iam",
        "attach-user-policy",
        "--user-name",
        "sender",
        "--policy-arn",
        topology.ASSUME_POLICY_ARN,
    )
    trust = topology.policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{topology.WORKLOAD}:root"},
        }
    )
    topo.central.aws(
        "iam",
        "update-assume-role-policy",
        "--role-name",
        topology.CENTRAL_ROLE,
        "--policy-document",
        trust,
    )
    key = aws("iam", "create-access-key", "--user-name", "sender")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


def latest(topo, selector, account=None):
    """{label set without __name__, as a frozenset: value} of an instant query."""
    out = {}
    for item in topo.query(selector, account=account)["result"]:
        labels = dict(item["metric"])
        out[(labels.pop("__name__", ""), frozenset(labels.items()))] = float(item["value"][1])
    return out


def promtool(*arguments):
    return subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False
    )
