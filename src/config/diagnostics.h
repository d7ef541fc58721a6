// Collects everything that is wrong with a configuration, so that one run names all of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"

namespace tributary::config {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity;
  Mark mark;
  std::string message;

  std::string to_string() const;  // file:line:column: error: message
};

class Diagnostics {
 public:
  // Names the part that is being looked at, for as long as it lives: a key, or "[3]" in a list.
  class Scope {
   public:
    Scope(Diagnostics& diagnostics, std::string_view name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Diagnostics& diagnostics_;
    std::size_t path_size_;
  };

  static constexpr std::size_t kMessagesMax = 200;  // what comes after is only counted

  // Messages begin with the path of the scopes that are open: `exporters::debug: ...`.
  void error(const Mark& mark, std::string message);
  void warning(const Mark& mark, std::string message);

  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }

  // By source (in the order of their first message), line and column; each message once.
  std::vector<Diagnostic> sorted() const;

  // Every message with the line it speaks of and a caret:
  //   collector.yaml:3:5: error: unknown key "endpont"; did you mean "endpoint"?
  //       endpont: http://localhost
  //       ^
  // What follows a key that names a secret is not shown.
  std::string render() const;

  // All errors as one; for callers that want a Result. Only with has_errors().
  Error to_error() const;

 private:
  void add(Severity severity, const Mark& mark, std::string message);

  std::string path_;
  std::vector<Diagnostic> messages_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace tributary::config
