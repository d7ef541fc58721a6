// The debug exporter: shows what comes out of a pipeline, as counts or as text, in the collector's
// log or on outputs of its own. The `logging` exporter is the same with its own message.
//
// Counts are worked out once per shape, so the default verbosity costs a batch nothing but its
// line.
//
// Threads: the loop's. Lines are written at once; nothing is queued.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collector/exporters/debug/config.h"
#include "collector/exporters/debug/points.h"
#include "collector/pipeline/component.h"
#include "collector/pipeline/weak_cache.h"

namespace tributary::collector::debug {

// Lets through the first `initial` of each second and then every `thereafter`-th.
class Sampler {
 public:
  Sampler(std::uint32_t initial, std::uint32_t thereafter)
      : initial_(initial), thereafter_(thereafter) {}

  bool allow(Instant now);

 private:
  std::uint32_t initial_;
  std::uint32_t thereafter_;
  Instant second_{};
  std::uint64_t count_ = 0;
};

class Exporter final : public collector::Exporter {
 public:
  Exporter(Context context, Config config);
  Exporter(Context context, LoggingConfig config);
  ~Exporter() override;

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;
  void consume(const BatchPtr& batch) override;

 private:
  const Counts& counts_of(const ShapePtr& shape);
  void show(std::string_view message, std::vector<LogField> fields);
  void write(std::string_view text);

  Context context_;
  Config config_;
  std::string_view message_;
  std::string_view count_key_;
  Sampler sampler_;
  WeakCache<Shape, Counts> counts_;
  std::vector<int> outputs_;  // file descriptors; empty: the log
};

}  // namespace tributary::collector::debug
