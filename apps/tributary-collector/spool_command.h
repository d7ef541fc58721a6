// `tributary-collector spool`: looks into an exporter's queue on disk, checks it, sends it.
#pragma once

#include "options.h"

namespace tributary::collector {

// Returns the exit status.
int spool(const SpoolOptions& options);

}  // namespace tributary::collector
