#include "aws/sigv4_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/sigv4.h"
#include "aws/timestamps.h"

namespace tributary::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "secret";
constexpr Timestamp kNow{std::chrono::seconds(1440938160)};  // 20150830T123600Z
const std::string kCredential = "AKID/20150830/eu-west-1/aps/aws4_request";

// A request that owns what a RequestView looks at.
struct Message {
  std::string method = "GET";
  std::string target = "/";
  net::Headers headers = {{"Host", "example.com"}};
  std::string body;

  RequestView view() const {
    return {.method = method, .target = target, .headers = headers, .body = body};
  }
};

void add_signature(Message& message, const std::string& token = "", SignOptions options = {}) {
  const Credentials credentials{
      .access_key_id = "AKID", .secret_access_key = std::string(kSecret), .session_token = token};
  const auto signature =
      sign(message.view(), credentials, {.region = "eu-west-1", .service = "aps"}, kNow, options);
  for (const auto& [name, value] : signature.headers) message.headers.set(name, value);
}

Message signed_message(const std::string& target = "/") {
  Message message{.target = target};
  add_signature(message);
  return message;
}

Message with_authorization(const std::string& authorization) {
  Message message;
  message.headers.add("X-Amz-Date", "20150830T123600Z");
  message.headers.add("Authorization", authorization);
  return message;
}

AuthError parse_error(const Message& message) {
  auto outcome = parse_authorization(message.view());
  const auto* const error = std::get_if<AuthError>(&outcome);
  return error != nullptr ? *error : AuthError{.code = "parsed"};
}

ParsedAuth parsed(const Message& message) {
  return std::get<ParsedAuth>(parse_authorization(message.view()));
}

// The code of the refusal, or "" for a request that was accepted.
std::string verdict(const Message& message, Timestamp now = kNow) {
  auto outcome = parse_authorization(message.view());
  if (const auto* const error = std::get_if<AuthError>(&outcome)) return error->code;
  auto verified = verify(std::get<ParsedAuth>(outcome), message.view(), kSecret, now, 5min);
  const auto* const error = std::get_if<AuthError>(&verified);
  return error != nullptr ? error->code : "";
}

TEST(ParseAuthorization, ReadsTheHeader) {
  Message message = with_authorization("AWS4-HMAC-SHA256 Credential=" + kCredential +
                                       ",SignedHeaders=host;x-amz-date,  Signature=abc");
  message.headers.add("X-Amz-Security-Token", "token");

  const ParsedAuth auth = parsed(message);

  EXPECT_EQ(auth.access_key_id, "AKID");
  EXPECT_EQ(auth.scope(), "20150830/eu-west-1/aps/aws4_request");
  EXPECT_THAT(auth.signed_headers, ElementsAre("host", "x-amz-date"));
  EXPECT_EQ(auth.signature, "abc");
  EXPECT_EQ(auth.session_token, "token");
  EXPECT_EQ(auth.timestamp, kNow);
  EXPECT_FALSE(auth.is_presigned);
}

TEST(ParseAuthorization, TakesTheLastOfRepeatedKeys) {
  const auto message =
      with_authorization("AWS4-HMAC-SHA256 Signature=1, Credential=" + kCredential +
                         ", SignedHeaders=host, Signature=2");

  EXPECT_EQ(parsed(message).signature, "2");
}

TEST(ParseAuthorization, TellsWhatIsMissing) {
  EXPECT_EQ(parse_error({}), (AuthError{.code = "MissingAuthenticationToken",
                                        .http_status = 403,
                                        .message = "Request is missing Authentication Token"}));
  Message message;
  message.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=x");
  EXPECT_EQ(parse_error(message).http_status, 400);
  EXPECT_EQ(parse_error(message).message,
            "Authorization header requires 'Signature' parameter. Authorization header requires "
            "'SignedHeaders' parameter. Authorization header requires existence of either a "
            "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256");
}

TEST(ParseAuthorization, TellsWhatIsWrong) {
  const auto refusal = [](const std::string& authorization) {
    const AuthError error = parse_error(with_authorization(authorization));
    return error.code + " " + std::to_string(error.http_status) + " " + error.message;
  };
  const std::string good_end = ", Signature=abc, SignedHeaders=";

  EXPECT_EQ(refusal("Basic dXNlcg=="),
            "IncompleteSignature 400 Unsupported AWS 'algorithm': 'Basic'.");
  EXPECT_EQ(
      refusal("AWS4-HMAC-SHA256 Credential"),
      "IncompleteSignature 400 'Credential' not a valid key=value pair (missing equal-sign) in "
      "Authorization header: 'AWS4-HMAC-SHA256 Credential'");
  EXPECT_EQ(refusal("AWS4-HMAC-SHA256 Credential=" + kCredential + good_end + "x-amz-date"),
            "SignatureDoesNotMatch 403 'Host' or ':authority' must be a 'SignedHeader' in the AWS "
            "Authorization.");
  EXPECT_EQ(refusal("AWS4-HMAC-SHA256 Credential=AKID/x" + good_end + "host"),
            "IncompleteSignature 400 Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got 'AKID/x'");
  EXPECT_THAT(refusal("AWS4-HMAC-SHA256 Credential=" + kCredential + good_end + "host;;a"),
              HasSubstr("SignedHeaders must be header names separated by ';'"));
}

