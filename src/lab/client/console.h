// What people see of a command: the ECS CLI's lines, and its table.
//
//   INFO[0003] Created an ECS service                       service=web taskDefinition="web:1"
//
// Threads: one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace tributary::lab::client {

class Console {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // `write` gets each line with its end.
  Console(const Clock& clock, std::function<void(std::string_view line)> write)
      : clock_(clock), start_(clock.monotonic()), write_(std::move(write)) {}

  void info(std::string_view message, const Fields& fields = {}) { log("INFO", message, fields); }
  void warn(std::string_view message, const Fields& fields = {}) { log("WARN", message, fields); }
  void error(std::string_view message, const Fields& fields = {}) { log("ERRO", message, fields); }
  void line(std::string_view text) { write_(std::string(text) + "\n"); }

 private:
  void log(std::string_view level, std::string_view message, const Fields& fields);

  const Clock& clock_;
  Instant start_;
  std::function<void(std::string_view)> write_;
};

// Columns as wide as their widest cell, two spaces apart; the first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tributary::lab::client
