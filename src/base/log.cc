#include "base/log.h"

#include <unistd.h>

#include <charconv>
#include <utility>

#include "base/json_text.h"
#include "base/time_text.h"

namespace tributary {
namespace {

constexpr int kFractionDigits = 3;

std::string_view name_of(LogLevel level, bool upper) {
  switch (level) {
    case LogLevel::debug: return upper ? "DEBUG" : "debug";
    case LogLevel::info: return upper ? "INFO" : "info";
    case LogLevel::warn: return upper ? "WARN" : "warn";
    case LogLevel::error: return upper ? "ERROR" : "error";
  }
  return "?";
}

void append_fields_json(std::string& line, const std::vector<LogField>& fields) {
  for (const LogField& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    if (field.quoted) {
      append_json_string(line, field.value);
    } else {
      line += field.value;
    }
  }
}

std::string json_line(Timestamp now, LogLevel level, std::string_view name,
                      std::string_view message, const std::vector<LogField>& common,
                      const std::vector<LogField>& fields) {
  std::string line = "{\"level\":\"";
  line += name_of(level, false);
  line += "\",\"ts\":\"" + iso8601(now, kFractionDigits) + "\"";
  if (!name.empty()) {
    line += ",\"logger\":";
    append_json_string(line, name);
  }
  line += ",\"msg\":";
  append_json_string(line, message);
  append_fields_json(line, common);
  append_fields_json(line, fields);
  return line + "}\n";
}

std::string console_line(Timestamp now, LogLevel level, std::string_view name,
                         std::string_view message, const std::vector<LogField>& common,
                         const std::vector<LogField>& fields) {
  std::string line = iso8601(now, kFractionDigits);
  line += '\t';
  line += name_of(level, true);
  line += '\t';
  if (!name.empty()) {
    line += name;
    line += '\t';
  }
  line += message;
  if (!common.empty() || !fields.empty()) {
    std::string object;
    append_fields_json(object, common);
    append_fields_json(object, fields);
    object[0] = '{';
    line += '\t' + object + '}';
  }
  return line + '\n';
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote <= 0) return;  // nowhere left to complain
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace

std::string LogField::number_text(double number) {
  char text[32];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, number);
  return ec == std::errc() ? std::string(text, end) : "0";
}

LogSink::LogSink(Options options, const Clock& clock, int fd)
    : LogSink(options, clock, [fd](std::string_view line) { write_all(fd, line); }) {}

LogSink::LogSink(Options options, const Clock& clock, std::function<void(std::string_view)> write)
    : options_(options), clock_(clock), write_(std::move(write)) {}

void LogSink::write(LogLevel level, std::string_view name, std::string_view message,
                    const std::vector<LogField>& common, const std::vector<LogField>& fields) {
  const auto encode = options_.encoding == LogEncoding::json ? json_line : console_line;
  const std::string line = encode(clock_.now(), level, name, message, common, fields);
  const std::lock_guard lock(mutex_);
  write_(line);
}

Logger Logger::with(std::vector<LogField> fields) const {
  Logger logger = *this;
  for (LogField& field : fields) logger.common_.push_back(std::move(field));
  return logger;
}

Logger Logger::named(std::string_view name) const {
  Logger logger = *this;
  logger.name_ = name;
  return logger;
}

LogLimiter::Verdict LogLimiter::allow(Instant now) {
  if (any_ && now - last_ < interval_) {
    ++suppressed_;
    return {.allowed = false, .suppressed = suppressed_};
  }
  any_ = true;
  last_ = now;
  return {.allowed = true, .suppressed = std::exchange(suppressed_, 0)};
}

}  // namespace tributary
