// The task metadata documents of the ECS receiver: the task's up to the first zero byte, the
// statistics after it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "collector/receivers/awsecscontainermetrics/metrics.h"

namespace ecs = tributary::collector::awsecscontainermetrics;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = bytes.find('\0');
  const std::string_view rest = zero == std::string_view::npos ? bytes : bytes.substr(zero + 1);

  const auto task = ecs::parse_task_metadata(bytes.substr(0, zero));
  const auto stats = ecs::parse_task_stats(rest);
  using tributary::collector::Compat;
  for (const Compat compat : {Compat::adot_0_12, Compat::adot_0_35, Compat::adot_0_49}) {
    ecs::MetricsBuilder builder(compat);
    const ecs::Collection collection =
        builder.build(task.value_or(ecs::TaskMetadata{}), stats.value_or(ecs::TaskStats{}), 0);
    TRIBUTARY_CHECK(!collection.batches.empty());
    for (const auto& batch : collection.batches)
      TRIBUTARY_CHECK(batch->values.size() == batch->shape->size());
  }
  return 0;
}
