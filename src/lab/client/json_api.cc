#include "lab/client/json_api.h"

#include <utility>

#include "base/json_text.h"
#include "config/json.h"

namespace tributary::lab::client {
namespace {

std::string member(const config::Node& node, std::string_view one, std::string_view other) {
  for (const std::string_view name : {one, other})
    if (const config::Node* value = node.find(name)) return value->text();
  return {};
}

Error refusal(const net::Response& response, const std::string& target) {
  config::Diagnostics ignored;
  const config::Node body = config::parse_json(response.body, "answer", ignored);
  std::string type = member(body, "__type", "code");
  if (const auto header = response.headers.get("x-amzn-errortype"); type.empty() && header)
    type = *header;
  type = type.substr(type.rfind('#') + 1);
  type = type.substr(0, type.find(':'));
  const std::string message = member(body, "message", "Message");
  if (type.empty())
    return Error(Code::unavailable, target + ": answered " + std::to_string(response.status) +
                                        ", not as an AWS service would");
  const bool may_pass = response.status >= 500 || type.starts_with("Throttling");
  return Error(may_pass ? Code::unavailable : Code::invalid_argument, type + ": " + message);
}

}  // namespace

net::Task<Result<config::Node>> JsonApi::call(std::string operation, std::string body,
                                              std::stop_token stop) {
  net::Request request;
  request.method = "POST";
  request.url = endpoint_;
  const std::string target = target_prefix_ + "." + operation;
  request.headers.set("Content-Type", "application/x-amz-json-1.1");
  request.headers.set("X-Amz-Target", target);
  request.body = net::make_body(std::move(body));
  auto response = co_await http_.send(std::move(request), std::move(stop));
  if (!response) {
    if (response.error().code() == Code::unavailable)
      co_return Error(Code::unavailable, "nobody answers at " + endpoint_.to_string() + ": " +
                                             response.error().message());
    co_return response.error();
  }
  if (response->status != 200) co_return refusal(*response, target);
  config::Diagnostics diagnostics;
  const std::string text = response->body.empty() ? "{}" : std::move(response->body);
  config::Node node = config::parse_json(text, "answer to " + operation, diagnostics);
  if (diagnostics.has_errors()) co_return diagnostics.to_error();
  if (!node.is_mapping())
    co_return Error(Code::unavailable, "the answer to " + operation + " is no JSON object");
  co_return node;
}

bool is_refusal(const Error& error, std::string_view type) {
  return error.message().starts_with(std::string(type) + ":");
}

}  // namespace tributary::lab::client
