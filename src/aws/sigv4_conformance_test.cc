// The signing test suite of aws-c-auth (38 cases, header and presigned), for signer and verifier.
// There is no deliberate difference: every case must pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "aws/sigv4.h"
#include "aws/sigv4_verify.h"
#include "base/strings.h"
#include "base/time_text.h"

namespace tributary::aws {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCases = 38;
constexpr Duration kWindow = 5min;

fs::path suite_directory() {
  const char* const given = std::getenv("TRIBUTARY_CONFORMANCE");
  const fs::path root = given != nullptr
                            ? fs::path(given)
                            : fs::path(TRIBUTARY_SOURCE_DIR) / ".." / "shared" / "conformance";
  return root / "sigv4";
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Message {
  std::string method;
  std::string target;
  net::Headers headers;
  std::string body;

  RequestView view() const {
    return {.method = method, .target = target, .headers = headers, .body = body};
  }
};

// Lenient, as the suite needs: spaces and UTF-8 in the target, no blank line at the end. Folded
// lines stay in the value.
Message read_message(std::string_view text) {
  Message message;
  const auto take_line = [&text] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  const std::string_view first = take_line();
  const std::size_t space = std::min(first.find(' '), first.size());
  message.method = std::string(first.substr(0, space));
  const std::size_t last = first.rfind(' ');
  if (last != std::string_view::npos && last > space)
    message.target = std::string(first.substr(space + 1, last - space - 1));
  std::vector<net::Headers::Entry> headers;
  while (!text.empty()) {
    const std::string_view line = take_line();
    if (line.empty()) break;
    if (line[0] == ' ' && !headers.empty()) {
      headers.back().second += "\r\n" + std::string(line);
      continue;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  for (const auto& [name, value] : headers) message.headers.add(name, value);
  message.body = std::string(text);
  return message;
}

struct Case {
  std::string name;
  fs::path directory;
  Credentials credentials;
  SigningScope scope;
  Timestamp timestamp;
  std::chrono::seconds expires{};
  bool sign_body = false;
  SignOptions options;

  std::string file(const std::string& file_name) const { return read(directory / file_name); }
};

Case read_case(const fs::path& directory) {
  rapidjson::Document json;
  json.Parse(read(directory / "context.json"));
  const auto flag = [&json](const char* name) {
    return json.HasMember(name) && json[name].GetBool();
  };
  const auto& keys = json["credentials"];
  Case test{.name = directory.filename().string(), .directory = directory};
  test.credentials.access_key_id = keys["access_key_id"].GetString();
  test.credentials.secret_access_key = keys["secret_access_key"].GetString();
  if (keys.HasMember("token")) test.credentials.session_token = keys["token"].GetString();
  test.scope = {.region = json["region"].GetString(), .service = json["service"].GetString()};
  test.timestamp = *parse_iso8601(json["timestamp"].GetString());
  test.expires = std::chrono::seconds(json["expiration_in_seconds"].GetInt());
  test.sign_body = flag("sign_body");
  test.options.path = flag("normalize") ? PathForm::normalized : PathForm::as_is;
  test.options.sign_session_token = !flag("omit_session_token");
  return test;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(suite_directory()))
    cases.push_back(read_case(entry.path()));
  return cases;
}

// The request's acceptance, with the key bound to its id as a server does.
std::optional<VerifiedRequest> accept(const Case& test, const Message& message) {
  auto outcome = parse_authorization(message.view());
  const auto* const auth = std::get_if<ParsedAuth>(&outcome);
  if (auth == nullptr || auth->access_key_id != test.credentials.access_key_id) return std::nullopt;
  const ExpectedScope scope{.regions = {test.scope.region}, .service = test.scope.service};
  if (check_scope(*auth, scope)) return std::nullopt;
  auto verified =
      verify(*auth, message.view(), test.credentials.secret_access_key, test.timestamp, kWindow);
  if (auto* const accepted = std::get_if<VerifiedRequest>(&verified)) return *accepted;
  return std::nullopt;
}

class SigV4Suite : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(suite_directory())) GTEST_SKIP() << "no SigV4 suite at " << suite_directory();
    cases_ = all_cases();
    ASSERT_EQ(cases_.size(), kCases);
  }

