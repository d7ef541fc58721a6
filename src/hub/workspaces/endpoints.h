// The endpoints behind query_api.h, one function each. For query_api.cc and the files that define
// them alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hub/workspaces/query_api.h"
#include "hub/workspaces/store.h"

namespace tributary::hub::workspaces {

// query_endpoints.cc
Result<Answer> answer_query(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_query_range(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_format_query(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_parse_query(const ApiCall& call, const ApiContext& context);

// exemplar_endpoint.cc
Result<Answer> answer_query_exemplars(const ApiCall& call, const ApiContext& context);

// series_endpoints.cc
Result<Answer> answer_series(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_labels(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_label_values(std::string_view escaped_name, const ApiCall& call,
                                   const ApiContext& context);
Result<Answer> answer_metadata(const ApiCall& call, const ApiContext& context);

// status_endpoints.cc
Result<Answer> answer_build_info(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_runtime_info(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_config(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_flags(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_tsdb_status(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_wal_replay(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_rules(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_targets(const ApiCall& call, const ApiContext& context);

// admin_endpoints.cc
Result<Answer> answer_delete_series(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_clean_tombstones(const ApiCall& call, const ApiContext& context);
Result<Answer> answer_snapshot(const ApiCall& call, const ApiContext& context);

// The first `limit` of a list, and the warning where that leaves some out; 0 is no limit.
template <class List>
std::vector<std::string> truncate(List& list, std::uint64_t limit) {
  if (limit == 0 || list.size() <= limit) return {};
  list.resize(static_cast<std::size_t>(limit));
  return {"results truncated due to limit"};
}

}  // namespace tributary::hub::workspaces
