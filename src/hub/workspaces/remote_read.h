// Remote read of one workspace, as a function: body in, answer out (hub-spec.md 4.5). Answers with
// samples; errors are plain text, as Prometheus gives them.
#pragma once

#include "hub/workspaces/query_api.h"

namespace tributary::hub::workspaces {

Answer remote_read(const ApiCall& call, const ApiContext& context);

}  // namespace tributary::hub::workspaces
