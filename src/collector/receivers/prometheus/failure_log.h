// The file of `scrape_failure_log_file`: a line of JSON for each scrape that failed. Jobs that name
// the same file write into the same object.
//
// Threads: the loop's. Lines are written at once; a failed scrape is rare enough.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace tributary::collector::prometheus {

class FailureLog {
 public:
  // Above this nothing more is written: the file is nobody's to rotate.
  static constexpr std::uint64_t kBytesMax = 64U << 20;

  // Appends to the file, which is made where it is not there.
  static Result<std::unique_ptr<FailureLog>> open(const std::string& path);

  void write(Timestamp at, std::string_view job, std::string_view target, std::string_view error);

 private:
  FailureLog() = default;

  std::ofstream file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace tributary::collector::prometheus
