#include "collector/exporters/debug/exporter.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/json_text.h"
#include "collector/exporters/debug/text.h"

namespace tributary::collector::debug {

bool Sampler::allow(Instant now) {
  if (now - second_ >= 1s || count_ == 0) {
    second_ = now;
    count_ = 0;
  }
  ++count_;
  if (count_ <= initial_) return true;
  return thereafter_ > 0 && (count_ - initial_) % thereafter_ == 0;
}

Exporter::Exporter(Context context, Config config)
    : context_(std::move(context)),
      config_(std::move(config)),
      message_("Metrics"),
      count_key_("metrics"),
      sampler_(config_.sampling_initial, config_.sampling_thereafter) {}

Exporter::Exporter(Context context, LoggingConfig config)
    : Exporter(std::move(context), static_cast<const Config&>(config)) {
  config_.verbosity = config.effective();
  message_ = "MetricsExporter";
  count_key_ = "#metrics";
}

Exporter::~Exporter() {
  for (const int fd : outputs_)
    if (fd > STDERR_FILENO) ::close(fd);
}

Result<void> Exporter::start(Host&) {
  if (config_.use_internal_logger) return {};
  for (const std::string& path : config_.output_paths) {
    int fd = path == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
    if (path != "stdout" && path != "stderr")
      fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) {
      return Error(Code::invalid_argument,
                   "output_paths: cannot open " + json_string(path) + ": " + std::strerror(errno));
    }
    outputs_.push_back(fd);
  }
  return {};
}

net::Task<void> Exporter::stop(Instant) { co_return; }

void Exporter::consume(const BatchPtr& batch) {
  if (config_.verbosity == Verbosity::none) return;
  if (outputs_.empty() && !context_.log.enabled(LogLevel::info)) return;
  if (!sampler_.allow(context_.clock().monotonic())) return;
  const Counts counts = counts_of(batch->shape);
  show(message_, {{"resource metrics", counts.resources},
                  {count_key_, counts.metrics},
                  {"data points", counts.points}});
  if (config_.verbosity == Verbosity::normal) show(normal_text(*batch), {});
  if (config_.verbosity == Verbosity::detailed) show(detailed_text(*batch), {});
}

const Counts& Exporter::counts_of(const ShapePtr& shape) {
  if (const Counts* known = counts_.find(shape)) return *known;
  return counts_.put(shape, count(*shape));
}

void Exporter::show(std::string_view message, std::vector<LogField> fields) {
  if (outputs_.empty()) return context_.log.info(message, std::move(fields));
  std::string line(message);
  char separator = '{';
  for (const LogField& field : fields) {
    if (separator == '{') line += '\t';
    line += separator + json_string(field.key) + ": " + field.value;
    separator = ',';
  }
  if (separator == ',') line += '}';
  write(line + '\n');
}

void Exporter::write(std::string_view text) {
  for (const int fd : outputs_) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t wrote = ::write(fd, rest.data(), rest.size());
      if (wrote <= 0) break;  // an output that takes nothing is nobody's loss
      rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }
}

}  // namespace tributary::collector::debug