TEST(ParseAuthorization, WantsAnIsoDate) {
  Message message;
  message.headers.add("Date", "Sun, 30 Aug 2015 12:36:00 GMT");
  message.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + kCredential +
                                           ", SignedHeaders=host, Signature=abc");

  EXPECT_EQ(parse_error(message).message,
            "Date must be in ISO-8601 'basic format'. Got 'Sun, 30 Aug 2015 12:36:00 GMT'. See "
            "http://en.wikipedia.org/wiki/ISO_8601");
}

TEST(ParseAuthorization, RefusesTwoWaysAtOnce) {
  Message twice = signed_message();
  twice.headers.add("Authorization", "AWS4-HMAC-SHA256 x=y");
  Message mixed = signed_message("/?X-Amz-Algorithm=AWS4-HMAC-SHA256");

  EXPECT_THAT(parse_error(twice).message, HasSubstr("Only one auth mechanism allowed"));
  EXPECT_THAT(parse_error(mixed).message, HasSubstr("Only one auth mechanism allowed"));
}

TEST(ParseAuthorization, LooksAtTheTargetFirst) {
  EXPECT_EQ(parse_error({.target = "*"}).code, "InvalidURIPath");
  EXPECT_EQ(parse_error({.target = "/a%2"}).code, "InvalidURIPath");
  EXPECT_EQ(parse_error({.target = "/?a=%zz"}).code, "MalformedQueryString");
}

TEST(ParseAuthorization, ListsMissingQueryParameters) {
  const AuthError error = parse_error({.target = "/?X-Amz-Signature=abc&X-Amz-Expires=60"});

  EXPECT_EQ(error.code, "IncompleteSignature");
  EXPECT_EQ(
      error.message,
      "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters "
      "must include 'X-Amz-Credential'. AWS query-string parameters must include "
      "'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine "
      "the query-string parameters.");
}

TEST(ParseAuthorization, BoundsTheLifeOfAPresignedRequest) {
  const auto refusal = [](const std::string& expires) {
    const std::string query =
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + kCredential +
        "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=a&X-Amz-Expires=";
    return parse_error({.target = query + expires}).code;
  };

  EXPECT_EQ(refusal("604800"), "parsed");
  EXPECT_EQ(refusal("604801"), "IncompleteSignature");
  EXPECT_EQ(refusal("0"), "IncompleteSignature");
  EXPECT_EQ(refusal("-1"), "IncompleteSignature");
  EXPECT_EQ(refusal("ten"), "IncompleteSignature");
}

TEST(CheckClock, RefusesWhatIsOutsideTheWindow) {
  const ParsedAuth auth = parsed(signed_message());

  EXPECT_EQ(check_clock(auth, kNow + 5min, 5min), std::nullopt);
  EXPECT_EQ(check_clock(auth, kNow - 5min, 5min), std::nullopt);
  EXPECT_EQ(check_clock(auth, kNow + 5min + 1s, 5min)->message,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
            "(20150830T124101Z - 5 min.)");
  EXPECT_EQ(check_clock(auth, kNow - 15min - 1s, 15min)->message,
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
            "(20150830T122059Z + 15 min.)");
}

TEST(CheckClock, HoldsAPresignedRequestToItsExpiry) {
  ParsedAuth auth = parsed(signed_message());
  auth.is_presigned = true;
  auth.expires = 3600s;

  EXPECT_EQ(check_clock(auth, kNow + 1h, 5min), std::nullopt);
  EXPECT_EQ(check_clock(auth, kNow + 1h + 1s, 5min)->message,
            "Signature expired: 20150830T133600Z is now earlier than 20150830T133601Z");
  EXPECT_EQ(check_clock(auth, kNow - 6min, 5min)->code, "SignatureDoesNotMatch");
}

