// The operations of the CloudWatch Logs API (2014-03-28) as far as the lab has them, without
// sockets: each reads its parameters, says what it must be allowed to do, and does it.
//
// Threads: the Loop's; blocks on disk.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "config/fields.h"
#include "lab/api/api.h"
#include "lab/logs/log_store.h"

namespace tributary::lab::logs {

struct Context {
  const ApiCall& call;
  LogStore& store;
  Timestamp now;

  GroupName group(std::string name) const {
    return {call.caller.account, call.caller.region, std::move(name)};
  }
};

// A call whose parameters make sense.
struct Prepared {
  std::vector<Question> questions;  // all must be allowed; without the caller's key
  std::function<ApiAnswer()> run;
};
using Preparation = std::variant<Prepared, ApiAnswer>;

struct Operation {
  std::string_view name;
  Preparation (*prepare)(const Context& context);
};
std::span<const Operation> group_operations();
std::span<const Operation> stream_operations();
std::span<const Operation> event_operations();
std::span<const Operation> tag_operations();

ApiAnswer invalid_parameter(std::string message);
// An error of the store by the name that CloudWatch Logs has for it.
ApiAnswer refused(const Error& error);
ApiAnswer done(const Result<void>& result);  // "{}", or the error

// Nothing where it is a good one.
std::optional<ApiAnswer> check_group_name(std::string_view member, std::string_view name);
std::optional<ApiAnswer> check_stream_name(std::string_view member, std::string_view name);
std::optional<ApiAnswer> check_range(std::string_view member, std::int64_t value, std::int64_t min,
                                     std::int64_t max);
std::optional<ApiAnswer> check_tags(const std::map<std::string, std::string>& tags);

// A group by its name or its ARN: only one of the two may be given.
std::variant<GroupName, ApiAnswer> find_name(const Context& context, const std::string& name,
                                             const std::string& identifier);

// "logs:<operation>" on the group or stream, with the group's tags in the context.
Question question_on(const Context& context, std::string action, const GroupName& group,
                     std::string_view stream);

// The parameters as T declares them; an answer where they are not like that.
template <class T>
std::variant<T, ApiAnswer> read_parameters(const Context& context) {
  T parameters;
  config::Diagnostics diagnostics;
  config::decode(context.call.parameters, parameters, diagnostics);
  if (diagnostics.has_errors()) return invalid_parameter(diagnostics.sorted().front().to_string());
  return parameters;
}

}  // namespace tributary::lab::logs
