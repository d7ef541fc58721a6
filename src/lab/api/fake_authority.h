// An Authority for tests: it knows the callers it was told of by their access key ids, believes
// every signature, allows everything but what it was told to deny, and keeps every question.
//
//   FakeAuthority authority;
//   authority.add(workload_caller());
//   authority.deny("ecs:RunTask");
//   ... front.handle(fake_signed(workload_caller(), "ecs", "AmazonEC2...V20141113.RunTask", "{}"))
//
// Threads: the Loop's. Answers at once.
#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "base/strings.h"
#include "lab/api/authority.h"

namespace tributary::lab {

inline Caller workload_caller() {
  return {.arn = "arn:aws:iam::111111111111:user/administrator",
          .account = "111111111111",
          .user_id = "AIDAWORKLOAD",
          .access_key_id = "AKIAWORKLOAD",
          .region = "eu-west-1"};
}
inline Caller central_caller() {
  return {.arn = "arn:aws:iam::222222222222:user/administrator",
          .account = "222222222222",
          .user_id = "AIDACENTRAL",
          .access_key_id = "AKIACENTRAL",
          .region = "eu-west-1"};
}

// A call of a JSON 1.1 API as `caller` signs it, without a signature that holds.
inline net::ServerRequest fake_signed(const Caller& caller, std::string_view service,
                                      std::string_view target, std::string body) {
  net::ServerRequest request{.method = "POST", .target = "/", .body = std::move(body)};
  request.headers.add("Host", "127.0.0.1:9010");
  request.headers.add("Content-Type", "application/x-amz-json-1.1");
  request.headers.add("X-Amz-Target", target);
  request.headers.add("X-Amz-Date", "20231114T221320Z");
  request.headers.add("Authorization",
                      "AWS4-HMAC-SHA256 Credential=" + caller.access_key_id + "/20231114/" +
                          caller.region + "/" + std::string(service) +
                          "/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123");
  return request;
}

class FakeAuthority final : public Authority {
 public:
  FakeAuthority() : FakeAuthority({workload_caller(), central_caller()}) {}
  explicit FakeAuthority(std::vector<Caller> callers) : callers_(std::move(callers)) {}

  void add(Caller caller) { callers_.push_back(std::move(caller)); }
  void deny(std::string action) { denied_.insert(std::move(action)); }
  void allow(const std::string& action) { denied_.erase(action); }

  std::vector<Question> questions;
  bool unreachable = false;  // the hub does not answer

  net::Task<Result<Verdict>> verify(net::ServerRequest request, std::string service) override {
    co_return judge(request, service);
  }

  net::Task<Result<std::optional<Denial>>> authorize(Question question) override {
    co_return answer(std::move(question));
  }

 private:
  Result<Verdict> judge(const net::ServerRequest& request, std::string_view service) const {
    if (unreachable) return Error(Code::unavailable, "the hub at http://127.0.0.1:9009: refused");
    constexpr std::string_view kCredential = "Credential=";
    const std::string_view header = request.headers.get("Authorization").value_or("");
    const std::size_t at = header.find(kCredential);
    if (at == std::string_view::npos)
      return refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
    std::string_view scope = header.substr(at + kCredential.size());
    scope = scope.substr(0, scope.find(','));
    const std::vector<std::string_view> parts = split(scope, '/');
    if (parts.size() != 5 || parts[3] != service)
      return refuse(
          "InvalidSignatureException",
          "Credential should be scoped to correct service: '" + std::string(service) + "'.");
    const auto caller = std::find_if(callers_.begin(), callers_.end(), [&](const Caller& known) {
      return known.access_key_id == parts[0];
    });
    if (caller == callers_.end())
      return refuse("UnrecognizedClientException",
                    "The security token included in the request is invalid.");
    Verdict verdict{.caller = *caller, .denial = {}};
    verdict.caller.region = parts[2];
    return verdict;
  }

  Result<std::optional<Denial>> answer(Question question) {
    if (unreachable) return Error(Code::unavailable, "the hub at http://127.0.0.1:9009: refused");
    std::optional<Denial> denial;
    if (denied_.contains(question.action)) {
      std::string who = question.access_key_id;
      for (const Caller& caller : callers_)
        if (caller.access_key_id == question.access_key_id) who = caller.arn;
      denial = Denial{
          .status = 400,
          .type = "AccessDeniedException",
          .message = "User: " + who + " is not authorized to perform: " + question.action +
                     " on resource: " + question.resource +
                     " because no identity-based policy allows the " + question.action + " action",
          .explanation = "missing in the identity-based policy of " + who};
    }
    questions.push_back(std::move(question));
    return denial;
  }

  static Verdict refuse(std::string type, std::string message) {
    return {
        .caller = {},
        .denial = Denial{.status = 400, .type = std::move(type), .message = std::move(message)}};
  }

  std::vector<Caller> callers_;
  std::set<std::string, std::less<>> denied_;
};

}  // namespace tributary::lab