TEST(CheckScope, PutsAllThatIsWrongInOneMessage) {
  ParsedAuth auth = parsed(signed_message());
  EXPECT_EQ(check_scope(auth, {.regions = {"us-east-1", "eu-west-1"}, .service = "aps"}),
            std::nullopt);
  EXPECT_EQ(check_scope(auth, {.regions = {}, .service = "aps"}), std::nullopt);

  auth.terminator = "aws5";
  auth.date = "20150829";
  const auto error = check_scope(auth, {.regions = {"us-east-1"}, .service = "sts"});

  EXPECT_EQ(error->code, "SignatureDoesNotMatch");
  EXPECT_EQ(
      error->message,
      "Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be "
      "scoped to correct service: 'sts'. Credential should be scoped with a valid terminator: "
      "'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from "
      "ISO-8601 version of date from HTTP: '20150829' != '20150830', from "
      "'20150830T123600Z'.");
}

TEST(Verify, AcceptsWhatTheSignerSigns) {
  EXPECT_EQ(verdict(signed_message("/workspaces/ws-1/api/v1/query?query=up{a=\"b\"}+%2B+1")), "");
  EXPECT_EQ(verdict(signed_message("/tags/arn%3Aaws%3Aaps?tagKeys=a&tagKeys=b")), "");
  EXPECT_EQ(verdict(signed_message(), kNow + 6min), "SignatureDoesNotMatch");
}

TEST(Verify, AcceptsAPathThatWasNotNormalisedBeforeSigning) {
  Message message{.target = "/a//b/../c"};
  add_signature(message, "", {.path = PathForm::as_is});

  const auto outcome = verify(parsed(message), message.view(), kSecret, kNow, 5min);

  ASSERT_TRUE(std::holds_alternative<VerifiedRequest>(outcome));
  EXPECT_EQ(std::get<VerifiedRequest>(outcome).path, "/a/c");
  EXPECT_FALSE(std::get<VerifiedRequest>(outcome).path_was_normal);
}

TEST(Verify, AcceptsAnUnsignedSessionToken) {
  Message message;
  add_signature(message, "token", {.sign_session_token = false});

  EXPECT_EQ(verdict(message), "");
  EXPECT_EQ(parsed(message).session_token, "token");
}

TEST(Verify, IgnoresUnsignedHeaders) {
  Message message = signed_message();
  message.headers.add("X-Forwarded-For", "10.0.0.1");

  EXPECT_EQ(verdict(message), "");
}

TEST(Verify, RefusesAChangedOrRemovedSignedHeader) {
  Message changed{.headers = {{"Host", "example.com"}, {"X-Scope-OrgID", "1"}}};
  add_signature(changed);
  Message removed = changed;

  changed.headers.set("X-Scope-OrgID", "2");
  removed.headers.erase("X-Scope-OrgID");

  EXPECT_EQ(verdict(changed), "SignatureDoesNotMatch");
  EXPECT_EQ(verdict(removed), "SignatureDoesNotMatch");
}

TEST(Verify, TellsWhatItComputed) {
  Message message = signed_message("/x");
  message.target = "/y";

  const auto outcome = verify(parsed(message), message.view(), kSecret, kNow, 5min);
  const AuthError& error = std::get<AuthError>(outcome);

  EXPECT_EQ(error.http_status, 403);
  EXPECT_THAT(error.message, Not(HasSubstr("Canonical")));
  EXPECT_THAT(error.full_message(),
              HasSubstr("for details.\n\nThe Canonical String for this request should have been\n"
                        "'GET\n/y\n\nhost:example.com\n"));
  EXPECT_THAT(error.full_message(),
              HasSubstr("\n\nThe String-to-Sign should have been\n'AWS4-HMAC"
                        "-SHA256\n20150830T123600Z\n20150830/eu-west-1/aps/"));
}

TEST(Verify, HoldsTheContentHashToTheBody) {
  Message lying{.method = "POST", .headers = {{"Host", "h"}, {"x-amz-content-sha256", "abc"}}};
  add_signature(lying);
  Message open{.method = "POST",
               .headers = {{"Host", "h"}, {"x-amz-content-sha256", "UNSIGNED-PAYLOAD"}},
               .body = "anything"};
  add_signature(open);

  EXPECT_EQ(verdict(lying), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(verdict(open), "XAmzContentSHA256Mismatch");
}

TEST(Verify, HoldsTheScopeToTheDateAlsoInOneStep) {
  Message message = signed_message();
  ParsedAuth auth = parsed(message);
  auth.date = "20150829";

  const auto outcome = verify(auth, message.view(), kSecret, kNow, 5min);

  EXPECT_THAT(std::get<AuthError>(outcome).message, HasSubstr("Date in Credential scope"));
}

TEST(Verify, RefusesALineBreakInASignedHeaderName) {
  const Message message{.target =
                            "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + kCredential +
                            "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host%0Aa"
                            "&X-Amz-Signature=a&X-Amz-Expires=60"};

  EXPECT_EQ(verdict(message), "IncompleteSignature");
}

}  // namespace
}  // namespace tributary::aws
