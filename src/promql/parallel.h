// Runs the independent parts of one query, on as many threads as the owner gives it.
#pragma once

#include <cstddef>
#include <functional>

namespace tributary::promql {

class Parallel {
 public:
  virtual ~Parallel() = default;
  // How many parts may run at once, the caller's thread included.
  virtual std::size_t width() const = 0;
  // Calls part(0) .. part(count - 1), each once, and returns when all have returned. The calling
  // thread takes part, so this makes progress even while every other thread is busy.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& part) = 0;
};

}  // namespace tributary::promql
