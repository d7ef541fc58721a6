// Parallel for tests: threads of its own for each call.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "promql/parallel.h"

namespace tributary::promql::testing {

class ThreadParallel final : public Parallel {
 public:
  explicit ThreadParallel(std::size_t width) : width_(width) {}

  std::size_t width() const override { return width_; }

  void run(std::size_t count, const std::function<void(std::size_t)>& part) override {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) part(i);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < width_ && i < count; ++i) threads.emplace_back(work);
    work();
  }

 private:
  const std::size_t width_;
};

}  // namespace tributary::promql::testing
