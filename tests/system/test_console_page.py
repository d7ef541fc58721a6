"""The console's page as a hub serves it, seen without a browser; and dashboards as files."""

import gzip
import http.client
import json
import re
import socket
import ssl
import time
import urllib.parse

import harness
import topology
from topology import REGION

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PROTECTION = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


def ask(topo, path, method="GET", headers=None, body=None):
    """As http.client sends it: the path byte for byte, nothing asked for by itself."""
    parts = urllib.parse.urlsplit(topo.endpoint)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(topo.ca_file))
        connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def start(case, *arguments):
    topo = topology.Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.start_hub(*arguments)
    return topo


def start_with_page(case, tls=False):
    topo = topology.Topology(case.directory / "topology")
    case.defer(topo.close)
    if tls:
        topo.use_tls()
    topo.start_hub()
    if ask(topo, "/console/").status == 501:
        case.skip("this hub was built without its page (tools/web)")
    return topo


def assets(topo):
    """What index.html names: script and style."""
    index = ask(topo, "/console/").body.decode()
    found = re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', index)
    assert any(name.endswith(".js") for name in found), index
    assert any(name.endswith(".css") for name in found), index
    return found


def test_a_browser_finds_the_page(case):
    """The hub's address leads to the console; every file that its page names is there, by its type,
    and so is every address within it."""
    topo = start_with_page(case)
    root = ask(topo, "/")
    assert (root.status, root.headers["location"]) == (302, "/console/"), root.headers
    assert ask(topo, "/console").headers["location"] == "/console/"
    assert ask(topo, "/console?ws=ws-1").headers["location"] == "/console/?ws=ws-1"

    index = ask(topo, "/console/")
    assert index.status == 200 and b'id="app"' in index.body
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/console/explore?expr=up", "/console/dashboards/ecs", "/console/no/such/page"):
        assert ask(topo, path).body == index.body, path

    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for path in [*assets(topo), "/console/icon.svg"]:
        answer = ask(topo, path)
        assert answer.status == 200 and answer.body, path
        assert answer.headers["content-type"].startswith(types[path.rsplit(".", 1)[1]]), path
    assert ask(topo, "/console/assets/index-0123.js").status == 404


