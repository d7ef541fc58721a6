"""The lab's image registry: the real AWS CLI manages repositories, real podman, buildah and skopeo
push and pull, the hub decides who may, and a kill at any moment costs no image."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

import podman
import topology
from topology import CENTRAL, REGION, WORKLOAD, get, wait_for

LAYER_BYTES = 8 << 20


class Client:
    """podman, buildah and skopeo of one user, and the AWS CLI of one account on the lab."""

    def __init__(self, case, topo, account):
        self.account = account
        self.address = topo.lab_endpoint.removeprefix("http://")
        account_on_lab = topology.Account(
            topo.lab_endpoint,
            {
                "accountId": account.id,
                "accessKeyId": account.key,
                "secretAccessKey": account.secret,
            },
        )
        self.aws, self.run_aws = account_on_lab.aws, account_on_lab.run
        # A socket's path, and overlay's options, must be short.
        directory = tempfile.mkdtemp(prefix="tributary-registry-", dir="/tmp")
        self.tools = podman.Podman(directory, insecure=[self.address], serve=False)
        case.defer(self.tools.close)
        (self.tools.directory / "auth.json").write_text("{}")  # buildah wants one to be there

    def tool(self, *words, **options):
        return self.tools.tool(*words, **options)

    def fails(self, *words):
        """What a command that must fail says."""
        try:
            self.tool(*words)
        except RuntimeError as refused:
            return str(refused)
        raise AssertionError(f"{' '.join(words)} succeeded")

    def skopeo(self, command, *words):
        sides = (
            ("--src-tls-verify", "--dest-tls-verify") if command == "copy" else ("--tls-verify",)
        )
        return self.tool("skopeo", command, *[f"{side}=false" for side in sides], *words)

    def log_in(self, server=None):
        data = self.aws("ecr", "get-authorization-token")["authorizationData"][0]
        assert data["proxyEndpoint"] == f"http://{self.address}", data["proxyEndpoint"]
        password = self.run_aws("ecr", "get-login-password").stdout.strip()
        login = ["login", "--username", "AWS", "--password-stdin", server or self.address]
        self.tool("podman", *login, input=password)
        return password

    def create(self, name, *options):
        created = self.aws("ecr", "create-repository", "--repository-name", name, *options)
        return created["repository"]["repositoryUri"]

    def build(self, image, layer):
        """An image of one layer that cannot be compressed."""
        container = self.tool("buildah", "from", "scratch").strip()
        self.tool("buildah", "copy", container, str(layer), "/layer")
        self.tool("buildah", "config", "--entrypoint", '["/layer"]', container)
        self.tool("buildah", "commit", "--rm", container, image)


def check_tools(case):
    reason = podman.unusable()
    for program in ("buildah", "skopeo"):
        reason = reason or (None if shutil.which(program) else f"{program} is not installed")
    if reason:
        case.skip(reason)


def start(case, *accounts):
    check_tools(case)
    topo = topology.Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.start_hub()
    topo.create_accounts()
    programs = case.directory / "programs.yaml"
    programs.write_text("programs: []\n")
    topo.lab_arguments = ["--driver", "processes", "--programs", programs]
    topo.start_lab(*topo.lab_arguments)
    of = {WORKLOAD: topo.workload, CENTRAL: topo.central}
    return [topo, *[Client(case, topo, of[account]) for account in accounts]]


def write_layer(case, name="layer"):
    path = case.directory / name
    path.write_bytes(os.urandom(LAYER_BYTES))
    return path


def blobs(topo):
    return sorted(path.name for path in (topo.directory / "lab/registry/blobs/sha256").iterdir())


def test_push_and_pull_by_real_tools(case):
    """buildah and podman push, in OCI's and in Docker's format; podman and skopeo pull the same
    bytes; skopeo copies between repositories without sending layers; a list of images works; after
    delete-repository nothing is left on disk."""
    topo, me = start(case, WORKLOAD)
    uri, other = me.create("app"), me.create("team/other")
    assert uri == f"{me.address}/{WORKLOAD}.dkr.ecr.{REGION}/app"
    me.log_in(uri.rsplit("/", 1)[0])  # as on AWS: one login for each account's registry
    me.build(f"{uri}:1", write_layer(case))
    began = time.monotonic()
    me.tool("buildah", "push", f"{uri}:1")
    case.figure(f"push of {LAYER_BYTES >> 20} MiB by buildah: {time.monotonic() - began:.2f} s")
    me.tool("podman", "push", "--format", "v2s2", f"{uri}:1", f"{uri}:docker")
    configuration = me.tool("podman", "image", "inspect", "--format", "{{.Id}}", f"{uri}:1").strip()

    me.tool("podman", "rmi", "--all", "--force")
    for tag in ("1", "docker"):
        assert me.tool("podman", "pull", "--quiet", f"{uri}:{tag}").strip() == configuration
    assert json.loads(me.skopeo("list-tags", f"docker://{uri}"))["Tags"] == ["1", "docker"]

    before = blobs(topo)
    me.skopeo("copy", f"docker://{uri}:1", f"docker://{other}:copy")
    assert blobs(topo) == before, "a copy needs no new blobs"
    me.tool("podman", "manifest", "create", "list")
    me.tool("podman", "manifest", "add", "list", f"docker://{uri}:1")
    me.tool("podman", "manifest", "push", "--all", "list", f"docker://{uri}:list")
    raw = json.loads(me.skopeo("inspect", "--raw", f"docker://{uri}:list"))
    assert len(raw["manifests"]) == 1, raw
    me.skopeo("copy", f"docker://{other}:copy", f"oci:{case.directory}/oci:x")

    images = me.aws("ecr", "list-images", "--repository-name", "app")["imageIds"]
    assert {image["imageTag"] for image in images} == {"1", "docker", "list"}, images
    details = me.aws(
        *["ecr", "describe-images", "--repository-name", "app", "--image-ids", "imageTag=1"]
    )["imageDetails"]
    assert details[0]["imageSizeInBytes"] > LAYER_BYTES, details
    me.skopeo("delete", f"docker://{uri}:docker")
    refused = me.run_aws("ecr", "delete-repository", "--repository-name", "app").stderr
    assert "RepositoryNotEmptyException" in refused, refused
    me.aws("ecr", "delete-repository", "--repository-name", "app", "--force")
    gone = me.aws(
        *["ecr", "batch-delete-image", "--repository-name", "team/other"],
        *["--image-ids", "imageTag=copy"],
    )
    assert len(gone["imageIds"]) == 1 and not gone["failures"], gone
    me.aws("ecr", "delete-repository", "--repository-name", "team/other")
    assert blobs(topo) == []


def test_refusals_are_named(case):
    """Without a login, for a repository that is not there, for another account's repository,
    without permission, for an immutable tag: what the tools say names the reason."""
    topo, me, other = start(case, WORKLOAD, CENTRAL)
    uri = me.create("app", "--image-tag-mutability", "IMMUTABLE")
    me.build(f"{uri}:1", write_layer(case))
    assert "unauthorized" in me.fails("podman", "push", f"{uri}:1")
    me.log_in()
    absent = me.fails("podman", "push", f"{uri}:1", uri.replace("/app", "/absent") + ":1")
    assert "The repository with name 'absent' does not exist" in absent, absent
    me.tool("podman", "push", f"{uri}:1")
    me.build(f"{uri}:2", write_layer(case, "second"))
    taken = me.fails("podman", "push", f"{uri}:2", f"{uri}:1")
    assert "cannot be overwritten because the repository is immutable" in taken, taken

    other.log_in()
    foreign = other.fails("podman", "pull", f"{uri}:1")
    assert "no resource-based policy allows the ecr:BatchGetImage action" in foreign, foreign

    topo.workload.aws("iam", "create-user", "--user-name", "puller")
    statement = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "ecr:InitiateLayerUpload", "Resource": "*"}
    topo.workload.aws(
        *["iam", "put-user-policy", "--user-name", "puller", "--policy-name", "pull"],
        *["--policy-document", topology.policy(statement, deny)],
    )
    key = topo.workload.aws("iam", "create-access-key", "--user-name", "puller")["AccessKey"]
    account = topology.Account(
        topo.endpoint,
        {
            "accountId": WORKLOAD,
            "accessKeyId": key["AccessKeyId"],
            "secretAccessKey": key["SecretAccessKey"],
        },
    )
    puller = Client(case, topo, account)
    puller.log_in()
    puller.tool("podman", "pull", f"{uri}:1")
    puller.build(f"{uri}:3", write_layer(case, "third"))
    denied = puller.fails("podman", "push", f"{uri}:3")
    assert "is not authorized to perform: ecr:InitiateLayerUpload" in denied, denied

    # A key that is deleted takes its logins along.
    topo.workload.aws(
        *["iam", "delete-access-key", "--user-name", "puller"],
        *["--access-key-id", key["AccessKeyId"]],
    )
    puller.tool("podman", "rmi", "--all", "--force")
    puller.fails("podman", "pull", f"{uri}:1")


def test_kill_during_pushes(case):
    """The lab is killed again and again while images are pushed: each image whose push had
    succeeded pulls whole, each push can be repeated, and no half of a layer stays."""
    topo, me = start(case, WORKLOAD)
    uri = me.create("app")
    me.log_in()
    port = topo.lab_endpoint.rsplit(":", 1)[1]
    pushed = []
    for round_number in range(4):
        image = f"{uri}:{round_number}"
        me.build(image, write_layer(case, f"layer-{round_number}"))
        killer = threading.Timer(0.1 + 0.2 * round_number, topo.lab.process.kill)
        killer.start()
        try:
            me.tool("podman", "push", image)
            pushed.append(image)
        except RuntimeError:
            pass
        killer.join()
        topo.lab.process.wait()
        topo.start_lab(*topo.lab_arguments, port=port)
        me.tool("podman", "push", image)
        pushed.append(image)
    me.tool("podman", "rmi", "--all", "--force")
    for image in sorted(set(pushed)):
        me.tool("podman", "pull", "--quiet", image)
    assert not list((topo.directory / "lab/registry/uploads").iterdir())
    case.figure(f"pushes that a kill interrupted: {8 - len(pushed)} of 4")


def test_large_layers_take_no_memory(case):
    """A layer of 512 MiB goes in and out while the lab stays small and answers others."""
    topo, me = start(case, WORKLOAD)
    uri = me.create("app")
    password = me.log_in()
    layer = case.directory / "large"
    with open(layer, "wb") as file:
        for _ in range(64):
            file.write(os.urandom(8 << 20))
    base = f"http://{uri.replace('/', '/v2/', 1)}"
    user = ["--silent", "--fail", "--user", f"AWS:{password}"]

    def curl(*words):
        done = subprocess.run(["curl", *user, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    begun = curl("--request", "POST", "--dump-header", "-", f"{base}/blobs/uploads/")
    location = next(
        line.split(": ")[1].strip()
        for line in begun.splitlines()
        if line.lower().startswith("location")
    )
    upload = f"http://{me.address}{location}"
    timing = ["--write-out", "%{time_total}", "--output", "/dev/null"]
    slowest, done = 0.0, threading.Event()

    def others():
        nonlocal slowest
        while not done.wait(0.1):
            began = time.monotonic()
            assert get(topo.lab_endpoint + "/-/ready")[0] == 200
            slowest = max(slowest, time.monotonic() - began)

    watcher = threading.Thread(target=others)
    watcher.start()
    took = curl("--request", "PATCH", "--upload-file", str(layer), *timing, upload)
    digest = subprocess.run(
        ["sha256sum", str(layer)], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    put = curl("--request", "PUT", *timing, f"{upload}?digest=sha256:{digest}")
    got = curl(*timing, f"{base}/blobs/sha256:{digest}")
    done.set()
    watcher.join()
    status = open(f"/proc/{topo.lab.process.pid}/status", encoding="utf-8").read()
    anonymous_kib = int(status.split("RssAnon:")[1].split()[0])
    assert anonymous_kib < 64 << 10, status
    case.figure(
        f"layer of 512 MiB: in {float(took):.2f} s, kept {float(put):.2f} s, "
        f"out {float(got):.2f} s, {anonymous_kib} KiB of memory; "
        f"others waited {slowest * 1000:.0f} ms at most"
    )


def run_task(me, definition):
    """A task that was run, when it has ended."""
    task = me.aws("ecs", "run-task", "--cluster", "pulls", "--task-definition", definition)
    arn = task["tasks"][0]["taskArn"]

    def ended():
        described = me.aws("ecs", "describe-tasks", "--cluster", "pulls", "--tasks", arn)
        return described["tasks"][0] if described["tasks"][0]["lastStatus"] == "STOPPED" else None

    return wait_for(ended, 60, "the task's end")


def test_a_task_pulls_by_its_execution_role(case):
    """A task's image is pulled with the permissions of its execution role, and with no other login;
    without them the task stops, and says which permission is missing."""
    check_tools(case)
    topo = topology.Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.start_hub()
    topo.create_accounts()
    port = topology.free_port()
    topo.lab_endpoint = f"http://127.0.0.1:{port}"
    me = Client(case, topo, topo.workload)
    me.tools.start()
    topo.start_lab("--driver", "containers", "--container-socket", me.tools.url, port=port)
    case.defer(topo.lab.stop)  # before the containers' service goes
    uri = me.create("app")
    me.log_in()
    me.build(f"{uri}:1", "/bin/true")
    me.tool("podman", "push", "--digestfile", f"{case.directory}/digest", f"{uri}:1")
    me.tool("podman", "rmi", "--all", "--force")
    me.tool("podman", "logout", "--all")

    iam = topo.workload.aws
    role = iam(
        *["iam", "create-role", "--role-name", "execution"],
        *["--assume-role-policy-document", topology.ECS_TRUST],
    )["Role"]["Arn"]
    managed = ["--role-name", "execution", "--policy-arn", topology.EXECUTION_POLICY_ARN]
    iam("iam", "attach-role-policy", *managed)
    me.aws("ecs", "create-cluster", "--cluster-name", "pulls")
    container = {"name": "app", "image": f"{uri}:1", "memory": 64}
    me.aws(
        *["ecs", "register-task-definition", "--family", "app", "--network-mode", "awsvpc"],
        *["--execution-role-arn", role, "--container-definitions", json.dumps([container])],
    )
    pulled = run_task(me, "app")["containers"][0]
    assert pulled["imageDigest"] == (case.directory / "digest").read_text(), pulled

    iam("iam", "detach-role-policy", *managed)
    reason = run_task(me, "app")["stoppedReason"]
    assert reason.startswith("CannotPullContainerError"), reason
    assert "is not authorized to perform: ecr:GetAuthorizationToken" in reason, reason

    login_only = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    iam(
        *["iam", "put-role-policy", "--role-name", "execution", "--policy-name", "login"],
        *["--policy-document", topology.policy(login_only)],
    )
    reason = run_task(me, "app")["stoppedReason"]
    assert reason.startswith("CannotPullContainerError"), reason
    assert "is not authorized to perform: ecr:BatchGetImage" in reason, reason


test_push_and_pull_by_real_tools.seconds = 20
test_refusals_are_named.seconds = 20
test_kill_during_pushes.seconds = 25
test_large_layers_take_no_memory.seconds = 15
test_a_task_pulls_by_its_execution_role.seconds = 20
