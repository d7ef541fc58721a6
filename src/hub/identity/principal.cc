#include "hub/identity/principal.h"

#include "hub/identity/arn.h"

namespace tributary::hub::identity {

Principal service_principal(std::string_view name) {
  return Principal{.kind = PrincipalKind::service,
                   .arn = std::string(name),
                   .user_id = std::string(name),
                   .name = std::string(name)};
}

Principal root_principal(std::string_view account) {
  return Principal{.kind = PrincipalKind::root,
                   .account = std::string(account),
                   .arn = iam_arn(account, "root"),
                   .user_id = std::string(account),
                   .name = "root"};
}

}  // namespace tributary::hub::identity
