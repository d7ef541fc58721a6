// Policy documents: what parses is evaluated, and trust policies are rewritten and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "hub/identity/evaluate.h"
#include "hub/identity/policy.h"

namespace identity = tributary::hub::identity;

namespace {

identity::Principal caller() {
  return {.kind = identity::PrincipalKind::role_session,
          .account = "111111111111",
          .arn = "arn:aws:sts::111111111111:assumed-role/task/session",
          .user_id = "AROAAAAAAAAAAAAAAAAAA:session",
          .entity_id = "AROAAAAAAAAAAAAAAAAAA",
          .entity_arn = "arn:aws:iam::111111111111:role/task",
          .name = "task",
          .session_name = "session"};
}

identity::RequestContext context() {
  identity::RequestContext keys{{"aws:SourceIp", "10.1.2.3"},
                                {"aws:CurrentTime", "2026-11-22T10:00:00Z"},
                                {"aws:username", "a*b?c$d}e"},
                                {"aws:SecureTransport", "true"},
                                {"sts:ExternalId", "42"}};
  keys.set_all("aws:TagKeys", {"team", "stage"});
  return keys;
}

identity::NamedPolicy named(identity::Policy policy) {
  return {"policy", std::make_shared<const identity::Policy>(std::move(policy))};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const identity::Principal principal = caller();
  identity::AccessRequest request{.principal = principal,
                                  .action = "aps:RemoteWrite",
                                  .resource = "arn:aws:aps:eu-west-1:111111111111:workspace/ws-1",
                                  .context = context()};
  if (auto policy = identity::parse_policy(text, identity::PolicyKind::identity)) {
    const identity::Decision decision =
        evaluate(request, {.identity = {named(std::move(*policy))}});
    TRIBUTARY_CHECK(!explain(decision).empty());
  }
  if (auto policy = identity::parse_policy(text, identity::PolicyKind::trust)) {
    const auto same = [](std::string_view name) -> tributary::Result<std::string> {
      return std::string(name);
    };
    const auto rewritten = identity::replace_aws_principals(text, same);
    TRIBUTARY_CHECK(rewritten && identity::parse_policy(*rewritten, identity::PolicyKind::trust));
    const identity::RoleTrust role{"111111111111", named(std::move(*policy))};
    request.action = "sts:AssumeRole";
    request.resource = "arn:aws:iam::111111111111:role/other";
    TRIBUTARY_CHECK(!explain(evaluate_assume_role(request, {}, &role)).empty());
  }
  return 0;
}
