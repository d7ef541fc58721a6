// Settings of the remote-write exporters: `prometheusremotewrite` as the OpenTelemetry Collector
// spells them today, `awsprometheusremotewrite` as ADOT did in 2021 (collector-spec.md 4.1, 4.2).
//
// Values, no threads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/exporters/prometheusremotewrite/names.h"
#include "collector/exporters/prometheusremotewrite/spool_config.h"
#include "collector/exporters/prometheusremotewrite/translate.h"
#include "collector/pipeline/compat.h"
#include "config/fields.h"
#include "net/http.h"

namespace tributary::collector::prometheusremotewrite {

// As net::TlsVersion, with the names of the OpenTelemetry Collector.
enum class TlsLevel : std::uint8_t { v10, v11, v12, v13 };
constexpr std::array<config::Choice<TlsLevel>, 4> choices(TlsLevel) {
  return {{{"1.0", TlsLevel::v10},
           {"1.1", TlsLevel::v11},
           {"1.2", TlsLevel::v12},
           {"1.3", TlsLevel::v13}}};
}

enum class TranslationStrategy : std::uint8_t {
  unset,
  with_suffixes,
  without_suffixes,
  unescaped_with_suffixes,
  none,
};
constexpr std::array<config::Choice<TranslationStrategy>, 5> choices(TranslationStrategy) {
  return {{{"", TranslationStrategy::unset},
           {"UnderscoreEscapingWithSuffixes", TranslationStrategy::with_suffixes},
           {"UnderscoreEscapingWithoutSuffixes", TranslationStrategy::without_suffixes},
           {"NoUTF8EscapingWithSuffixes", TranslationStrategy::unescaped_with_suffixes},
           {"NoTranslation", TranslationStrategy::none}}};
}

struct TlsConfig {
  std::string ca_file;
  std::string ca_pem;
  std::string cert_file;
  std::string cert_pem;
  std::string key_file;
  config::Secret key_pem;
  std::string server_name_override;
  bool insecure = false;
  bool insecure_skip_verify = false;
  TlsLevel min_version = TlsLevel::v12;
  std::optional<TlsLevel> max_version;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("ca_file", ca_file, "certificates to trust; else AWS_CA_BUNDLE, else the system's");
    f.optional("ca_pem", ca_pem, "the same as text");
    f.optional("cert_file", cert_file, "of the client");
    f.optional("cert_pem", cert_pem, "the same as text");
    f.optional("key_file", key_file, "of the client's certificate");
    f.optional("key_pem", key_pem, "the same as text");
    f.optional("server_name_override", server_name_override, "the name to verify");
    f.optional("insecure", insecure, "no effect: the endpoint's scheme decides");
    f.optional("insecure_skip_verify", insecure_skip_verify, "trust any certificate");
    f.optional("min_version", min_version, "of TLS");
    f.optional("max_version", max_version, "of TLS");
    f.ignored("reload_interval", "certificates are read at start");
    f.ignored("include_system_ca_certs_pool", "ca_file or the system's store, not both");
    f.ignored("cipher_suites", "the library's own choice is kept");
    f.ignored("curve_preferences", "the library's own choice is kept");
  }
  net::TlsClientOptions options() const;
};

struct RetryConfig {
  bool enabled = true;
  Duration initial_interval = 50ms;
  double multiplier = 1.5;
  Duration max_interval = 30s;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "false: what is not taken at the first attempt is dropped");
    f.optional("initial_interval", initial_interval, "bound of the first wait");
    f.optional("multiplier", multiplier, "by which the bound grows");
    f.optional("max_interval", max_interval, "to which it grows");
    f.ignored("randomization_factor", "waits are drawn evenly between nothing and the bound");
    f.ignored("max_elapsed_time", "samples are retried until they are older than max_sample_age");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct QueueConfig {
  bool enabled = true;
  std::uint32_t queue_size = 10'000;
  std::optional<config::ByteSize> max_bytes;  // none: half of the memory budget
  std::string storage;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "false: nothing waits behind the request being sent");
    f.optional("queue_size", queue_size, "requests that may wait; above it the oldest are dropped");
    f.optional("max_bytes", max_bytes,
               "their bytes, else of the memory budget; above it the oldest are dropped");
    f.optional("storage", storage, "the extension that keeps them on disk, such as file_storage");
    f.ignored("num_consumers", "one request is in flight at a time, so that samples stay in order");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct ResourceConversion : ResourceLabels {
  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "resource attributes become labels of every series");
    f.optional("exclude_service_attributes", exclude_service_attributes,
               "but for service.name, service.namespace and service.instance.id");
    f.optional("include", include, "these attributes alone; a name may end in *");
    f.optional("exclude", exclude, "but for these; a name may end in *");
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

struct TargetInfo {
  bool enabled = true;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("enabled", enabled, "a series target_info for each resource");
  }
};

struct AuthConfig {
  std::string authenticator;

  template <class Fields>
  void describe(Fields& f) {
    f.required("authenticator", authenticator, "the extension that signs, such as sigv4auth");
  }
};

