// SigV4 verification of any request, as text of HTTP/1.1. What our own signer signs must be
// accepted, and refused with one bit of its signature flipped.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "aws/sigv4_verify.h"
#include "base/check.h"
#include "base/strings.h"

using namespace tributary;

namespace {

constexpr Timestamp kNow{std::chrono::seconds(1440938160)};  // the suite's, 20150830T123600Z
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

struct Message {
  std::string method;
  std::string target;
  net::Headers headers;
  std::string body;

  aws::RequestView view() const {
    return {.method = method, .target = target, .headers = headers, .body = body};
  }
};

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Message read_message(std::string_view text) {
  Message message;
  const auto take = [&text](char end) {
    const std::string_view taken = text.substr(0, text.find(end));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
  };
  message.method = std::string(take(' '));
  const std::string_view rest = take('\n');
  message.target = std::string(rest.substr(0, rest.rfind(' ')));
  while (!text.empty()) {
    const std::string_view line = take('\n');
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && is_name(line.substr(0, colon)))
      message.headers.add(line.substr(0, colon), line.substr(colon + 1));
  }
  message.body = std::string(text);
  return message;
}

void check_path(std::string_view path) {
  const std::string normal = aws::normalize_path(path);
  TRIBUTARY_CHECK(normal.starts_with('/'));
  TRIBUTARY_CHECK(aws::normalize_path(normal) == normal);
  TRIBUTARY_CHECK((normal + "/").find("//") == std::string::npos || normal.ends_with('/'));
  TRIBUTARY_CHECK((normal + "/").find("/../") == std::string::npos);
}

bool accepts(const Message& message) {
  const auto parsed = aws::parse_authorization(message.view());
  const auto* const auth = std::get_if<aws::ParsedAuth>(&parsed);
  if (auth == nullptr) return false;
  (void)aws::check_scope(*auth, {.regions = {"us-east-1"}, .service = "service"});
  const auto outcome = aws::verify(*auth, message.view(), kSecret, kNow, std::chrono::minutes(5));
  const auto* const verified = std::get_if<aws::VerifiedRequest>(&outcome);
  if (verified != nullptr)
    TRIBUTARY_CHECK(verified->path == aws::normalize_path(message.view().path()));
  return verified != nullptr;
}

// Whether a request of that form can be signed at all.
bool is_signable(const Message& message) {
  const auto parameters = aws::parse_query(message.view().query());
  return message.target.starts_with('/') && !aws::has_broken_escape(message.target) &&
         std::none_of(parameters.begin(), parameters.end(),
                      [](const auto& one) { return one.first.starts_with("X-Amz-"); });
}

void check_round_trip(Message message) {
  for (const auto* name :
       {"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "x-amz-content-sha256", "Host"})
    message.headers.erase(name);
  message.headers.add("Host", "example.com");
  const aws::Credentials credentials{.access_key_id = "AKID",
                                     .secret_access_key = std::string(kSecret),
                                     .session_token = message.body.substr(0, 8)};
  const aws::SigningScope scope{.region = "us-east-1", .service = "service"};

  Message presigned = message;
  presigned.target =
      aws::presign(message.view(), credentials, scope, kNow, std::chrono::hours(1)).target;
  TRIBUTARY_CHECK(accepts(presigned));

  const auto signature = aws::sign(message.view(), credentials, scope, kNow);
  for (const auto& [name, value] : signature.headers) message.headers.set(name, value);
  TRIBUTARY_CHECK(accepts(message));
  std::string flipped(*message.headers.get("Authorization"));
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  message.headers.set("Authorization", flipped);
  TRIBUTARY_CHECK(!accepts(message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Message message = read_message({reinterpret_cast<const char*>(data), size});
  check_path(message.view().path());
  (void)accepts(message);
  if (is_signable(message)) check_round_trip(message);
  return 0;
}
