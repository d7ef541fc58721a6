"""The images of deploy/images: built without a network by tools/images, and run by podman with a
read-only root, without capabilities and without any network but a loopback of their own."""

import ctypes
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading

import harness
import podman as containers
import topology
from topology import ROOT, Topology, wait_for

IMAGES = {
    "localhost/tributary-collector": (["/awscollector"], ["--config=/etc/otel-config.yaml"]),
    "localhost/tributary-hub": (
        ["/tributary-hub"],
        ["serve", "--data=/data", "--listen=0.0.0.0:9009"],
    ),
    "localhost/tributary-demo-app": (["/demo-app"], None),
}
COMPRESSED_BYTES_MAX = 10_000_000
HARDENED = ["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges"]
METADATA = "127.0.0.1", 51679
CLONE_NEWNET = 0x40000000
DOCUMENTS = ROOT / "src/collector/receivers/awsecscontainermetrics/testdata"


def images(case):
    """Podman with the three images in it."""
    reason = containers.unusable()
    if reason:
        case.skip(reason)
    if not (topology.BIN.parent / "build.ninja").exists():
        case.skip(f"{topology.BIN} is no build directory's: an image says what it is made of")
    # A short path: there are sockets in it.
    podman = containers.Podman(tempfile.mkdtemp(prefix="tri-"), serve=False)
    case.defer(podman.close)
    (podman.directory / "auth.json").write_text("{}")
    built = podman.tool(str(ROOT / "tools/images"), "--bin", str(topology.BIN))
    sizes = dict(re.findall(r"^(\S+):\S+: ([0-9.]+) MB compressed$", built, re.MULTILINE))
    assert set(sizes) == set(IMAGES), built
    return podman, {name: float(size) * 1e6 for name, size in sizes.items()}


def files_of(podman, image, case):
    """The image's whole file system, unpacked."""
    root = pathlib.Path(case.directory) / "root"
    root.mkdir()
    container = podman.run("create", image).strip()
    tar = subprocess.run(
        ["podman", "export", container], env=podman.environment, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(root)], input=tar, check=True)
    return root


def test_images_are_small_and_say_what_adots_says(case):
    """Every image is below 10 MB as a registry holds it, runs as 4317:4317, and the collector's has
    the entry point, command, environment and ports of ADOT's."""
    podman, sizes = images(case)
    for name, (entry_point, command) in IMAGES.items():
        config = json.loads(podman.run("image", "inspect", name))[0]["Config"]
        assert sizes[name] < COMPRESSED_BYTES_MAX, (name, sizes[name])
        case.figure(f"{name}: {sizes[name] / 1e6:.2f} MB compressed")
        assert config["User"] == "4317:4317", config
        assert config["Entrypoint"] == entry_point, config
        assert config.get("Cmd") == command, config
    config = json.loads(podman.run("image", "inspect", "localhost/tributary-collector"))[0][
        "Config"
    ]
    assert set(config["ExposedPorts"]) == {"2000/tcp", "4317/tcp", "55681/tcp"}, config
    assert {"HOME=/home/aoc", "RUN_IN_CONTAINER=True"} <= set(config["Env"]), config