struct Config {
  std::string endpoint;
  Duration timeout = 5s;
  std::map<std::string, config::Secret> headers;
  std::map<std::string, std::string> external_labels;
  std::string metric_namespace;
  CompatName compat;
  bool add_metric_suffixes = true;
  TranslationStrategy translation_strategy = TranslationStrategy::unset;
  ResourceConversion resource_to_telemetry_conversion;
  TargetInfo target_info;
  bool disable_scope_info = false;
  bool send_metadata = false;
  RetryConfig retry_on_failure;
  QueueConfig remote_write_queue;
  SendingQueueConfig sending_queue;
  std::optional<WalConfig> wal;
  std::uint32_t max_batch_size_bytes = 3'000'000;
  config::ByteSize max_request_bytes{900U << 10};
  Duration max_sample_age = 2h;
  Duration linger = 500ms;
  std::optional<AuthConfig> auth;
  TlsConfig tls;
  std::string proxy_url;
  std::string compression;
  Duration idle_conn_timeout = 90s;
  std::string protobuf_message = "prometheus.WriteRequest";

  template <class Fields>
  void describe(Fields& f) {
    f.required("endpoint", endpoint, "URL of remote write");
    f.optional("timeout", timeout, "for one attempt; 0 for none");
    f.optional("headers", headers, "sent with every request, instead of our own of that name");
    f.optional("external_labels", external_labels, "for series that lack them");
    f.optional("namespace", metric_namespace, "in front of every metric name, with _");
    f.optional("compat", compat, "the release of ADOT whose names, labels and numbers are sent");
    f.optional("add_metric_suffixes", add_metric_suffixes, "the unit and _total at names");
    f.optional("translation_strategy", translation_strategy, "overrides add_metric_suffixes");
    f.optional("resource_to_telemetry_conversion", resource_to_telemetry_conversion,
               "resource attributes as labels");
    f.optional("target_info", target_info, "what is known of each resource, as a series");
    f.optional("disable_scope_info", disable_scope_info, "no otel_scope_* labels");
    f.optional("send_metadata", send_metadata, "type, help and unit of each metric");
    f.optional("retry_on_failure", retry_on_failure, "waits between attempts");
    f.optional("remote_write_queue", remote_write_queue, "what may wait");
    f.optional("sending_queue", sending_queue, "its storage alone");
    f.optional("wal", wal, "what waits is kept on disk");
    f.optional("max_batch_size_bytes", max_batch_size_bytes, "of a request before compression");
    f.optional("max_request_bytes", max_request_bytes, "of a request after compression");
    f.optional("max_sample_age", max_sample_age, "after which samples are given up");
    f.optional("linger", linger, "least time between two requests, unless one is full");
    f.optional("auth", auth, "who signs the requests");
    f.optional("tls", tls, "of the connection");
    f.optional("proxy_url", proxy_url, "instead of HTTP_PROXY and HTTPS_PROXY");
    f.optional("compression", compression, "snappy, whatever it says");
    f.optional("idle_conn_timeout", idle_conn_timeout, "after which a connection is closed");
    f.optional("protobuf_message", protobuf_message, "prometheus.WriteRequest alone");
    describe_old(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
  TranslateOptions translation() const;
  // The extension that keeps the queue on disk; "" for none.
  const std::string& storage() const {
    return remote_write_queue.storage.empty() ? sending_queue.storage : remote_write_queue.storage;
  }

  // What the service asks (pipeline/registry.h).
  std::optional<Compat> profile() const { return compat.value; }
  std::string lost_identity(const std::vector<std::string>& attributes) const;

 private:
  void check_spool(const config::Node& node, config::Diagnostics& diagnostics) const;

  // What other releases took, at the places where they took it.
  template <class Fields>
  void describe_old(Fields& f) {
    f.deprecated("ca_file", tls.ca_file, "write it under tls");
    f.deprecated("cert_file", tls.cert_file, "write it under tls");
    f.deprecated("key_file", tls.key_file, "write it under tls");
    f.deprecated("insecure", tls.insecure, "the endpoint's scheme decides");
    f.deprecated("insecure_skip_verify", tls.insecure_skip_verify, "write it under tls");
    f.deprecated("server_name_override", tls.server_name_override, "write it under tls");
    f.ignored("export_created_metric", "start times are not sent");
    f.ignored("max_batch_request_parallelism", "one request is in flight at a time");
    for (const char* key :
         {"read_buffer_size", "write_buffer_size", "max_idle_conns", "max_idle_conns_per_host",
          "max_conns_per_host", "disable_keep_alives", "force_attempt_http2",
          "http2_read_idle_timeout", "http2_ping_timeout", "cookies", "middlewares"})
      f.ignored(key, "one HTTP/1.1 connection is all that is used");
  }
};

struct AwsAuth {
  std::string region;
  std::string service = "aps";
  std::string role_arn;
  std::string external_id;
  std::string session_name;
  std::string sts_region;
  std::string sts_endpoint;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("region", region, "to sign for; else the endpoint's");
    f.optional("service", service, "to sign for");
    f.optional("role_arn", role_arn, "the role to assume, in this account or another");
    f.optional("external_id", external_id, "that the role's trust policy asks for");
    f.optional("session_name", session_name, "of the assumed role; else it names the task");
    f.optional("sts_region", sts_region, "where to assume the role; else region");
    f.optional("sts_endpoint", sts_endpoint, "URL of STS; else AWS_ENDPOINT_URL_STS, the region's");
  }
};

// `awsprometheusremotewrite`.
struct AwsConfig : Config {
  AwsConfig() { compat.value = Compat::adot_0_12; }

  AwsAuth aws_auth;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("aws_auth", aws_auth, "how requests are signed");
    Config::describe(f);
  }
  void validate(const config::Node& node, config::Diagnostics& diagnostics) const;
};

}  // namespace tributary::collector::prometheusremotewrite
