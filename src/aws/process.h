// Running a credential_process: one program with an argument vector, its standard output, a time
// limit and a size limit. No shell.
//
// Threads: run_process blocks; a SystemProcessRunner does so on a thread of its own, started when
// first used.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::net {
class WorkerPool;
}

namespace tributary::aws {

struct ProcessLimits {
  Duration timeout = 60s;
  std::size_t output_bytes_max = 64U << 10;
};

// What the program printed, once it has ended with status 0. A program that takes too long or
// prints too much is killed, with all of its process group.
Result<std::string> run_process(const std::vector<std::string>& argv, const ProcessLimits& limits,
                                const std::stop_token& stop);

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  virtual net::Task<Result<std::string>> run(std::vector<std::string> argv,
                                             std::stop_token stop) = 0;
};

class SystemProcessRunner final : public ProcessRunner {
 public:
  explicit SystemProcessRunner(net::Loop& loop, ProcessLimits limits = {});
  ~SystemProcessRunner() override;

  net::Task<Result<std::string>> run(std::vector<std::string> argv, std::stop_token stop) override;

 private:
  net::Loop& loop_;
  ProcessLimits limits_;
  std::unique_ptr<net::WorkerPool> worker_;
};

}  // namespace tributary::aws
