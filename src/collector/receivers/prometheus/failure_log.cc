#include "collector/receivers/prometheus/failure_log.h"

#include <filesystem>

#include "base/json_text.h"
#include "base/time_text.h"

namespace tributary::collector::prometheus {

Result<std::unique_ptr<FailureLog>> FailureLog::open(const std::string& path) {
  std::unique_ptr<FailureLog> log(new FailureLog());
  log->file_.open(path, std::ios::binary | std::ios::app);
  if (!log->file_)
    return Error(Code::unavailable,
                 "scrape_failure_log_file: cannot write to " + json_string(path));
  std::error_code failure;
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (!failure) log->bytes_ = size;
  return log;
}

void FailureLog::write(Timestamp at, std::string_view job, std::string_view target,
                       std::string_view error) {
  const std::string line = "{\"time\":" + json_string(iso8601(at, 3)) +
                           ",\"level\":\"ERROR\",\"msg\":" + json_string(error) +
                           ",\"job_name\":" + json_string(job) +
                           ",\"target\":" + json_string(target) + "}\n";
  if (bytes_ + line.size() > kBytesMax) return;
  bytes_ += line.size();
  file_ << line << std::flush;
}

}  // namespace tributary::collector::prometheus
