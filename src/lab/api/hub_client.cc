#include "lab/api/hub_client.h"

#include "aws/sigv4.h"
#include "base/disk.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/json.h"

namespace tributary::lab {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;

struct KeyFile {
  std::string access_key_id;
  std::string secret_access_key;

  template <class Fields>
  void describe(Fields& f) {
    f.required("accessKeyId", access_key_id, "the key's id");
    f.required("secretAccessKey", secret_access_key, "its secret");
  }
};

std::string element(const aws::XmlTexts& texts, std::string_view path) {
  const auto found = texts.find(path);
  return found == texts.end() ? std::string() : found->second;
}

Result<aws::XmlTexts> read_result(const net::Response& response, const std::string& action) {
  auto texts = aws::parse_xml_texts(response.body);
  if (response.status != 200) {
    const std::string said = texts ? element(*texts, "ErrorResponse/Error/Message") : "";
    return Error(response.status < 500 ? Code::permission_denied : Code::unavailable,
                 "the hub answered " + std::to_string(response.status) + " to " + action +
                     (said.empty() ? "" : ": " + said));
  }
  if (!texts) return texts.error().within("the hub's answer to " + action);
  const std::string prefix = action + "Response/" + action + "Result/";
  aws::XmlTexts result;
  for (auto& [path, text] : *texts)
    if (path.starts_with(prefix)) result.emplace(path.substr(prefix.size()), std::move(text));
  return result;
}

}  // namespace

Result<aws::Credentials> read_service_key(const std::string& file) {
  RealDisk disk;
  TRIBUTARY_TRY(std::string text, disk.read_at(file, 0, kKeyFileBytesMax));
  config::Diagnostics diagnostics;
  KeyFile key;
  const config::Node node = config::parse_json(std::move(text), file, diagnostics);
  if (!diagnostics.has_errors()) config::decode(node, key, diagnostics);
  // No text of the file in a message.
  if (diagnostics.has_errors())
    return Error(
        Code::invalid_argument,
        "service key " + file + R"(: must hold {"accessKeyId": "...", "secretAccessKey": "..."})");
  return aws::Credentials{.access_key_id = std::move(key.access_key_id),
                          .secret_access_key = std::move(key.secret_access_key),
                          .session_token = {},
                          .expiration = {},
                          .source = "service key " + file,
                          .arn = {}};
}

HubClient::HubClient(net::Loop& loop, net::HttpClient& http, Options options)
    : loop_(loop), http_(http), options_(std::move(options)) {}

net::Request HubClient::signed_request(const std::string& action, const FormFields& fields) const {
  std::string form = "Action=" + action + "&Version=2011-06-15";
  for (const auto& [name, value] : fields) form += "&" + name + "=" + percent_encode(value);
  net::Request request;
  request.method = "POST";
  request.url = options_.url;
  request.url.target = "/";
  request.timeout = options_.timeout;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.headers.set("Host", request.url.host_header());
  request.body = net::make_body(std::move(form));
  const aws::RequestView view{request.method, request.url.target, request.headers, *request.body};
  const aws::SigningScope scope{options_.region, "sts"};
  const auto made = aws::sign(view, options_.service_key, scope, loop_.clock().now());
  for (const auto& [name, value] : made.headers) request.headers.set(name, value);
  return request;
}

net::Task<Result<aws::XmlTexts>> HubClient::call(std::string action, FormFields fields) {
  net::Request request = signed_request(action, fields);
  auto sending = http_.send(std::move(request), std::stop_token());
  const Result<net::Response> response = co_await sending;
  if (!response) co_return response.error().within("the hub at " + options_.url.to_string());
  co_return read_result(*response, action);
}

}  // namespace tributary::lab
