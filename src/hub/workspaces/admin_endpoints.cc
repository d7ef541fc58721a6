// What changes the data other than by writing: deletion, clean-up, snapshots.
#include "hub/workspaces/api_json.h"
#include "hub/workspaces/api_params.h"
#include "hub/workspaces/endpoints.h"
#include "promql/parser.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

Answer no_content() { return {.status = 204}; }

}  // namespace

// A selector that matches everything empties the workspace, as in Prometheus.
Result<Answer> answer_delete_series(const ApiCall& call, const ApiContext& context) {
  const auto texts = parameters(call.params, "match[]");
  if (texts.empty()) return Error(Code::invalid_argument, "no match[] parameter provided");
  TRIBUTARY_TRY(const TimeSpan span, time_span_parameters(call.params));
  std::vector<Matchers> selectors;
  for (const std::string_view text : texts) {
    auto matchers = promql::parse_selector(text);
    if (!matchers) return invalid_parameter("match[]", matchers.error().message());
    selectors.push_back(std::move(*matchers));
  }
  for (const Matchers& matchers : selectors) {
    if (auto done = context.db.delete_series(matchers, span.start_ms, span.end_ms); !done)
      return done.error();
  }
  return no_content();
}

Result<Answer> answer_clean_tombstones(const ApiCall& call, const ApiContext& context) {
  if (auto done = context.db.clean_tombstones(call.stop); !done) return done.error();
  return no_content();
}

Result<Answer> answer_snapshot(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const bool skip, bool_parameter(call.params, "skip_head"));
  const auto head = skip ? tsdb::SnapshotHead::skip : tsdb::SnapshotHead::include;
  TRIBUTARY_TRY(const std::string name, context.db.snapshot(head, call.stop));
  return success("{\"name\":\"" + name + "\"}");
}

}  // namespace tributary::hub::workspaces
