#include "collector/exporters/prometheusremotewrite/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/pipeline/fake_context.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

using ::testing::HasSubstr;

const std::string kEndpoint = "endpoint: http://localhost:9009/api/v1/remote_write\n";

template <class T = Config>
std::string messages(const std::string& yaml) {
  return FakeSettings<T>(kEndpoint + yaml).messages();
}

TEST(Config, HasTodaysDefaults) {
  const FakeSettings<Config> settings(kEndpoint);

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.diagnostics.warnings(), 0u);
  EXPECT_EQ(settings.value.compat.value, Compat::adot_0_49);
  EXPECT_EQ(settings.value.timeout, 5s);
  EXPECT_EQ(settings.value.max_sample_age, 2h);
  EXPECT_TRUE(settings.value.translation().names.add_metric_suffixes);
}

TEST(Config, TakesTheWalkthroughOf2021) {
  const FakeSettings<AwsConfig> settings(
      "endpoint: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/"
      "remote_write\n"
      "aws_auth: {region: eu-west-1, service: \"aps\", role_arn: "
      "\"arn:aws:iam::222222222222:role/ECS-AMP-Central-Role\"}\n");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.diagnostics.warnings(), 0u) << settings.messages();
  EXPECT_EQ(settings.value.compat.value, Compat::adot_0_12);
  EXPECT_EQ(settings.value.aws_auth.service, "aps");
  EXPECT_EQ(settings.value.aws_auth.role_arn,
            "arn:aws:iam::222222222222:role/ECS-AMP-Central-Role");
}

TEST(Config, LetsTheProfileBeChosen) {
  const FakeSettings<AwsConfig> aws(kEndpoint + "compat: adot-0.49\n");
  const FakeSettings<Config> plain(kEndpoint + "compat: adot-0.12\n");
  const FakeSettings<Config> old(kEndpoint + "compat: \"2021\"\n");

  EXPECT_EQ(aws.value.profile(), Compat::adot_0_49);
  EXPECT_EQ(plain.value.profile(), Compat::adot_0_12);
  EXPECT_EQ(old.value.profile(), Compat::adot_0_12);
  EXPECT_THAT(old.messages(), HasSubstr("deprecated: write adot-0.12"));
}

TEST(Config, KnowsWhetherSeriesOfSeveralTasksStayApart) {
  const std::vector<std::string> attributes = {"task.arn", "container.name"};
  const auto lost = [&](const std::string& yaml) {
    return FakeSettings<Config>(kEndpoint + yaml).value.lost_identity(attributes);
  };

  EXPECT_EQ(lost(""),
            "resource_to_telemetry_conversion: {enabled: true, include: [task.arn, "
            "container.name]}");
  EXPECT_NE(lost("resource_to_telemetry_conversion: {enabled: true, include: [x]}"), "");
  EXPECT_EQ(lost("resource_to_telemetry_conversion: {enabled: true, include: [task.*]}"), "");
  EXPECT_EQ(lost("resource_to_telemetry_conversion: {enabled: true}"), "");
  EXPECT_EQ(lost("external_labels: {team: a}"), "");
}

TEST(Config, NeedsAnEndpoint) {
  EXPECT_THAT(FakeSettings<Config>("timeout: 5s").messages(), HasSubstr("\"endpoint\""));
  EXPECT_THAT(FakeSettings<Config>("endpoint: localhost").messages(), HasSubstr("endpoint"));
}

TEST(Config, WarnsOfSlashesThatBreakSignatures) {
  const auto warning = [](const std::string& path) {
    return FakeSettings<Config>("endpoint: https://aps-workspaces.eu-west-1.amazonaws.com" + path)
        .messages();
  };

  EXPECT_THAT(warning("/workspaces/ws-1//api/v1/remote_write"), HasSubstr("doubled slash"));
  EXPECT_THAT(warning("/workspaces/ws-1/api/v1/remote_write/"), HasSubstr("ends with a slash"));
  EXPECT_THAT(warning("/workspaces/ws-1"), HasSubstr("ends with /api/v1/remote_write"));
}

TEST(Config, TakesTlsSettingsWhereTheyStoodIn2021) {
  const FakeSettings<Config> settings(kEndpoint + "ca_file: /ca.pem\ninsecure_skip_verify: true\n");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.value.tls.options().ca_file, "/ca.pem");
  EXPECT_TRUE(settings.value.tls.options().insecure_skip_verify);
  EXPECT_EQ(settings.diagnostics.warnings(), 2u);
}

TEST(Config, ReadsTls) {
  const FakeSettings<Config> settings(
      kEndpoint + "tls: {ca_file: /ca.pem, min_version: '1.3', server_name_override: hub}\n");

  ASSERT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.value.tls.options().min_version, net::TlsVersion::tls13);
  EXPECT_EQ(settings.value.tls.options().server_name, "hub");
}

