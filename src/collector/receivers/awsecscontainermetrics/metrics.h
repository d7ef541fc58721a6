// From the documents of the task metadata endpoint to batches: for each container, in the order of
// the task's document, its usage (26 `container.*` metrics) or, once it has stopped, how long it
// ran; then the task, as the sum (`ecs.task.*`). Names, units, formulas and their oddities are
// those of the OpenTelemetry receiver in a release of ADOT (spec: collector-spec.md, 1.3 to 1.5).
//
// Shapes are kept between collections: a container whose attributes stay the same keeps its shape.
//
// Threads: one user at a time. What it returns is immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/pipeline/compat.h"
#include "collector/receivers/awsecscontainermetrics/metadata.h"
#include "model/batch.h"

namespace tributary::collector::awsecscontainermetrics {

struct Collection {
  std::vector<BatchPtr> batches;      // each container, then the task
  std::vector<std::string> warnings;  // what could not be read, for the log
};

// What one container uses, and the sum of several. Integers wrap as Go's uint64.
struct Usage {
  std::uint64_t memory_usage = 0;
  std::uint64_t memory_usage_max = 0;
  std::uint64_t memory_limit = 0;
  std::uint64_t memory_utilized_mib = 0;
  std::uint64_t memory_reserved_mib = 0;
  std::uint64_t cpu_total = 0;
  std::uint64_t cpu_kernel_mode = 0;
  std::uint64_t cpu_user_mode = 0;
  std::uint64_t cpu_cores = 0;
  std::uint64_t cpu_onlines = 0;
  std::uint64_t cpu_system = 0;
  double cpu_utilized = 0;
  double cpu_reserved = 0;
  double cpu_vcpu = 0;
  double network_rate_rx = 0;
  double network_rate_tx = 0;
  NetworkStats network;
  std::uint64_t storage_read_bytes = 0;
  std::uint64_t storage_write_bytes = 0;

  // All fields but cpu_utilized, which is no sum.
  void add(const Usage& other);
};

Usage container_usage(const ContainerMetadata& container, const ContainerStats& stats);

class MetricsBuilder {
 public:
  explicit MetricsBuilder(Compat compat);

  Collection build(const TaskMetadata& task, const TaskStats& stats, std::int64_t now_ms);

 private:
  // A metric and its scope: each has one of its own, empty.
  struct Descriptor {
    std::shared_ptr<const MetricFamily> family;
    std::shared_ptr<const Scope> scope;
  };
  struct Known {
    std::shared_ptr<const Resource> resource;
    ShapePtr shape;
  };
  using Shapes = std::map<std::string, Known>;

  BatchPtr make_batch(const std::string& key, Resource resource,
                      const std::vector<Descriptor>& metrics, std::vector<double> values,
                      std::int64_t now_ms);
  void finish_task(const TaskMetadata& task, Usage& sum) const;
  std::vector<Attribute> task_attributes(const TaskMetadata& task) const;
  std::vector<Attribute> container_attributes(const ContainerMetadata& container) const;

  Compat compat_;
  std::vector<Descriptor> container_metrics_;
  std::vector<Descriptor> task_metrics_;
  std::vector<Descriptor> duration_metrics_;
  Shapes shapes_;  // of the last collection, by what they describe
  Shapes next_;    // of the one being made
};

}  // namespace tributary::collector::awsecscontainermetrics
