#include "hub/identity/api.h"

#include "hub/identity/xml.h"

namespace tributary::hub::identity {
namespace {

std::string root(const ApiService& service, std::string_view tag) {
  return "<" + std::string(tag) + " xmlns=\"" + std::string(service.name_space) + "\">\n";
}

}  // namespace

std::string action_name(const ApiService& service, std::string_view operation) {
  return std::string(service.prefix).append(":").append(operation);
}

ApiResponse error_response(const ApiService& service, ApiError error, std::string_view request_id) {
  Xml xml;
  xml.raw(root(service, "ErrorResponse"));
  xml.open("Error")
      .element("Type", error.receiver() ? "Receiver" : "Sender")
      .element("Code", error.code)
      .element("Message", error.message)
      .close("Error");
  xml.element("RequestId", request_id).close("ErrorResponse").raw("\n");
  ApiResponse response{.status = error.status, .body = xml.take()};
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  if (!error.explanation.empty())
    response.headers.emplace_back(kDenialHeader, denial_header(error));
  response.error = std::move(error);
  return response;
}

ApiResponse success_response(const ApiService& service, std::string_view operation,
                             const std::optional<std::string>& result,
                             std::string_view request_id) {
  const std::string name(operation);
  Xml xml;
  xml.raw(root(service, name + "Response"));
  if (result) xml.open(name + "Result").raw(*result).close(name + "Result");
  xml.open("ResponseMetadata").element("RequestId", request_id).close("ResponseMetadata");
  xml.close(name + "Response").raw("\n");
  ApiResponse response{.body = xml.take()};
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  return response;
}

}  // namespace tributary::hub::identity
