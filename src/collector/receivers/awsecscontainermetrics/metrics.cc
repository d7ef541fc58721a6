#include "collector/receivers/awsecscontainermetrics/metrics.h"

#include <array>
#include <optional>

#include "base/strings.h"
#include "collector/receivers/awsecscontainermetrics/image_reference.h"

namespace tributary::collector::awsecscontainermetrics {
namespace {

constexpr std::string_view kSchemaUrl = "https://opentelemetry.io/schemas/1.40.0";
constexpr std::uint64_t kBytesPerMib = 1'048'576;
constexpr double kCpuUnitsPerVcpu = 1024;
constexpr std::string_view kTaskPrefix = "ecs.task.";

enum class Number : std::uint8_t { integer, real };

struct MetricRow {
  std::string_view suffix;
  std::string_view unit;
  std::string_view unit_0_35;  // empty: the same
  std::string_view unit_0_12;  // empty: the same
  MetricType type;
  Number number;
};

constexpr auto kGauge = MetricType::gauge;
constexpr auto kSum = MetricType::sum;

// In the order in which they are emitted; `values_of` has the same one.
constexpr std::array<MetricRow, 26> kUsageMetrics = {{
    {"memory.usage", "Bytes", "", "", kGauge, Number::integer},
    {"memory.usage.max", "Bytes", "", "", kGauge, Number::integer},
    {"memory.usage.limit", "Bytes", "", "", kGauge, Number::integer},
    {"memory.utilized", "MiB", "Megabytes", "Megabytes", kGauge, Number::integer},
    {"memory.reserved", "MiB", "Megabytes", "Megabytes", kGauge, Number::integer},
    {"cpu.usage.total", "Nanoseconds", "", "", kSum, Number::integer},
    {"cpu.usage.kernelmode", "Nanoseconds", "", "", kSum, Number::integer},
    {"cpu.usage.usermode", "Nanoseconds", "", "", kSum, Number::integer},
    {"cpu.cores", "Count", "", "", kGauge, Number::integer},
    {"cpu.onlines", "Count", "", "", kGauge, Number::integer},
    {"cpu.usage.system", "Nanoseconds", "", "", kSum, Number::integer},
    {"cpu.utilized", "None", "", "Percent", kGauge, Number::real},
    {"cpu.reserved", "None", "", "vCPU", kGauge, Number::real},
    {"cpu.usage.vcpu", "vCPU", "", "", kGauge, Number::real},
    {"network.rate.rx", "Bytes/Second", "", "", kGauge, Number::real},
    {"network.rate.tx", "Bytes/Second", "", "", kGauge, Number::real},
    {"network.io.usage.rx_bytes", "Bytes", "", "", kSum, Number::integer},
    {"network.io.usage.rx_packets", "Count", "", "", kSum, Number::integer},
    {"network.io.usage.rx_errors", "Count", "", "", kSum, Number::integer},
    {"network.io.usage.rx_dropped", "Count", "", "", kSum, Number::integer},
    {"network.io.usage.tx_bytes", "Bytes", "", "", kSum, Number::integer},
    {"network.io.usage.tx_packets", "Count", "", "", kSum, Number::integer},
    {"network.io.usage.tx_errors", "Count", "", "", kSum, Number::integer},
    {"network.io.usage.tx_dropped", "Count", "", "", kSum, Number::integer},
    {"storage.read_bytes", "Bytes", "", "", kSum, Number::integer},
    {"storage.write_bytes", "Bytes", "", "", kSum, Number::integer},
}};

constexpr std::array<MetricRow, 2> kEphemeralStorageMetrics = {{
    {"ephemeral_storage.utilized", "MiB", "", "", kGauge, Number::integer},
    {"ephemeral_storage.reserved", "MiB", "", "", kGauge, Number::integer},
}};

constexpr MetricRow kDurationMetric = {"duration", "Seconds", "", "", kGauge, Number::real};

std::string_view unit_of(const MetricRow& row, Compat compat) {
  const std::string_view own = compat == Compat::adot_0_12   ? row.unit_0_12
                               : compat == Compat::adot_0_35 ? row.unit_0_35
                                                             : row.unit;
  return own.empty() ? row.unit : own;
}

// Integers leave as OpenTelemetry's signed ones.
double integer(std::uint64_t value) {
  return static_cast<double>(static_cast<std::int64_t>(value));
}

std::vector<double> values_of(const Usage& usage) {
  return {integer(usage.memory_usage),
          integer(usage.memory_usage_max),
          integer(usage.memory_limit),
          integer(usage.memory_utilized_mib),
          integer(usage.memory_reserved_mib),
          integer(usage.cpu_total),
          integer(usage.cpu_kernel_mode),
          integer(usage.cpu_user_mode),
          integer(usage.cpu_cores),
          integer(usage.cpu_onlines),
          integer(usage.cpu_system),
          usage.cpu_utilized,
          usage.cpu_reserved,
          usage.cpu_vcpu,
          usage.network_rate_rx,
          usage.network_rate_tx,
          integer(usage.network.rx_bytes),
          integer(usage.network.rx_packets),
          integer(usage.network.rx_errors),
          integer(usage.network.rx_dropped),
          integer(usage.network.tx_bytes),
          integer(usage.network.tx_packets),
          integer(usage.network.tx_errors),
          integer(usage.network.tx_dropped),
          integer(usage.storage_read_bytes),
          integer(usage.storage_write_bytes)};
}

void add(NetworkStats& sum, const NetworkStats& other) {
  sum.rx_bytes += other.rx_bytes;
  sum.rx_packets += other.rx_packets;
  sum.rx_errors += other.rx_errors;
  sum.rx_dropped += other.rx_dropped;
  sum.tx_bytes += other.tx_bytes;
  sum.tx_packets += other.tx_packets;
  sum.tx_errors += other.tx_errors;
  sum.tx_dropped += other.tx_dropped;
}

void set_memory(Usage& usage, const MemoryStats& memory) {
  usage.memory_usage = memory.usage;
  usage.memory_usage_max = memory.max_usage;
  usage.memory_limit = memory.limit;
  if (!memory.stats) return;
  // cgroup v2 reports no "cache": the page cache then counts as used.
  const auto cache = memory.stats->find("cache");
  const std::uint64_t cache_bytes = cache == memory.stats->end() ? 0 : cache->second;
  usage.memory_utilized_mib = (memory.usage - cache_bytes) / kBytesPerMib;
}

void set_cpu(Usage& usage, const ContainerStats& stats, const Limits& limits) {
  usage.cpu_reserved = limits.cpu.value_or(0);
  if (!stats.cpu || !stats.cpu->usage || !stats.previous_cpu || !stats.previous_cpu->usage) return;
  const CpuUsage& now = *stats.cpu->usage;
  usage.cpu_total = now.total;
  usage.cpu_kernel_mode = now.kernel_mode;
  usage.cpu_user_mode = now.user_mode;
  usage.cpu_cores = now.cores;
  usage.cpu_onlines = stats.cpu->online_cpus;
  usage.cpu_system = stats.cpu->system_usage;
  const std::int64_t elapsed_ns = nanoseconds_between(stats.preread, stats.read);
  if (elapsed_ns > 0) {
    usage.cpu_vcpu = static_cast<double>(now.total - stats.previous_cpu->usage->total) /
                     static_cast<double>(elapsed_ns);
  }
  // Percent per CPU unit, odd as that is: what every release has sent.
  usage.cpu_utilized = usage.cpu_vcpu * 100;
  if (usage.cpu_reserved > 0) usage.cpu_utilized /= usage.cpu_reserved;
}

Attribute text(std::string_view key, std::string_view value) {
  return {std::string(key), std::string(value)};
}

// The parts of arn:aws:ecs:<region>:<account>:task/<cluster>/<id>.
struct TaskArn {
  std::string_view region;
  std::string_view account;
  std::string_view id;
};

// Other partitions (aws-cn, aws-us-gov) give nothing, as ever.
TaskArn split_task_arn(std::string_view arn) {
  if (!arn.starts_with("arn:aws:ecs")) return {};
  TaskArn out;
  const std::vector<std::string_view> fields = split(arn.substr(0, arn.find('/')), ':');
  if (fields.size() > 3) out.region = fields[3];
  if (fields.size() > 4) out.account = fields[4];
  out.id = arn.substr(arn.rfind('/') + 1);
  return out;
}

std::string_view cluster_name(std::string_view cluster) {
  return cluster.starts_with("arn:aws") ? cluster.substr(cluster.rfind('/') + 1) : cluster;
}

// Later keys replace earlier ones where they stand.
void append(std::vector<Attribute>& attributes, const std::vector<Attribute>& more) {
  for (const Attribute& attribute : more) {
    bool replaced = false;
    for (Attribute& existing : attributes) {
      if (existing.key != attribute.key) continue;
      existing.value = attribute.value;
      replaced = true;
    }
    if (!replaced) attributes.push_back(attribute);
  }
}

}  // namespace

void Usage::add(const Usage& other) {
  memory_usage += other.memory_usage;
  memory_usage_max += other.memory_usage_max;
  memory_limit += other.memory_limit;
  memory_utilized_mib += other.memory_utilized_mib;
  memory_reserved_mib += other.memory_reserved_mib;
  cpu_total += other.cpu_total;
  cpu_kernel_mode += other.cpu_kernel_mode;
  cpu_user_mode += other.cpu_user_mode;
  cpu_cores += other.cpu_cores;
  cpu_onlines += other.cpu_onlines;
  cpu_system += other.cpu_system;
  cpu_reserved += other.cpu_reserved;
  cpu_vcpu += other.cpu_vcpu;
  network_rate_rx += other.network_rate_rx;
  network_rate_tx += other.network_rate_tx;
  awsecscontainermetrics::add(network, other.network);
  storage_read_bytes += other.storage_read_bytes;
  storage_write_bytes += other.storage_write_bytes;
}

Usage container_usage(const ContainerMetadata& container, const ContainerStats& stats) {
  Usage usage;
  set_memory(usage, stats.memory);
  usage.memory_reserved_mib = container.limits.memory_mib.value_or(0);
  set_cpu(usage, stats, container.limits);
  usage.network_rate_rx = stats.network_rates.rx_bytes_per_second;
  usage.network_rate_tx = stats.network_rates.tx_bytes_per_second;
  for (const auto& [interface, counts] : stats.networks) add(usage.network, counts);
  for (const BlockIoEntry& entry : stats.block_io) {
    if (entry.op == "Read") usage.storage_read_bytes += entry.value;
    if (entry.op == "Write") usage.storage_write_bytes += entry.value;
  }
  return usage;
}

MetricsBuilder::MetricsBuilder(Compat compat) : compat_(compat) {
  const auto add = [this](std::vector<Descriptor>& out, std::string_view prefix,
                          const MetricRow& row) {
    auto family = std::make_shared<MetricFamily>();
    family->name = std::string(prefix) + std::string(row.suffix);
    family->type = row.type;
    family->unit = unit_of(row, compat_);
    family->is_integer = row.number == Number::integer;
    out.push_back({std::move(family), std::make_shared<const Scope>()});
  };
  for (const MetricRow& row : kUsageMetrics) {
    add(container_metrics_, "container.", row);
    add(task_metrics_, kTaskPrefix, row);
  }
  add(duration_metrics_, "container.", kDurationMetric);
  if (compat_ != Compat::adot_0_49) return;
  for (const MetricRow& row : kEphemeralStorageMetrics) add(task_metrics_, kTaskPrefix, row);
}

std::vector<Attribute> MetricsBuilder::container_attributes(
    const ContainerMetadata& container) const {
  const ImageReference image = compat_ == Compat::adot_0_12
                                   ? split_image_2021(container.image)
                                   : parse_image_reference(container.image);
  std::vector<Attribute> out = {
      text("container.name", container.name),
      text("container.id", container.docker_id),
      text("aws.ecs.docker.name", container.docker_name),
      text("container.image.name", image.name),
      text("aws.ecs.container.image.id", container.image_id),
      text("container.image.tag", image.tag),
      text("aws.ecs.container.created_at", container.created_at),
      text("aws.ecs.container.started_at", container.started_at),
  };
  if (!container.finished_at.empty())
    out.push_back(text("aws.ecs.container.finished_at", container.finished_at));
  out.push_back(text("aws.ecs.container.know_status", container.known_status));
  if (container.exit_code) out.push_back({"aws.ecs.container.exit_code", *container.exit_code});
  return out;
}

std::vector<Attribute> MetricsBuilder::task_attributes(const TaskMetadata& task) const {
  const bool is_later = compat_ != Compat::adot_0_12;
  const TaskArn arn = split_task_arn(task.task_arn);
  std::vector<Attribute> out = {
      text("aws.ecs.cluster.name", cluster_name(task.cluster)),
      text("aws.ecs.task.arn", task.task_arn),
      text("aws.ecs.task.id", arn.id),
      text("aws.ecs.task.family", task.family),
      text("aws.ecs.task.version", task.revision),
  };
  if (is_later) out.push_back(text("aws.ecs.task.revision", task.revision));
  out.push_back(text("aws.ecs.service.name", is_later ? task.service_name : "undefined"));
  out.push_back(text("cloud.availability_zone", task.availability_zone));
  out.push_back(text("aws.ecs.task.pull_started_at", task.pull_started_at));
  out.push_back(text("aws.ecs.task.pull_stopped_at", task.pull_stopped_at));
  out.push_back(text("aws.ecs.task.known_status", task.known_status));
  out.push_back(text("aws.ecs.task.launch_type", task.launch_type));
  const std::string launch_type = to_lower(task.launch_type);
  if (is_later && (launch_type == "ec2" || launch_type == "fargate"))
    out.push_back(text("aws.ecs.launchtype", launch_type));
  out.push_back(text("cloud.region", arn.region));
  out.push_back(text("cloud.account.id", arn.account));
  return out;
}

void MetricsBuilder::finish_task(const TaskMetadata& task, Usage& sum) const {
  if (task.limits.memory_mib) sum.memory_reserved_mib = *task.limits.memory_mib;
  if (compat_ == Compat::adot_0_12) {
    sum.cpu_reserved = task.limits.cpu.value_or(sum.cpu_reserved / kCpuUnitsPerVcpu);  // vCPU
    sum.cpu_utilized = sum.cpu_reserved > 0 ? sum.cpu_vcpu / sum.cpu_reserved * 100 : 0;
    return;
  }
  if (task.limits.cpu) sum.cpu_reserved = *task.limits.cpu * kCpuUnitsPerVcpu;
  sum.cpu_utilized = sum.cpu_reserved > 0 ? sum.cpu_vcpu * kCpuUnitsPerVcpu : 0;
}

BatchPtr MetricsBuilder::make_batch(const std::string& key, Resource resource,
                                    const std::vector<Descriptor>& metrics,
                                    std::vector<double> values, std::int64_t now_ms) {
  auto batch = std::make_shared<Batch>();
  const auto known = shapes_.find(key);
  if (known != shapes_.end() && *known->second.resource == resource) {
    batch->shape = known->second.shape;
    next_[key] = known->second;
  } else {
    const auto shared = std::make_shared<const Resource>(std::move(resource));
    ShapeBuilder series;
    for (const Descriptor& metric : metrics)
      series.add(SeriesView{metric.family, Role::value, {}, shared, metric.scope});
    batch->shape = series.finish();
    next_[key] = {shared, batch->shape};
  }
  batch->timestamp_ms = now_ms;
  batch->values = std::move(values);
  return batch;
}

Collection MetricsBuilder::build(const TaskMetadata& task, const TaskStats& stats,
                                 std::int64_t now_ms) {
  Collection out;
  const std::string schema_url(compat_ == Compat::adot_0_49 ? kSchemaUrl : "");
  const std::vector<Attribute> of_task = task_attributes(task);
  Usage sum;
  for (const ContainerMetadata& container : task.containers) {
    const auto found = stats.find(container.docker_id);
    const bool running = found != stats.end() && found->second && !found->second->id.empty();
    const bool ended = !container.started_at.empty() && !container.finished_at.empty();
    if (!running && !ended) continue;  // pulled or pending: nothing to say yet

    std::vector<Attribute> attributes = container_attributes(container);
    append(attributes, of_task);
    if (running) {
      const Usage usage = container_usage(container, *found->second);
      sum.add(usage);
      out.batches.push_back(make_batch("usage " + container.docker_id,
                                       {std::move(attributes), schema_url}, container_metrics_,
                                       values_of(usage), now_ms));
      continue;
    }
    const auto started = parse_rfc3339(container.started_at);
    const auto finished = parse_rfc3339(container.finished_at);
    double seconds = 0;
    if (started && finished) {
      seconds = static_cast<double>(nanoseconds_between(*started, *finished)) / 1e9;
    } else {
      out.warnings.push_back("container " + container.docker_id + ": StartedAt \"" +
                             container.started_at + "\", FinishedAt \"" + container.finished_at +
                             "\": want RFC 3339 times; its duration is sent as 0");
    }
    out.batches.push_back(make_batch("duration " + container.docker_id, {std::move(attributes), ""},
                                     duration_metrics_, {seconds}, now_ms));
  }

  finish_task(task, sum);
  std::vector<double> values = values_of(sum);
  if (compat_ == Compat::adot_0_49) {
    const EphemeralStorage storage = task.ephemeral_storage.value_or(EphemeralStorage{});
    values.push_back(static_cast<double>(storage.utilized_mib));
    values.push_back(static_cast<double>(storage.reserved_mib));
  }
  out.batches.push_back(
      make_batch("task", {of_task, schema_url}, task_metrics_, std::move(values), now_ms));
  shapes_ = std::exchange(next_, {});
  return out;
}

}  // namespace tributary::collector::awsecscontainermetrics