def test_the_collectors_image_holds_nothing_but_what_it_needs(case):
    """Program, CA bundle, user, configurations that validate, licences, and a bill of materials
    that names what is linked in; no shell, and nothing is set-uid or anybody's to write."""
    podman, _ = images(case)
    root = files_of(podman, "localhost/tributary-collector", case)
    top = {path.name for path in root.iterdir()} - {"dev", "proc", "run", "sys"}
    assert top == {"awscollector", "healthcheck", "etc", "home", "usr"}, top
    assert os.readlink(root / "healthcheck") == "awscollector"
    assert os.stat(root / "home/aoc").st_uid == 4317
    bundle = (root / "etc/ssl/certs/ca-certificates.crt").read_text()
    authorities = list(pathlib.Path("/usr/share/ca-certificates").rglob("*.crt"))
    assert bundle.count("BEGIN CERTIFICATE") == len(authorities)  # none of the machine's own
    assert (root / "etc/passwd").read_text().startswith("aoc:x:4317:4317:")
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and "/etc/" not in str(path):
            assert not path.stat().st_mode & 0o6022, (path, oct(path.stat().st_mode))

    bill = json.loads((root / "usr/share/doc/tributary/sbom.cdx.json").read_text())
    names = {component["name"] for component in bill["components"]}
    assert {"openssl", "glibc", "zlib", "snappy", "re2", "libyaml", "gcc-12"} <= names, names
    assert "sqlite3" not in names  # that is the hub's
    for name in names:
        assert (root / "usr/share/doc" / name / "copyright").exists(), name

    environment = {
        "AWS_REGION": "eu-west-1",
        "AWS_PROMETHEUS_ENDPOINT": "https://hub.test/workspaces/ws-1/api/v1/remote_write",
        "AWS_PROMETHEUS_SCRAPING_ENDPOINT": "localhost:8000",
    }
    variables = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
    configs = [path for path in (root / "etc").rglob("*.yaml")]
    assert len(configs) == 2, configs
    for path in configs:
        said = podman.run(
            *["run", "--rm", "--network", "none", *HARDENED, *variables],
            *["localhost/tributary-collector", "validate"],
            f"--config=/{path.relative_to(root)}",
        )
        assert said == "The configuration is valid.\n", said


def test_the_hubs_image_says_what_its_page_is_made_of(case):
    """Where the hub has its page, the bill of materials names the packages in it, with licences."""
    page = topology.BIN.parent / "src/hub/console/bundle.cc"
    if not page.exists() or '"index.html"' not in page.read_text():
        case.skip("this hub was built without its page (tools/web)")
    tool = [str(ROOT / "tools/images"), "--bin", str(topology.BIN)]
    subprocess.run([*tool, "--contexts", str(case.directory), "hub"], check=True)
    documents = case.directory / "hub/root/usr/share/doc"
    bill = json.loads((documents / "tributary/sbom.cdx.json").read_text())
    components = {component["name"]: component for component in bill["components"]}
    assert components["preact"]["purl"].startswith("pkg:npm/preact@"), components["preact"]
    assert {"uplot", "@codemirror/view", "sqlite3"} <= set(components), set(components)
    assert not {"vite", "typescript", "playwright-core"} & set(components)  # they only build it
    assert "MIT" in (documents / "@codemirror/view/copyright").read_text()


def listen_inside(pid, address):
    """A listening socket in the network namespace of a process."""
    made = []

    def make():
        with open(f"/proc/{pid}/ns/net", encoding="utf-8") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) == 0:
                made.append(socket.create_server(address))

    thread = threading.Thread(target=make)  # a thread of its own, which stays in there and ends
    thread.start()
    thread.join()
    assert made, f"cannot enter the network of process {pid}"
    return made[0]


