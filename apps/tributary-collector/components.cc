#include "components.h"

#include "collector/exporters/debug/factory.h"
#include "collector/exporters/prometheusremotewrite/factory.h"
#include "collector/extensions/file_storage/factory.h"
#include "collector/extensions/health_check/factory.h"
#include "collector/extensions/ignored/factory.h"
#include "collector/extensions/sigv4auth/factory.h"
#include "collector/processors/batch/factory.h"
#include "collector/processors/filter/factory.h"
#include "collector/processors/memory_limiter/factory.h"
#include "collector/processors/resourcedetection/factory.h"
#include "collector/receivers/awsecscontainermetrics/factory.h"
#include "collector/receivers/prometheus/factory.h"

namespace tributary::collector {

Registry builtin_components() {
  Registry registry;
  awsecscontainermetrics::register_component(registry);
  prometheus::register_component(registry);
  batch::register_component(registry);
  filter::register_component(registry);
  memory_limiter::register_component(registry);
  resourcedetection::register_component(registry);
  debug::register_component(registry);
  prometheusremotewrite::register_component(registry);
  file_storage::register_component(registry);
  health_check::register_component(registry);
  ignored::register_component(registry);
  sigv4auth::register_component(registry);
  return registry;
}

}  // namespace tributary::collector
