// Spreads the parts of one query over the hub's helper threads that have nothing to do.
//
// Threads: any number of queries at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "promql/parallel.h"

namespace tributary::net {
class WorkerPool;
}

namespace tributary::hub::workspaces {

class WorkerParallel final : public promql::Parallel {
 public:
  // `helpers` outlives this and has `helper_count` threads; a query also has its own.
  WorkerParallel(net::WorkerPool& helpers, std::size_t helper_count)
      : helpers_(helpers), helper_count_(helper_count) {}

  std::size_t width() const override { return helper_count_ + 1; }
  void run(std::size_t count, const std::function<void(std::size_t)>& part) override;

 private:
  net::WorkerPool& helpers_;
  const std::size_t helper_count_;
};

}  // namespace tributary::hub::workspaces
