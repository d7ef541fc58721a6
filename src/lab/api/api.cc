#include "lab/api/api.h"

#include <algorithm>

#include "base/json_text.h"
#include "config/json.h"

namespace tributary::lab {
namespace {

constexpr const char* kContentType = "application/x-amz-json-1.1";
// A body may hold 1 MiB of log events, each of whose characters JSON may write as six.
constexpr config::JsonLimits kBodyLimits{.bytes_max = 8U << 20};

// One line of what is wrong with a body.
std::string first_error(const config::Diagnostics& diagnostics) {
  return diagnostics.sorted().front().to_string();
}

// The body as a mapping; nothing at all stands for an empty one.
Result<config::Node> read_body(std::string body) {
  if (body.empty()) return config::Node::mapping();
  config::Diagnostics diagnostics;
  config::Node node = config::parse_json(std::move(body), "body", diagnostics, kBodyLimits);
  if (diagnostics.has_errors()) return Error(Code::invalid_argument, first_error(diagnostics));
  if (!node.is_mapping())
    return Error(Code::invalid_argument, "body: must be an object, got " + node.describe());
  return node;
}

net::Response to_response(const ApiAnswer& answer, const std::string& request_id) {
  net::Response response{.status = answer.status, .headers = {}, .body = answer.body};
  response.headers.add("Content-Type", kContentType);
  response.headers.add("x-amzn-RequestId", request_id);
  if (answer.error_type.empty()) return response;
  response.headers.add("x-amzn-ErrorType", answer.error_type);
  if (!answer.explanation.empty()) response.headers.add("x-tributary-denial", answer.explanation);
  response.body = R"({"__type":)" + json_string(answer.error_type) + R"(,"message":)" +
                  json_string(answer.body) + "}";
  return response;
}

}  // namespace

ApiAnswer api_error(std::string type, std::string message, int status) {
  return {.status = status, .error_type = std::move(type), .body = std::move(message)};
}

ApiAnswer api_error(const Denial& denial) {
  ApiAnswer answer = api_error(denial.type, denial.message, denial.status);
  answer.explanation = denial.explanation;
  return answer;
}

ApiAnswer api_error(const Error& error) {
  return error.retryable() ? api_error("ServiceUnavailableException", error.message(), 503)
                           : api_error("InternalFailure", error.message(), 500);
}

net::Task<std::optional<ApiAnswer>> refusal(Authority& authority, Question question) {
  net::Task<Result<std::optional<Denial>>> asking = authority.authorize(std::move(question));
  const Result<std::optional<Denial>> denial = co_await asking;
  std::optional<ApiAnswer> answer;
  if (!denial) {
    answer = api_error(denial.error());
  } else if (*denial) {
    answer = api_error(**denial);
  }
  co_return answer;
}

ApiFront::ApiFront(Authority& authority, std::vector<ApiService*> services, Random& random,
                   Logger log)
    : authority_(authority),
      services_(std::move(services)),
      random_(random),
      log_(std::move(log)) {}

net::Task<net::Response> ApiFront::handle(net::ServerRequest request) {
  const std::string request_id = random_uuid(random_);
  const std::string target(request.headers.get("X-Amz-Target").value_or(""));
  const Logger log = log_.with({{"operation", target}, {"request_id", request_id}});
  net::Task<ApiAnswer> answering = answer(std::move(request), target);
  const ApiAnswer answered = co_await answering;
  if (answered.error_type.empty()) {
    log.debug("answered");
  } else {
    log.info("refused", {{"error", answered.error_type}, {"message", answered.body}});
  }
  co_return to_response(answered, request_id);
}

net::Task<ApiAnswer> ApiFront::answer(net::ServerRequest request, std::string target) {
  const std::size_t dot = std::min(target.find('.'), target.size());
  const std::string_view prefix = std::string_view(target).substr(0, dot);
  const auto service = std::find_if(services_.begin(), services_.end(), [&](const ApiService* one) {
    return one->target_prefix() == prefix;
  });
  if (request.method != "POST" || request.path() != "/" || service == services_.end() ||
      dot + 1 >= target.size())
    co_return api_error("UnknownOperationException",
                        "nothing answers " + request.method + " " + std::string(request.path()) +
                            " with X-Amz-Target " + json_string(target));

  std::string body = request.body;
  std::string scope((*service)->name());
  net::Task<Result<Authority::Verdict>> verifying =
      authority_.verify(std::move(request), std::move(scope));
  Result<Authority::Verdict> verdict = co_await verifying;
  if (!verdict) co_return api_error(verdict.error());
  if (verdict->denial) co_return api_error(*verdict->denial);

  Result<config::Node> parameters = read_body(std::move(body));
  if (!parameters) co_return api_error("SerializationException", parameters.error().message());
  ApiCall call{.operation = target.substr(dot + 1),
               .parameters = std::move(*parameters),
               .caller = std::move(verdict->caller)};
  net::Task<ApiAnswer> handling = (*service)->handle(std::move(call));
  co_return co_await handling;
}

}  // namespace tributary::lab