def test_the_page_is_cached_as_long_as_it_holds(case):
    """Files named by what is in them are kept for ever, index.html never; who has a file already is
    told so, and both codings are what they say."""
    topo = start_with_page(case)
    script = assets(topo)[0]
    assert ask(topo, "/console/").headers["cache-control"] == "no-store"
    plain = ask(topo, script)
    packed = ask(topo, script, headers={"Accept-Encoding": "gzip, br"})
    assert "immutable" in plain.headers["cache-control"], plain.headers
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body)
    refused = ask(topo, script, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert refused.body == plain.body and refused.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]

    again = ask(topo, script, headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status, again.body) == (304, b""), again.status
    assert again.headers["etag"] == plain.headers["etag"] and "content-length" not in again.headers
    other = ask(topo, script, headers={"If-None-Match": packed.headers["etag"]})
    assert other.status == 200

    head = ask(topo, script, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(plain.body)


def test_the_page_keeps_the_browser_to_itself(case):
    """Every answer below /console has the headers that forbid scripts, frames and requests of
    others, and none sets a cookie; also over TLS."""
    topo = start_with_page(case, tls=True)
    answers = {
        path: ask(topo, path) for path in ("/", "/console", "/console/", "/console/assets/no.js")
    }
    answers["POST"] = ask(topo, "/console/", "POST", body=b"x")
    answers["304"] = ask(topo, "/console/icon.svg", headers={"If-None-Match": "*"})
    for name, answer in answers.items():
        for header, value in PROTECTION.items():
            assert answer.headers.get(header) == value, (name, header, answer.headers)
        assert "camera=()" in answer.headers["permissions-policy"], name
        assert "set-cookie" not in answer.headers, name
    inline = re.search(rb"<style|\sstyle=|\son\w+=|<script>", answers["/console/"].body)
    assert not inline, inline


def test_the_page_is_no_way_around_the_api(case):
    """Other methods are refused, no path leaves the page, and what is beside it still wants a
    signature."""
    topo = start_with_page(case)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(topo, "/console/", method, body=b"{}")
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD"), (method, answer.body)
    paths = ["/console/../workspaces", "/console/%2e%2e/metrics", "/console/....//identity.key"]
    for path in [*paths, "/console/..%2f..%2fidentity.db", "/console/assets/../../etc/passwd"]:
        answer = ask(topo, path)
        assert answer.status in (200, 404), (path, answer.status)
        assert b"workspaceId" not in answer.body and b"SQLite" not in answer.body, path
        if answer.status == 200:
            assert b'id="app"' in answer.body, path
    for path in ("/consoles", "/workspaces", "/dashboards", "/topology", "/denials", "/?Action=x"):
        assert ask(topo, path).status == 403, path
    assert ask(topo, "/", headers={"Authorization": "AWS4-HMAC-SHA256 x"}).status in (400, 403)


def test_the_page_holds_against_odd_requests(case):
    """Targets that are no paths, long ones and many headers neither end the hub nor find files."""
    topo = start_with_page(case)
    port = urllib.parse.urlsplit(topo.endpoint).port
    targets = ["/console/%00", "/console/" + "a" * 30_000, "/console/?" + "&" * 10_000]
    for target in [*targets, "/console/%ff%fe", "/console//assets//x", "/console/;x=1"]:
        with socket.create_connection(("127.0.0.1", port), 10) as raw:
            raw.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            head = raw.makefile("rb").readline().decode()
        assert head.split()[1] in ("200", "404"), (target[:40], head)
    tags = ", ".join(f'"{number}"' for number in range(4000))
    answer = ask(topo, "/console/icon.svg", headers={"If-None-Match": tags})
    assert answer.status == 200, answer.status
    assert topo.hub.running()


def call(topo, account, method, path, body=b""):
    url = topo.endpoint + path
    headers = harness.sign(method, url, body, account.key, account.secret, "aps")
    if body:
        headers["Content-Type"] = "application/json"
    return harness.request(method, url, body, headers)


def uids(topo, account):
    status, _, text = call(topo, account, "GET", "/dashboards")
    assert status == 200, text
    return {entry["uid"]: entry for entry in json.loads(text)["dashboards"]}


def test_dashboards_are_files_of_their_account(case):
    """What an account uploads is a file below the data directory, its own alone, and there after a
    restart; a folder's dashboards are everybody's, read at each call, and nobody's to change."""
    folder = case.directory / "folder"
    folder.mkdir()
    (folder / "team.json").write_text('{"title": "Team", "uid": "team", "tags": ["t"]}')
    topo = start(case, "--dashboards", folder)
    central = topo.create_account(topology.CENTRAL, "central")
    workload = topo.create_account(topology.WORKLOAD, "workload")
    model = json.dumps({"title": "Mine <b>", "uid": "mine", "panels": []}).encode()

    status, _, text = call(topo, central, "PUT", "/dashboards/mine", model)
    assert status == 200, (status, text)
    listed = uids(topo, central)
    assert set(listed) == {"mine", "team"}, listed
    assert listed["mine"]["source"] == "uploaded" and listed["team"]["source"] == "folder"
    assert listed["mine"]["title"] == "Mine <b>" and listed["team"]["tags"] == ["t"]
    assert abs(listed["mine"]["updatedAt"] - time.time()) < 60
    assert set(uids(topo, workload)) == {"team"}
    assert call(topo, workload, "GET", "/dashboards/mine")[0] == 404
    file = topo.data / "dashboards" / topology.CENTRAL / "mine.json"
    assert file.read_bytes() == model and file.stat().st_mode & 0o077 == 0

    (folder / "later.json").write_text('{"title": "Later"}')
    assert set(uids(topo, workload)) == {"team", "later"}
    assert call(topo, workload, "DELETE", "/dashboards/team")[0] == 400

    assert topo.hub.stop() == 0
    topo.start_hub("--dashboards", folder)
    status, _, text = call(topo, central, "GET", "/dashboards/mine")
    assert status == 200 and text.encode() == model, text
    status, _, text = call(topo, central, "DELETE", "/dashboards/mine")
    assert status in (200, 204), text
    assert set(uids(topo, central)) == {"team", "later"} and not file.exists()


def test_what_is_no_dashboard_is_refused_by_what_is_wrong(case):
    """A body that is no dashboard, too long, or of another uid is refused and says why; so is a
    caller whose policies do not name the dashboard."""
    topo = start(case)
    account = topo.create_account(topology.CENTRAL, "central")
    wrong = {
        b"{": "not JSON at byte",
        b"[]": "want a JSON object",
        b"{}": '"title" is missing',
        b'{"title":"x","uid":"other"}': 'its "uid" is "other"',
        b'{"title":"x"}' + b" " * (1 << 20): "at most 1048576",
    }
    for body, why in wrong.items():
        status, _, text = call(topo, account, "PUT", "/dashboards/mine", body)
        assert status == 400 and why in json.loads(text)["message"], (status, text)
    for uid in ("a.json", "%2e%2e%2fx", "a" * 41):
        status, _, text = call(topo, account, "PUT", "/dashboards/" + uid, b'{"title":"x"}')
        assert status in (400, 404), (uid, status, text)

    account.aws("iam", "create-user", "--user-name", "reader")
    resource = f"arn:aws:tributary:{REGION}:{topology.CENTRAL}:dashboard/*"
    statement = {"Effect": "Allow", "Action": "tributary:ListDashboards", "Resource": resource}
    account.aws(
        *["iam", "put-user-policy", "--user-name", "reader", "--policy-name", "list"],
        *["--policy-document", json.dumps({"Version": "2012-10-17", "Statement": statement})],
    )
    made = account.aws("iam", "create-access-key", "--user-name", "reader")["AccessKey"]
    key = {"accountId": account.id, "accessKeyId": made["AccessKeyId"]}
    key["secretAccessKey"] = made["SecretAccessKey"]
    reader = topology.Account(topo.endpoint, key)
    assert uids(topo, reader) == {}
    status, headers, text = call(topo, reader, "PUT", "/dashboards/mine", b'{"title":"x"}')
    assert status == 403 and "tributary:PutDashboard" in text + str(headers), (status, text)
    assert not (topo.data / "dashboards" / topology.CENTRAL / "mine.json").exists()
