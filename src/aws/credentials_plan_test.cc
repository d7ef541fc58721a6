#include "aws/credentials_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Variables = std::map<std::string, std::string, std::less<>>;

Result<CredentialsPlan> plan(const Variables& variables, std::string_view config = "",
                             std::string_view credentials = "") {
  const EnvFunction env = [&variables](std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  const auto config_file = parse_config_file(config);
  const auto credentials_file = parse_config_file(credentials);
  return plan_credentials(env, merge_profiles(*config_file, *credentials_file));
}

template <class Source>
const Source& base_of(const Result<CredentialsPlan>& result) {
  return std::get<Source>(result.value().base);
}

std::string refusal(const Result<CredentialsPlan>& result) {
  return result ? "planned" : result.error().message();
}

const Variables kKeys = {{"AWS_ACCESS_KEY_ID", "AKIA1"}, {"AWS_SECRET_ACCESS_KEY", "s"}};

TEST(CredentialsPlan, TakesKeysOfTheEnvironmentBeforeAllElse) {
  Variables variables = kKeys;
  variables["AWS_SESSION_TOKEN"] = "t";
  variables["AWS_PROFILE"] = "dev";
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";

  const auto result = plan(variables, "[profile dev]\nregion = eu-west-2\n");

  EXPECT_EQ(base_of<StaticKeys>(result).credentials.access_key_id, "AKIA1");
  EXPECT_EQ(base_of<StaticKeys>(result).credentials.session_token, "t");
  EXPECT_EQ(result->region, "eu-west-2");
}

TEST(CredentialsPlan, KnowsTheOldNamesOfTheKeys) {
  const auto result = plan({{"AWS_ACCESS_KEY", "AKIA1"}, {"AWS_SECRET_KEY", "s"}});

  EXPECT_EQ(base_of<StaticKeys>(result).credentials.access_key_id, "AKIA1");
}

TEST(CredentialsPlan, TakesAWebIdentityNext) {
  Variables variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
                         {"AWS_ROLE_SESSION_NAME", "me"}};
  EXPECT_THAT(refusal(plan(variables)), HasSubstr("AWS_ROLE_ARN is not"));

  variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/x";
  const auto result = plan(variables);

  EXPECT_EQ(base_of<WebIdentity>(result), (WebIdentity{.token_file = "/token",
                                                       .role_arn = "arn:aws:iam::1:role/x",
                                                       .session_name = "me"}));
}

TEST(CredentialsPlan, ReadsTheChosenProfile) {
  const auto result = plan({{"AWS_PROFILE", "dev"}}, "[profile dev]\nregion = eu-west-2\n",
                           "[dev]\naws_access_key_id = AKIA2\naws_secret_access_key = s\n");

  EXPECT_EQ(base_of<StaticKeys>(result).credentials.access_key_id, "AKIA2");
  EXPECT_EQ(base_of<StaticKeys>(result).credentials.source, "profile dev");
  EXPECT_EQ(result->region, "eu-west-2");
}

TEST(CredentialsPlan, RegionOfTheEnvironmentWins) {
  EXPECT_EQ(plan({{"AWS_REGION", "a"}, {"AWS_DEFAULT_REGION", "b"}},
                 "[default]\nregion = c\naws_access_key_id = k\naws_secret_access_key = s\n")
                ->region,
            "a");
}

TEST(CredentialsPlan, FollowsSourceProfilesToTheirEnd) {
  const auto result = plan({{"AWS_PROFILE", "c"}},
                           "[profile a]\naws_access_key_id = AKIA3\naws_secret_access_key = s\n"
                           "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n"
                           "external_id = secret-handshake\n"
                           "[profile c]\nrole_arn = arn:aws:iam::2:role/c\nsource_profile = b\n"
                           "role_session_name = me\nduration_seconds = 3600\n");

  EXPECT_EQ(base_of<StaticKeys>(result).credentials.access_key_id, "AKIA3");
  EXPECT_THAT(
      result->hops,
      ElementsAre(
          RoleHop{.role_arn = "arn:aws:iam::1:role/b", .external_id = "secret-handshake"},
          RoleHop{.role_arn = "arn:aws:iam::2:role/c", .session_name = "me", .duration = 1h}));
}

TEST(CredentialsPlan, LetsAProfileWithKeysBeItsOwnSource) {
  const auto result = plan({},
                           "[default]\nrole_arn = arn:aws:iam::1:role/b\n"
                           "source_profile = default\naws_access_key_id = AKIA4\n"
                           "aws_secret_access_key = s\n");

  EXPECT_EQ(base_of<StaticKeys>(result).credentials.access_key_id, "AKIA4");
  EXPECT_EQ(result->hops.size(), 1U);
}

TEST(CredentialsPlan, RefusesALoopOfProfiles) {
  const std::string keys = "aws_access_key_id = k\naws_secret_access_key = s\n";
  const auto result =
      plan({{"AWS_PROFILE", "a"}},
           "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n" + keys +
               "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n" + keys);

  EXPECT_EQ(refusal(result), "profile \"a\": its source_profile leads back to it");
}

TEST(CredentialsPlan, BoundsTheNumberOfProfilesOnTheWay) {
  std::string config;
  for (int i = 0; i < 30; ++i) {
    config += "[profile p" + std::to_string(i) +
              "]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = p" + std::to_string(i + 1) +
              "\n";
  }

  EXPECT_THAT(refusal(plan({{"AWS_PROFILE", "p0"}}, config)), HasSubstr("too many"));
}

