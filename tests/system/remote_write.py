"""Remote write 1.0 from Python, written from the protocol's description: what tests send to a
workspace without a collector between."""

import struct

import harness
import topology


def varint(number):
    out = bytearray()
    number &= (1 << 64) - 1
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def snappy(data):
    """The block format with literals alone: valid, if not small."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 65536):
        piece = data[at : at + 65536]
        out += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)


def series(labels, samples):
    """One TimeSeries: labels as a dict, samples as (milliseconds, value) pairs."""
    body = b"".join(
        field(1, field(1, name.encode()) + field(2, value.encode()))
        for name, value in sorted(labels.items())
    )
    for at_ms, value in samples:
        body += field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at_ms))
    return body


def body_of(all_series):
    """A request's body of (labels, samples) pairs."""
    return snappy(b"".join(field(1, series(labels, samples)) for labels, samples in all_series))


def post(account, url, body, timeout=30):
    """(status, headers, text) of a signed write; a hub that is not there raises OSError."""
    headers = {
        "content-encoding": "snappy",
        "content-type": "application/x-protobuf",
        "x-prometheus-remote-write-version": "0.1.0",
    }
    signed = harness.sign("POST", url, body, account.key, account.secret, "aps", headers=headers)
    return harness.request("POST", url, body, signed, timeout)


def write(topo, all_series):
    """Writes into the topology's workspace as its administrator; any refusal fails the test."""
    url = topo.workspace_url("api/v1/remote_write")
    status, _, text = post(topo.central, url, body_of(all_series))
    assert status == 200, (status, text)


def start_workspace(case, *hub_arguments):
    """A hub with an account and a workspace, and nothing else."""
    topo = topology.Topology(case.directory)
    case.defer(topo.close)
    topo.start_hub(*hub_arguments)
    topo.create_accounts()
    created = topo.central.aws("amp", "create-workspace", "--alias", "test")
    topo.workspace = created["workspaceId"]
    return topo
