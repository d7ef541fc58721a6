#include "base/json_writer.h"
#include "hub/identity/topology.h"

namespace tributary::hub::identity {
namespace {

std::string_view to_string(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::assume: return "assume";
    case EdgeKind::write: return "write";
    case EdgeKind::query: return "query";
  }
  return "";
}

std::string_view to_string(Topology::NodeKind kind) {
  switch (kind) {
    case Topology::NodeKind::service: return "service";
    case Topology::NodeKind::user: return "user";
    case Topology::NodeKind::role: return "role";
    case Topology::NodeKind::workspace: return "workspace";
    case Topology::NodeKind::anyone: return "anyone";
  }
  return "";
}

void write_node(JsonWriter& out, const Topology::Node& node) {
  out.object([&] {
    out.member("id", node.id);
    out.member("kind", to_string(node.kind));
    out.member("account", node.account);
    out.member("name", node.name);
  });
}

void write_edge(JsonWriter& out, const Topology::Edge& edge) {
  const std::string kind(to_string(edge.kind));
  out.object([&] {
    out.member("id", kind + " " + edge.from + " " + edge.to);
    out.member("kind", kind);
    out.member("from", edge.from);
    out.member("to", edge.to);
    out.member("state", std::string_view(edge.broken ? "broken" : "allowed"));
    out.member("action", edge.action);
    write_missing(out, edge.missing);
    if (!edge.reason.empty()) out.member("reason", edge.reason);
    if (edge.kind == EdgeKind::write) {
      if (edge.samples_per_second) out.member("samplesPerSecond", *edge.samples_per_second);
      if (edge.last_at) out.member("lastWriteAt", *edge.last_at);
    }
    out.array("documents", edge.documents, [&](std::size_t index) { out.value(index); });
  });
}

void write_document(JsonWriter& out, const Topology::Document& document) {
  out.object([&] {
    out.member("side", to_string(document.side));
    out.member("title", document.title);
    if (document.text) out.member("document", *document.text);
    if (document.left_out) out.flag("leftOut", true);
  });
}

}  // namespace

std::string to_json(const Topology& topology) {
  JsonWriter out;
  out.object([&] {
    out.member("generatedAt", topology.generated_at);
    out.array("accounts", topology.accounts, [&](const Topology::Account& account) {
      out.object([&] {
        out.member("id", account.id);
        out.member("name", account.name);
        out.flag("monitoring", account.monitoring);
        out.flag("visible", account.visible);
      });
    });
    out.array("nodes", topology.nodes, [&](const Topology::Node& node) { write_node(out, node); });
    out.array("edges", topology.edges, [&](const Topology::Edge& edge) { write_edge(out, edge); });
    out.array("documents", topology.documents,
              [&](const Topology::Document& document) { write_document(out, document); });
    out.flag("truncated", topology.truncated());
    out.member("leftOut", topology.left_out);
  });
  return out.take();
}

}  // namespace tributary::hub::identity