def relay(listener, target):
    """Passes every connection on to an address of this machine."""

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def accept():
        while True:
            try:
                inner, _ = listener.accept()
            except OSError:
                return
            outer = socket.create_connection(target)
            for pair in ((inner, outer), (outer, inner)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


class Documents(http.server.BaseHTTPRequestHandler):
    """A task metadata endpoint whose task stands still."""

    def do_GET(self):
        name = {"/v4/x/task": "task.json", "/v4/x/task/stats": "stats.json"}.get(self.path)
        self.send_response(200 if name else 404)
        self.end_headers()
        if name:
            self.wfile.write((DOCUMENTS / name).read_bytes())

    def log_message(self, *_):
        pass


def serve_documents(case, listener):
    server = http.server.ThreadingHTTPServer(listener.getsockname(), Documents, False)
    server.socket.close()
    server.socket = listener
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case.defer(server.server_close)
    case.defer(server.shutdown)


def derived_image(podman, case):
    """The walkthrough's own image, by its Dockerfile."""
    context = pathlib.Path(case.directory) / "derived"
    shutil.copytree(ROOT / "examples/cross-account-ecs/collector", context)
    podman.run("build", "--quiet", "--tag", "localhost/walkthrough-collector", str(context))
    return "localhost/walkthrough-collector"


def test_an_image_made_from_it_runs_the_walkthrough(case):
    """FROM the collector's image + COPY config.yaml + CMD, with a read-only root and no capability:
    what application and task expose is in the workspace of the other account; /healthcheck says so,
    and SIGTERM ends it with status 0."""
    podman, _ = images(case)
    image = derived_image(podman, case)
    topo = Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.start_hub()
    topo.create_accounts()
    topo.set_up()

    app = ["run", "--detach", "--name", "app", "--network", "none", *HARDENED]
    podman.run(*app, "--tmpfs", "/tmp", "localhost/tributary-demo-app")
    pid = int(podman.run("inspect", "--format", "{{.State.Pid}}", "app"))
    hub = listen_inside(pid, ("127.0.0.1", topo.port))
    case.defer(hub.close)
    relay(hub, ("127.0.0.1", topo.port))
    serve_documents(case, listen_inside(pid, METADATA))

    environment = {
        "AWS_REGION": topology.REGION,
        "AWS_PROMETHEUS_ENDPOINT": topo.workspace_url("api/v1/remote_write"),
        "CENTRAL_ROLE_ARN": topology.CENTRAL_ROLE_ARN,
        "AWS_ENDPOINT_URL_STS": topo.endpoint,
        "ECS_CONTAINER_METADATA_URI_V4": f"http://{METADATA[0]}:{METADATA[1]}/v4/x",
        **harness.task_credentials(topo),
    }
    variables = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
    collector = ["run", "--detach", "--name", "collector", "--network", "container:app", *HARDENED]
    podman.run(*collector, *variables, image)

    def arrived():
        state = podman.run("inspect", "--format", "{{.State.Status}}", "collector").strip()
        assert state == "running", podman.run("logs", "collector")
        stored = {name for name, _ in harness.latest(topo, '{__name__=~"demo_.*|ecs_task_.*"}')}
        return {"demo_orders_total", "ecs_task_memory_utilized_MiB"} <= stored and stored

    try:
        stored = wait_for(arrived, 40, "samples of application and task")
    finally:
        log = podman.tool("sh", "-c", "podman logs collector 2>&1")
        (case.directory / "collector.log").write_text(log)
    assert sum(name.startswith("ecs_task_") for name in stored) == 8, stored
    case.figure(f"{len(stored)} names arrived")
    podman.run("exec", "collector", "/healthcheck")
    refused = podman.run("exec", "collector", "/healthcheck", "-port", "13134", check=False)
    assert "STATUS" not in refused, refused
    podman.run("stop", "--time", "20", "collector", "app")
    for name in ("collector", "app"):
        code = podman.run("inspect", "--format", "{{.State.ExitCode}}", name).strip()
        assert code == "0", (name, code, podman.run("logs", name))


def test_the_hubs_image_keeps_its_data_in_a_volume(case):
    """The hub runs as 4317 with a read-only root; accounts made in it are there after a restart."""
    podman, _ = images(case)
    run = ["run", "--rm", "--network", "none", *HARDENED, "--volume", "data:/data"]
    hub = [*run, "localhost/tributary-hub"]
    create = ["accounts", "create", "--data=/data", "--id", "111111111111", "--output", "json"]
    created = json.loads(podman.run(*hub, *create))
    listed = podman.run(*hub, "accounts", "list", "--data=/data")
    assert created["accountId"] == "111111111111" and "111111111111" in listed, (created, listed)
    podman.run("run", "--detach", "--name", "hub", *run[2:], "localhost/tributary-hub")
    log = lambda: podman.tool("sh", "-c", "podman logs hub 2>&1")
    wait_for(lambda: "9009" in log(), 20, "the hub's first line")
    podman.run("stop", "--time", "20", "hub")
    code = podman.run("inspect", "--format", "{{.State.ExitCode}}", "hub").strip()
    assert code == "0", (code, log())


test_an_image_made_from_it_runs_the_walkthrough.seconds = 40
