#include "lab/logs/logs_api.h"

#include <algorithm>

#include "lab/logs/logs_operations.h"

namespace tributary::lab::logs {
namespace {

const Operation* find_operation(std::string_view name) {
  for (const auto operations :
       {group_operations(), stream_operations(), event_operations(), tag_operations()})
    for (const Operation& operation : operations)
      if (operation.name == name) return &operation;
  return nullptr;
}

}  // namespace

net::Task<ApiAnswer> LogsApi::handle(ApiCall call) {
  const Operation* operation = find_operation(call.operation);
  if (operation == nullptr)
    co_return api_error("UnknownOperationException",
                        "the lab's CloudWatch Logs has no operation " + call.operation);
  const Context context{call, store_, loop_.clock().now()};
  Preparation preparation = operation->prepare(context);
  if (auto* bad = std::get_if<ApiAnswer>(&preparation)) co_return std::move(*bad);
  Prepared prepared = std::move(std::get<Prepared>(preparation));
  for (Question& question : prepared.questions) {
    question.access_key_id = call.caller.access_key_id;
    net::Task<std::optional<ApiAnswer>> asking = refusal(authority_, std::move(question));
    std::optional<ApiAnswer> denied = co_await asking;
    if (denied) co_return std::move(*denied);
  }
  co_return prepared.run();
}

}  // namespace tributary::lab::logs
