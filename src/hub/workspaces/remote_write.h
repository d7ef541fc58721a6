// Remote write 1.0 and 2.0 into a database, as a function: body in, answer out
// (hub-spec.md 3.6, 4.3, 4.4).
//
// As Cortex and AMP do it: what is good is stored, durably, also where something else in the
// request is refused; then the status is 400 (or 429 where a limit of series was met, since trying
// again may help) and the text gives the counts and the first of what was refused. 503 where the
// disk fails: nothing counts as stored then, and the sender tries again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "hub/workspaces/limits.h"
#include "hub/workspaces/rate_limit.h"
#include "hub/workspaces/store.h"

namespace tributary::tsdb {
class Db;
}

namespace tributary::hub::workspaces {

struct WriteMemory;  // write_memory.h

struct WriteContext {
  tsdb::Db& db;
  const Limits& limits;
  RateLimit& rate;
  WriteMemory& memory;
  std::string_view workspace_id;
  Instant now;
};

struct WriteOutcome {
  Answer answer;
  std::uint64_t samples_stored = 0;
  std::uint64_t histograms_stored = 0;
  std::uint64_t exemplars_stored = 0;
  std::map<std::string, std::uint64_t> refused;  // samples by reason
  std::uint64_t exemplars_refused = 0;           // no reason to fail
};

WriteOutcome remote_write(const WriteCall& call, const WriteContext& context);

}  // namespace tributary::hub::workspaces
