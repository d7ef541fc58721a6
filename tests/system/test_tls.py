"""The same over HTTPS: hub with a certificate, AWS_CA_BUNDLE on the other side."""

import harness
import topology
from test_walkthrough import PAGE
from topology import wait_for


def test_the_whole_line_works_over_tls(case):
    """AWS CLI, collector (STS and remote write) and query speak HTTPS to a hub whose certificate
    AWS_CA_BUNDLE vouches for; a collector that does not know it delivers nothing and says so."""
    topo = topology.Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.use_tls()
    topo.start_hub()
    topo.create_accounts()
    topo.set_up()
    app = harness.Application(PAGE)
    case.defer(app.close)
    credentials = harness.user_who_may_assume(topo)

    stranger_env = {**topo.collector_env(), **credentials}
    del stranger_env["AWS_CA_BUNDLE"]
    config = harness.write_config(
        case.directory, harness.collector_config(topo, {"app": app.address}), "stranger.yaml"
    )
    stranger = topo.start(
        "tributary-collector", ["--config", config], stranger_env, case.directory / "stranger.log"
    )
    wait_for(lambda: "certificate" in stranger.output(), 15, "a line about the certificate")
    stranger.process.kill()
    assert topo.query("demo_untyped")["result"] == []

    config = harness.write_config(
        case.directory, harness.collector_config(topo, {"app": app.address})
    )
    env = {**topo.collector_env(), **credentials}
    topo.start("tributary-collector", ["--config", config], env, case.directory / "collector.log")
    wait_for(lambda: topo.query("demo_untyped")["result"], 20, "samples over TLS")
