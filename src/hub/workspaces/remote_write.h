// Remote write 1.0 and 2.0 into a database, as a function: body in, answer out
// (hub-spec.md 3.6, 4.3, 4.4).
//
// As Cortex and AMP do it: what is good is stored, durably, also where something else in the
// request is refused; then the status is 400 (or 429 where a limit of series was met, since trying
// again may help) and the text gives the counts and the first of what was refused. 503 where the
// disk fails: nothing counts as stored then, and the sender tries again.
#pragma once

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

WriteOutcome remote_write(const WriteCall& call, const WriteContext& context);

}  // namespace tributary::hub::workspaces
