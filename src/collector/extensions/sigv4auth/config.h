// Settings of the sigv4auth extension.
//
// Values, no threads.
#pragma once

#include <string>

#include "config/fields.h"

namespace tributary::collector::sigv4auth {

struct AssumeRole {
  std::string arn;
  std::string session_name;
  std::string sts_region;
  std::string web_identity_token_file;
  std::string external_id;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("arn", arn, "the role to send as; empty: none is assumed");
    f.optional("session_name", session_name,
               "what CloudTrail shows; empty: tributary-<ECS task id>, or the hostname's");
    f.optional("sts_region", sts_region, "whose STS is asked; empty: region, else AWS_REGION");
    f.optional("web_identity_token_file", web_identity_token_file,
               "assume the role with this token, without other credentials");
    f.optional("external_id", external_id, "what the role's trust policy may ask for");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct Config {
  std::string region;
  std::string service;
  AssumeRole assume_role;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("region", region, "of the signature; empty: told by the endpoint's host");
    f.optional("service", service, "of the signature; empty: told by the endpoint's host");
    f.optional("assume_role", assume_role, "a role to assume first");
  }
};

}  // namespace tributary::collector::sigv4auth
