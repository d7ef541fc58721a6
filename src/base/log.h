// Structured logging: one line per event, a message and key=value fields.
//
// Two encodings as in the OpenTelemetry Collector: console (tab separated) and json. A Logger is
// cheap to copy; `with` gives one that adds fields to every line. Secrets never go into a field.
//
// Threads: lines of one sink are written whole, in the order of their arrival.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/clock.h"

namespace tributary {

enum class LogLevel : std::uint8_t { debug, info, warn, error };
enum class LogEncoding : std::uint8_t { console, json };

struct LogField {
  LogField(std::string_view field_key, std::string_view field_value)
      : key(field_key), value(field_value) {}
  LogField(std::string_view field_key, const char* field_value)
      : key(field_key), value(field_value) {}
  LogField(std::string_view field_key, bool field_value)
      : key(field_key), value(field_value ? "true" : "false"), quoted(false) {}
  template <class T>
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
  LogField(std::string_view field_key, T number)
      : key(field_key), value(number_text(number)), quoted(false) {}

  std::string key;
  std::string value;
  bool quoted = true;  // a string in JSON; numbers and booleans are not

 private:
  static std::string number_text(double number);
  static std::string number_text(float number) { return number_text(double{number}); }
  template <class T>
    requires std::is_integral_v<T>
  static std::string number_text(T number) {
    return std::to_string(number);
  }
};

// Where lines go. Writes to a file descriptor (stderr by default) or, in tests, to a function.
class LogSink {
 public:
  struct Options {
    LogLevel level = LogLevel::info;
    LogEncoding encoding = LogEncoding::console;
  };

  LogSink(Options options, const Clock& clock, int fd = 2);
  LogSink(Options options, const Clock& clock, std::function<void(std::string_view line)> write);

  bool enabled(LogLevel level) const { return level >= options_.level; }
  void write(LogLevel level, std::string_view name, std::string_view message,
             const std::vector<LogField>& common, const std::vector<LogField>& fields);

 private:
  Options options_;
  const Clock& clock_;
  std::function<void(std::string_view)> write_;
  std::mutex mutex_;
};

class Logger {
 public:
  // Without a sink, says nothing.
  Logger() = default;
  explicit Logger(std::shared_ptr<LogSink> sink) : sink_(std::move(sink)) {}

  Logger with(std::vector<LogField> fields) const;
  Logger named(std::string_view name) const;

  bool enabled(LogLevel level) const { return sink_ && sink_->enabled(level); }

  void debug(std::string_view message, std::vector<LogField> fields = {}) const {
    log(LogLevel::debug, message, std::move(fields));
  }
  void info(std::string_view message, std::vector<LogField> fields = {}) const {
    log(LogLevel::info, message, std::move(fields));
  }
  void warn(std::string_view message, std::vector<LogField> fields = {}) const {
    log(LogLevel::warn, message, std::move(fields));
  }
  void error(std::string_view message, std::vector<LogField> fields = {}) const {
    log(LogLevel::error, message, std::move(fields));
  }
  void log(LogLevel level, std::string_view message, std::vector<LogField> fields) const {
    if (enabled(level)) sink_->write(level, name_, message, common_, fields);
  }

 private:
  std::shared_ptr<LogSink> sink_;
  std::string name_;
  std::vector<LogField> common_;
};

// Folds a line that would repeat: `allow` is true for the first one and then at most once per
// interval, and tells how many were held back since.
class LogLimiter {
 public:
  explicit LogLimiter(Duration interval) : interval_(interval) {}

  struct Verdict {
    bool allowed;
    std::uint64_t suppressed;  // since the last allowed line
  };
  Verdict allow(Instant now);

 private:
  Duration interval_;
  Instant last_{};
  bool any_ = false;
  std::uint64_t suppressed_ = 0;
};

}  // namespace tributary
