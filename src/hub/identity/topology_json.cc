#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/json_text.h"
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
  }
  return "";
}

// An object or array that is written member by member.
class Json {
 public:
  explicit Json(std::string& out) : out_(out) {}

  Json& key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    return *this;
  }
  Json& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
    return *this;
  }
  Json& flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
    return *this;
  }
  Json& number(std::string_view name, double value) {
    char buffer[32];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, std::isfinite(value) ? value : 0);
    key(name);
    out_.append(buffer, end.ptr);
    return *this;
  }
  // Seconds since 1970.
  Json& time(std::string_view name, Timestamp value) {
    char buffer[32];
    const std::int64_t ms = to_ms(value);
    std::snprintf(buffer, sizeof buffer, "%lld.%03d", static_cast<long long>(ms / 1000),
                  static_cast<int>(ms % 1000));
    key(name);
    out_ += buffer;
    return *this;
  }
  // A list of objects.
  template <class Items, class Write>
  Json& list(std::string_view name, const Items& items, Write write) {
    key(name);
    out_ += '[';
    for (const auto& item : items) {
      separate();
      out_ += '{';
      Json object(out_);
      write(object, item);
      out_ += '}';
    }
    out_ += ']';
    return *this;
  }
  std::string& out() { return out_; }

 private:
  void separate() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
  }

  std::string& out_;
};

void write_edge(Json& json, const Topology::Edge& edge) {
  const std::string kind(to_string(edge.kind));
  json.text("id", kind + " " + edge.from + " " + edge.to)
      .text("kind", kind)
      .text("from", edge.from)
      .text("to", edge.to)
      .text("state", edge.broken ? "broken" : "allowed")
      .text("action", edge.action)
      .key("missing");
  append_json(json.out(), edge.missing);
  if (edge.kind == EdgeKind::write) {
    if (edge.samples_per_second) json.number("samplesPerSecond", *edge.samples_per_second);
    if (edge.last_at) json.time("lastWriteAt", *edge.last_at);
  }
  json.list("documents", edge.documents, [](Json& out, const Topology::Document& document) {
    out.text("side", to_string(document.side)).text("title", document.title);
    if (document.document) out.text("document", *document.document);
  });
}

}  // namespace

std::string to_json(const Topology& topology) {
  std::string out = "{";
  Json(out)
      .time("generatedAt", topology.generated_at)
      .list("accounts", topology.accounts,
            [](Json& json, const Topology::Account& account) {
              json.text("id", account.id)
                  .text("name", account.name)
                  .flag("monitoring", account.monitoring)
                  .flag("visible", account.visible);
            })
      .list("nodes", topology.nodes,
            [](Json& json, const Topology::Node& node) {
              json.text("id", node.id)
                  .text("kind", to_string(node.kind))
                  .text("account", node.account)
                  .text("name", node.name);
            })
      .list("edges", topology.edges, write_edge);
  out += '}';
  return out;
}

}  // namespace tributary::hub::identity