  std::vector<Case> cases_;
};

TEST_F(SigV4Suite, SignsEveryCaseInHeaders) {
  for (const Case& test : cases_) {
    SCOPED_TRACE(test.name);
    Message message = read_message(test.file("request.txt"));
    if (test.sign_body) message.headers.add("x-amz-content-sha256", sha256_hex(message.body));

    const SignedRequest result =
        sign(message.view(), test.credentials, test.scope, test.timestamp, test.options);

    EXPECT_EQ(result.canonical_request, test.file("header-canonical-request.txt"));
    EXPECT_EQ(result.string_to_sign, test.file("header-string-to-sign.txt"));
    EXPECT_EQ(result.signature, test.file("header-signature.txt"));
    const Message expected = read_message(test.file("header-signed-request.txt"));
    EXPECT_EQ(result.headers.get("Authorization"), expected.headers.get("Authorization"));
    EXPECT_EQ(result.headers.get("X-Amz-Security-Token"),
              expected.headers.get("X-Amz-Security-Token"));
  }
}

TEST_F(SigV4Suite, PresignsEveryCase) {
  for (const Case& test : cases_) {
    SCOPED_TRACE(test.name);
    const Message message = read_message(test.file("request.txt"));

    const PresignedRequest result = presign(message.view(), test.credentials, test.scope,
                                            test.timestamp, test.expires, test.options);

    EXPECT_EQ(result.canonical_request, test.file("query-canonical-request.txt"));
    EXPECT_EQ(result.string_to_sign, test.file("query-string-to-sign.txt"));
    EXPECT_EQ(result.signature, test.file("query-signature.txt"));
    const Message expected = read_message(test.file("query-signed-request.txt"));
    EXPECT_EQ(canonical_query(parse_query(RequestView{
                  .method = "", .target = result.target, .headers = message.headers, .body = ""}
                                              .query())),
              canonical_query(parse_query(expected.view().query())));
  }
}

TEST_F(SigV4Suite, AcceptsEverySignedRequest) {
  for (const Case& test : cases_) {
    for (const auto* file : {"header-signed-request.txt", "query-signed-request.txt"}) {
      const auto accepted = accept(test, read_message(test.file(file)));

      EXPECT_TRUE(accepted) << test.name << "/" << file;
    }
  }
}

// SigV4 does not cover an unsigned session token, nor path segments that a following ".." removes.
bool is_covered(const Case& test, std::string_view text, std::size_t at) {
  const std::size_t line_start = text.rfind('\n', at) + 1;
  const std::string_view line = text.substr(line_start, text.find('\n', at) - line_start);
  if (!test.options.sign_session_token && line.starts_with("X-Amz-Security-Token")) return false;
  const bool in_target = line_start == 0 && at > text.find(' ');
  if (in_target && at > text.rfind(' ', text.find('\n'))) return false;  // the HTTP version
  return !(in_target && test.options.path == PathForm::normalized &&
           text.substr(at, text.find('\n', at) - at).find("/..") != std::string_view::npos);
}

TEST_F(SigV4Suite, RefusesEverySignedRequestWithOneBitFlipped) {
  std::size_t mutants = 0;
  for (const Case& test : cases_) {
    const std::string original = test.file("header-signed-request.txt");
    for (std::size_t i = 0; i < original.size(); ++i) {
      if (std::isalnum(static_cast<unsigned char>(original[i])) == 0) continue;
      if (!is_covered(test, original, i)) continue;
      std::string mutant = original;
      mutant[i] = static_cast<char>(mutant[i] ^ 1);
      ++mutants;

      EXPECT_FALSE(accept(test, read_message(mutant)))
          << test.name << ": byte " << i << " '" << original[i] << "' -> '" << mutant[i] << "'";
    }
  }
  EXPECT_GT(mutants, 9000U);
}

}  // namespace
}  // namespace tributary::aws