TEST(CredentialsPlan, ReadsEveryCredentialSource) {
  const auto with_source = [](const std::string& source, const Variables& variables) {
    return plan(variables, "[default]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = " +
                               source + "\n");
  };
  Variables keys = kKeys;

  EXPECT_TRUE(
      std::holds_alternative<InstanceMetadata>(with_source("Ec2InstanceMetadata", {})->base));
  EXPECT_EQ(base_of<ContainerEndpoint>(
                with_source("EcsContainer", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}}))
                .url,
            "http://169.254.170.2/x");
  EXPECT_THAT(refusal(with_source("Environment", {})), HasSubstr("are not set"));
  EXPECT_THAT(refusal(with_source("Elsewhere", {})), HasSubstr("got \"Elsewhere\""));
}

TEST(CredentialsPlan, AssumesTheRoleOfAWebIdentityProfileOnce) {
  const auto result =
      plan({}, "[default]\nrole_arn = arn:aws:iam::1:role/a\nweb_identity_token_file = /token\n");

  EXPECT_EQ(base_of<WebIdentity>(result).role_arn, "arn:aws:iam::1:role/a");
  EXPECT_TRUE(result->hops.empty());
}

TEST(CredentialsPlan, SplitsACredentialProcess) {
  const auto result = plan({}, "[default]\ncredential_process = \"/opt/my tool\" --json\n");

  EXPECT_THAT(base_of<ProcessCommand>(result).argv, ElementsAre("/opt/my tool", "--json"));
}

TEST(CredentialsPlan, AssumesARoleWithoutSourceOnTopOfTheContainer) {
  const auto result = plan({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:51679/creds"},
                            {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"},
                            {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"}},
                           "[default]\nrole_arn = arn:aws:iam::1:role/a\n");

  EXPECT_EQ(
      base_of<ContainerEndpoint>(result),
      (ContainerEndpoint{.url = "http://127.0.0.1:51679/creds", .token = "t", .token_file = "/t"}));
  EXPECT_EQ(result->hops.size(), 1U);
}

TEST(CredentialsPlan, EndsAtTheInstanceMetadata) {
  EXPECT_EQ(base_of<InstanceMetadata>(plan({})).endpoint, "http://169.254.169.254");
  EXPECT_EQ(base_of<InstanceMetadata>(plan({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"},
                                            {"AWS_EC2_METADATA_V1_DISABLED", "true"}})),
            (InstanceMetadata{.endpoint = "http://[fd00:ec2::254]", .v1_disabled = true}));
  EXPECT_EQ(base_of<InstanceMetadata>(
                plan({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1/"}}))
                .endpoint,
            "http://127.0.0.1:1");
  EXPECT_THAT(refusal(plan({{"AWS_EC2_METADATA_DISABLED", "TRUE"}})),
              HasSubstr("no AWS credentials"));
}

TEST(CredentialsPlan, RefusesWhatMakesNoSense) {
  const auto with = [](const std::string& settings) {
    return refusal(plan({}, "[default]\n" + settings));
  };

  EXPECT_EQ(refusal(plan({{"AWS_PROFILE", "nobody"}})), "profile \"nobody\" is in no shared file");
  EXPECT_THAT(with("role_arn = arn:aws:iam::1:role/a\nsource_profile = x\n"),
              HasSubstr("profile \"x\" is in no shared file"));
  EXPECT_EQ(with("source_profile = x\n"),
            "profile \"default\": source_profile needs role_arn as well");
  EXPECT_EQ(with("role_arn = r\nsource_profile = x\ncredential_source = y\n"),
            "profile \"default\": has more than one source of credentials: source_profile, "
            "credential_source");
  EXPECT_THAT(with("sso_session = x\n"), HasSubstr("sso_session needs a person to log in"));
  EXPECT_THAT(with("role_arn = nonsense\n"), HasSubstr("role_arn: ARN \"nonsense\""));
  EXPECT_THAT(with("role_arn = arn:aws:iam::1:role/a\nduration_seconds = 1h\n"),
              HasSubstr("duration_seconds must be a number"));
  EXPECT_THAT(with("credential_process = 'a\n"), HasSubstr("credential_process: the command line"));
  EXPECT_THAT(refusal(plan({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "x"}})),
              HasSubstr("must start with '/'"));
}

TEST(ContainerUrl, AllowsPlainHttpOnlyToTheAgents) {
  for (const auto* url : {"https://example.com/creds", "http://localhost:1/x", "http://127.8.9.1/x",
                          "http://[::1]:80/x", "http://169.254.170.2/x", "http://169.254.170.23/v1",
                          "http://[fd00:ec2::23]/x", "http://[fd00:ec2:0:0::23]/x"}) {
    EXPECT_TRUE(check_container_url(url)) << url;
  }
  for (const auto* url :
       {"http://example.com/x", "http://169.254.169.254/x", "http://127.0.0.1.evil/",
        "http://[fd00:ec2::24]/x", "http://localhost.evil/x", "ftp://localhost/", "nonsense", ""}) {
    EXPECT_FALSE(check_container_url(url)) << url;
  }
}

TEST(SharedFiles, AreWhereTheEnvironmentSays) {
  const EnvFunction home = [](std::string_view name) { return name == "HOME" ? "/root" : ""; };
  const EnvFunction set = [](std::string_view name) { return "/" + std::string(name); };

  EXPECT_EQ(config_file_path(home), "/root/.aws/config");
  EXPECT_EQ(credentials_file_path(home), "/root/.aws/credentials");
  EXPECT_EQ(config_file_path(set), "/AWS_CONFIG_FILE");
  EXPECT_EQ(credentials_file_path(set), "/AWS_SHARED_CREDENTIALS_FILE");
}

}  // namespace
}  // namespace tributary::aws
