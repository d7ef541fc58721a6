#include "collector/exporters/prometheusremotewrite/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::collector::prometheusremotewrite {
namespace {

const NameOptions kPlain{.add_metric_suffixes = false};
const NameOptions k2021{.compat = Compat::adot_0_12};
const NameOptions k2023{.compat = Compat::adot_0_35};

std::string text_of(const Result<std::string>& result) {
  return result ? *result : "refused: " + result.error().message();
}

std::string named(std::string_view name, std::string_view unit, MetricType type,
                  const NameOptions& options = {}) {
  return text_of(metric_name(name, unit, type, options));
}

// The table of collector-spec.md 4.4.
TEST(MetricName, OfEcsMetricsIsThatOfTheSpec) {
  struct Row {
    const char *name, *unit;
    const char* now;
    const char* bare;  // 2021, or suffixes off
  };
  constexpr Row kRows[] = {
      {"ecs.task.memory.usage", "Bytes", "ecs_task_memory_usage_Bytes", "ecs_task_memory_usage"},
      {"ecs.task.memory.usage.max", "Bytes", "ecs_task_memory_usage_max_Bytes",
       "ecs_task_memory_usage_max"},
      {"ecs.task.memory.usage.limit", "Bytes", "ecs_task_memory_usage_limit_Bytes",
       "ecs_task_memory_usage_limit"},
      {"ecs.task.memory.utilized", "MiB", "ecs_task_memory_utilized_MiB",
       "ecs_task_memory_utilized"},
      {"ecs.task.memory.reserved", "MiB", "ecs_task_memory_reserved_MiB",
       "ecs_task_memory_reserved"},
      {"ecs.task.cpu.usage.total", "Nanoseconds", "ecs_task_cpu_usage_total_Nanoseconds",
       "ecs_task_cpu_usage_total"},
      {"ecs.task.cpu.usage.kernelmode", "Nanoseconds", "ecs_task_cpu_usage_kernelmode_Nanoseconds",
       "ecs_task_cpu_usage_kernelmode"},
      {"ecs.task.cpu.usage.usermode", "Nanoseconds", "ecs_task_cpu_usage_usermode_Nanoseconds",
       "ecs_task_cpu_usage_usermode"},
      {"ecs.task.cpu.cores", "Count", "ecs_task_cpu_cores_Count", "ecs_task_cpu_cores"},
      {"ecs.task.cpu.onlines", "Count", "ecs_task_cpu_onlines_Count", "ecs_task_cpu_onlines"},
      {"ecs.task.cpu.usage.system", "Nanoseconds", "ecs_task_cpu_usage_system_Nanoseconds",
       "ecs_task_cpu_usage_system"},
      {"ecs.task.cpu.utilized", "None", "ecs_task_cpu_utilized_None", "ecs_task_cpu_utilized"},
      {"ecs.task.cpu.reserved", "None", "ecs_task_cpu_reserved_None", "ecs_task_cpu_reserved"},
      {"ecs.task.cpu.usage.vcpu", "vCPU", "ecs_task_cpu_usage_vcpu_vCPU",
       "ecs_task_cpu_usage_vcpu"},
      {"ecs.task.network.rate.rx", "Bytes/Second", "ecs_task_network_rate_rx_Bytes_per_Second",
       "ecs_task_network_rate_rx"},
      {"ecs.task.network.rate.tx", "Bytes/Second", "ecs_task_network_rate_tx_Bytes_per_Second",
       "ecs_task_network_rate_tx"},
      {"ecs.task.network.io.usage.rx_bytes", "Bytes", "ecs_task_network_io_usage_rx_bytes_Bytes",
       "ecs_task_network_io_usage_rx_bytes"},
      {"ecs.task.network.io.usage.rx_packets", "Count",
       "ecs_task_network_io_usage_rx_packets_Count", "ecs_task_network_io_usage_rx_packets"},
      {"ecs.task.network.io.usage.rx_errors", "Count", "ecs_task_network_io_usage_rx_errors_Count",
       "ecs_task_network_io_usage_rx_errors"},
      {"ecs.task.network.io.usage.rx_dropped", "Count",
       "ecs_task_network_io_usage_rx_dropped_Count", "ecs_task_network_io_usage_rx_dropped"},
      {"ecs.task.network.io.usage.tx_bytes", "Bytes", "ecs_task_network_io_usage_tx_bytes_Bytes",
       "ecs_task_network_io_usage_tx_bytes"},
      {"ecs.task.network.io.usage.tx_packets", "Count",
       "ecs_task_network_io_usage_tx_packets_Count", "ecs_task_network_io_usage_tx_packets"},
      {"ecs.task.network.io.usage.tx_errors", "Count", "ecs_task_network_io_usage_tx_errors_Count",
       "ecs_task_network_io_usage_tx_errors"},
      {"ecs.task.network.io.usage.tx_dropped", "Count",
       "ecs_task_network_io_usage_tx_dropped_Count", "ecs_task_network_io_usage_tx_dropped"},
      {"ecs.task.storage.read_bytes", "Bytes", "ecs_task_storage_read_bytes_Bytes",
       "ecs_task_storage_read_bytes"},
      {"ecs.task.storage.write_bytes", "Bytes", "ecs_task_storage_write_bytes_Bytes",
       "ecs_task_storage_write_bytes"},
      {"ecs.task.ephemeral_storage.utilized", "MiB", "ecs_task_ephemeral_storage_utilized_MiB",
       "ecs_task_ephemeral_storage_utilized"},
      {"ecs.task.ephemeral_storage.reserved", "MiB", "ecs_task_ephemeral_storage_reserved_MiB",
       "ecs_task_ephemeral_storage_reserved"},
      {"container.duration", "Seconds", "container_duration_Seconds", "container_duration"},
      {"ecs.task.memory.utilized", "Megabytes", "ecs_task_memory_utilized_Megabytes",
       "ecs_task_memory_utilized"},
  };

  for (const Row& row : kRows) {
    for (const NameOptions& options : {NameOptions(), k2023})
      EXPECT_EQ(named(row.name, row.unit, MetricType::gauge, options), row.now);
    for (const NameOptions& options : {kPlain, k2021})
      EXPECT_EQ(named(row.name, row.unit, MetricType::gauge, options), row.bare);
  }
}

TEST(MetricName, GetsUnitAndTypeAsSuffixes) {
  const auto is = [](const char* name, const char* unit, MetricType type, const char* wanted) {
    EXPECT_EQ(named(name, unit, type), wanted) << name;
  };

  is("my.latency", "ms", MetricType::histogram, "my_latency_milliseconds");
  is("x", "m/s", MetricType::gauge, "x_meters_per_second");
  is("(lambda).function.executions(#)", "1", MetricType::gauge, "lambda_function_executions_ratio");
  is("http_requests_total", "", MetricType::counter, "http_requests_total");
  is("requests", "{request}", MetricType::counter, "requests_total");
  is("process_cpu_seconds_total", "s", MetricType::counter, "process_cpu_seconds_total");
  is("1abc", "", MetricType::gauge, "_1abc");
  is("a__b", "", MetricType::gauge, "a_b");
  is("_foo_", "", MetricType::gauge, "foo");
  is("storage.filesystem.utilization", "%", MetricType::gauge,
     "storage_filesystem_utilization_percent");
  is("requests", "", MetricType::counter, "requests_total");
  is("job:foo:rate5m", "", MetricType::gauge, "job:foo:rate5m");
  is("a.ratio.b", "1", MetricType::gauge, "a_b_ratio");
  is("a", "1", MetricType::unknown, "a_ratio");
  is("a", "1", MetricType::sum, "a");
  is("a", "1", MetricType::counter, "a_total");
  is("a.total.b", "By", MetricType::counter, "a_b_bytes_total");
  is("a", "By/mo", MetricType::gauge, "a_bytes_per_month");
  is("a", " /s", MetricType::gauge, "a_per_second");
  is("a", "{x}/{y}", MetricType::gauge, "a");
  is("a", "By/{y}", MetricType::gauge, "a_bytes");
  is("caf\xc3\xa9.size", "", MetricType::gauge, "caf_size");
  is("a", "light-years", MetricType::gauge, "a_light_years");
}

TEST(MetricName, GetsTheNamespaceInFront) {
  EXPECT_EQ(named("a.b", "s", MetricType::gauge, {.metric_namespace = "my"}), "my_a_b_seconds");
  EXPECT_EQ(named("1a", "", MetricType::gauge, {.metric_namespace = "9"}), "_9_1a");
  EXPECT_EQ(named("a.b", "s", MetricType::gauge,
                  {.add_metric_suffixes = false, .metric_namespace = "my.own"}),
            "my_own_a_b");
  EXPECT_EQ(named("a.b", "s", MetricType::gauge,
                  {.compat = Compat::adot_0_12, .metric_namespace = "my.own"}),
            "my_own_a_b");
}

TEST(MetricName, WithoutSuffixesKeepsUnderscoresOfItsOwn) {
  EXPECT_EQ(named("a__b", "s", MetricType::counter, kPlain), "a__b");
  EXPECT_EQ(named("_foo_", "", MetricType::gauge, kPlain), "_foo_");
  EXPECT_EQ(named("..a..b..", "", MetricType::gauge, kPlain), "a_b");
  EXPECT_EQ(named("1abc", "", MetricType::gauge, kPlain), "_1abc");
}

TEST(MetricName, Of2021HasEveryOddCharacterReplaced) {
  const auto is = [](const char* name, const char* wanted) {
    EXPECT_EQ(named(name, "s", MetricType::counter, k2021), wanted);
  };

  is("go_gc_duration_seconds", "go_gc_duration_seconds");
  is("job:foo:rate5m", "job_foo_rate5m");
  is("a..b", "a__b");
  is("1abc", "key_1abc");
  is("_foo", "key_foo");
}

TEST(MetricName, Of2023IsCutAtColonsAndHasThePartsOfAUnitAsTokens) {
  const auto is = [](const char* name, const char* unit, MetricType type, const char* wanted) {
    EXPECT_EQ(named(name, unit, type, k2023), wanted) << name;
  };

  is("job:foo:rate5m", "", MetricType::gauge, "job_foo_rate5m");
  is("requests", "{request}", MetricType::counter, "requests_total");
  is("x", "By/s", MetricType::gauge, "x_bytes_per_second");
  is("last_second_x", "By/s", MetricType::gauge, "last_second_x_bytes");
  is("x", "1", MetricType::gauge, "x_ratio");
  is("x", "{a}/s", MetricType::gauge, "x_per_second");
  EXPECT_EQ(named("a.b", "", MetricType::gauge,
                  {.compat = Compat::adot_0_35,
                   .add_metric_suffixes = false,
                   .metric_namespace = "my.own"}),
            "my.own_a_b");
}

TEST(MetricName, OfNothingButOddCharactersIsRefused) {
  EXPECT_THAT(named("...", "", MetricType::gauge), testing::HasSubstr("metric name \"...\""));
  EXPECT_THAT(named("", "", MetricType::gauge), testing::HasSubstr("refused"));
  EXPECT_THAT(named(".", "", MetricType::gauge, kPlain), testing::HasSubstr("refused"));
}

TEST(UnitName, IsThatOfMetadata) {
  EXPECT_EQ(unit_name("By"), "bytes");
  EXPECT_EQ(unit_name("By/s"), "bytes_per_second");
  EXPECT_EQ(unit_name("1"), "");
  EXPECT_EQ(unit_name("{request}/s"), "per_second");
  EXPECT_EQ(unit_name("MiB"), "MiB");
  EXPECT_EQ(unit_name(""), "");
}

TEST(LabelName, OfTodayHasRunsCollapsed) {
  const auto is = [](const char* name, const char* wanted) {
    EXPECT_EQ(text_of(label_name(name, Compat::adot_0_49)), wanted);
  };

  is("host.name", "host_name");
  is("name (of the host)", "name_of_the_host_");
  is("2 cents", "key_2_cents");
  is("_name", "key_name");
  is("__name", "key_name");
  is("__name__", "__name__");
  is("__a..b__", "__a_b__");
  is("a..b", "a_b");
  is("a__b", "a_b");
  is("caf\xc3\xa9", "caf_");
  is("ClusterName", "ClusterName");
  EXPECT_FALSE(label_name("", Compat::adot_0_49));
  EXPECT_FALSE(label_name("____", Compat::adot_0_49));
}

TEST(LabelName, Of2021HasEveryOddCharacterReplaced) {
  const auto is = [](const char* name, const char* wanted) {
    EXPECT_EQ(text_of(label_name(name, Compat::adot_0_12)), wanted);
  };

  is("aws.ecs.task.arn", "aws_ecs_task_arn");
  is("a..b", "a__b");
  is("2 cents", "key_2_cents");
  is("_name", "key_name");
  is("__name", "key__name");
  EXPECT_FALSE(label_name("", Compat::adot_0_12));
}

TEST(LabelName, Of2023KeepsRunsAndTwoUnderscoresInFront) {
  const auto is = [](const char* name, const char* wanted) {
    EXPECT_EQ(text_of(label_name(name, Compat::adot_0_35)), wanted);
    EXPECT_EQ(text_of(target_info_label_name(name, Compat::adot_0_35)), wanted);
    EXPECT_EQ(text_of(external_label_name(name, Compat::adot_0_35)), wanted);
  };

  is("name (of the host)", "name__of_the_host_");
  is("2 cents", "key_2_cents");
  is("_name", "key_name");
  is("__name", "__name");
}

TEST(LabelName, OfHalfACharacterIsRefused) {
  for (const Compat compat : {Compat::adot_0_12, Compat::adot_0_35, Compat::adot_0_49}) {
    EXPECT_FALSE(label_name("\x80", compat));
    EXPECT_FALSE(target_info_label_name("\x80", compat));
  }
}

TEST(LabelName, OfTargetInfoKeepsRuns) {
  const auto is = [](const char* name, const char* wanted) {
    EXPECT_EQ(text_of(target_info_label_name(name, Compat::adot_0_49)), wanted);
  };

  is("a..b", "a__b");
  is("_name", "_name");
  is("2 cents", "key_2_cents");
  is("caf\xc3\xa9", "caf_");
  EXPECT_FALSE(target_info_label_name("__", Compat::adot_0_49));
}

TEST(LabelName, OfExternalLabelsKeepsTheirOwnPrefixIn2021) {
  EXPECT_EQ(text_of(external_label_name("__replica.id", Compat::adot_0_12)), "__replica_id");
  EXPECT_EQ(text_of(external_label_name("_x", Compat::adot_0_12)), "key_x");
  EXPECT_EQ(text_of(external_label_name("__x", Compat::adot_0_49)), "key_x");
}

}  // namespace
}  // namespace tributary::collector::prometheusremotewrite