TEST(Config, AcceptsWhatHasNoEffectWithAWarning) {
  const FakeSettings<Config> settings(
      kEndpoint +
      "sending_queue: {enabled: true}\nwal: {directory: /tmp, buffer_size: 300}\n"
      "retry_on_failure: {max_elapsed_time: 5m}\nwrite_buffer_size: 1\n");

  EXPECT_TRUE(settings.good()) << settings.messages();
  EXPECT_EQ(settings.diagnostics.warnings(), 4u);
}

TEST(Config, PutsTheQueueOnDisk) {
  const FakeSettings<Config> wal(kEndpoint + "wal: {directory: /a, max_size: 2MiB, fsync: true}\n");
  const FakeSettings<Config> storage(kEndpoint + "remote_write_queue: {storage: file_storage/b}\n");
  const FakeSettings<Config> sending(kEndpoint + "sending_queue: {storage: file_storage}\n");

  ASSERT_TRUE(wal.good()) << wal.messages();
  EXPECT_EQ(wal.value.wal->directory, "/a");
  EXPECT_EQ(wal.value.wal->max_size.bytes, 2u << 20);
  EXPECT_TRUE(wal.value.wal->fsync);
  EXPECT_EQ(storage.value.storage(), "file_storage/b");
  EXPECT_EQ(sending.value.storage(), "file_storage");
  EXPECT_THAT(messages("wal: {}"), HasSubstr("directory"));
  EXPECT_THAT(messages("wal: {directory: ''}"), HasSubstr("must not be empty"));
  EXPECT_THAT(messages("wal: {directory: /a, max_size: 10}"), HasSubstr("at least 1048576"));
  EXPECT_THAT(messages("sending_queue: {storage: x}\nwal: {directory: /a}"),
              HasSubstr("sending_queue.storage is set as well"));
  EXPECT_THAT(messages("remote_write_queue: {storage: '/'}"), HasSubstr("storage"));
}

TEST(Config, RefusesWhatCannotWork) {
  EXPECT_THAT(messages("external_labels: {a: ''}"), HasSubstr("neither may be empty"));
  EXPECT_THAT(messages("compression: gzip"), HasSubstr("want snappy"));
  EXPECT_THAT(messages("protobuf_message: io.prometheus.write.v2.Request"),
              HasSubstr("2.0 is not supported"));
  EXPECT_THAT(messages("translation_strategy: NoTranslation"), HasSubstr("underscores"));
  EXPECT_THAT(messages("remote_write_queue: {queue_size: 0}"), HasSubstr("more than 0"));
  EXPECT_THAT(messages("retry_on_failure: {multiplier: 0.5}"), HasSubstr("at least 1"));
  EXPECT_THAT(messages("retry_on_failure: {initial_interval: 0s}"), HasSubstr("more than 0s"));
  EXPECT_THAT(messages("max_sample_age: 0s"), HasSubstr("more than 0s"));
  EXPECT_THAT(messages("max_request_bytes: 10"), HasSubstr("at least 1024"));
  EXPECT_THAT(messages("proxy_url: x"), HasSubstr("want a URL"));
  EXPECT_THAT(messages("auth: {}"), HasSubstr("authenticator"));
  EXPECT_THAT(messages("endpiont: x"), HasSubstr("endpoint"));
  EXPECT_THAT(messages<AwsConfig>("auth: {authenticator: sigv4auth}"), HasSubstr("aws_auth"));
  EXPECT_THAT(messages<AwsConfig>("aws_auth: {role_arn: my-role}"), HasSubstr("arn:aws:iam"));
}

TEST(Config, TurnsSettingsIntoRulesForNames) {
  const FakeSettings<Config> settings(kEndpoint +
                                      "namespace: team\n"
                                      "external_labels: {region: eu}\n"
                                      "add_metric_suffixes: true\n"
                                      "translation_strategy: UnderscoreEscapingWithoutSuffixes\n"
                                      "disable_scope_info: true\n"
                                      "resource_to_telemetry_conversion: {enabled: true}\n");
  ASSERT_TRUE(settings.good()) << settings.messages();

  const TranslateOptions options = settings.value.translation();

  EXPECT_EQ(options.names.metric_namespace, "team");
  EXPECT_FALSE(options.names.add_metric_suffixes);
  EXPECT_FALSE(options.scope_info);
  EXPECT_TRUE(options.resource_labels.enabled);
  ASSERT_EQ(options.external_labels.size(), 1u);
  EXPECT_EQ(options.external_labels[0], (Label{"region", "eu"}));
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
