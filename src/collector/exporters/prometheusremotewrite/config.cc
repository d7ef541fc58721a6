#include "collector/exporters/prometheusremotewrite/config.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/strings.h"
#include "collector/exporters/prometheusremotewrite/spool.h"
#include "collector/pipeline/component_id.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::uint64_t kRequestBytesMin = 1'024;
constexpr std::string_view kAmpHost = "aps-workspaces";
constexpr std::string_view kAmpPath = "/api/v1/remote_write";

// A signature over a path with a doubled or trailing slash is one that AMP refuses.
void check_endpoint(const std::string& endpoint, const config::Mark& mark,
                    config::Diagnostics& diagnostics) {
  const auto url = net::parse_url(endpoint);
  if (!url) return diagnostics.error(mark, "endpoint: " + url.error().message());
  const std::string path = url->target.substr(0, url->target.find('?'));
  if (path.find("//") != std::string::npos) {
    diagnostics.warning(mark, "endpoint: the path " + json_string(path) +
                                  " has a doubled slash, which breaks signatures");
  } else if (path.size() > 1 && path.ends_with('/')) {
    diagnostics.warning(mark, "endpoint: the path " + json_string(path) +
                                  " ends with a slash, which breaks signatures");
  } else if (url->host.starts_with(kAmpHost) && !path.ends_with(kAmpPath)) {
    diagnostics.warning(mark, "endpoint: the path of a workspace ends with " +
                                  std::string(kAmpPath) + ", not " + json_string(path));
  }
}

net::TlsVersion version_of(TlsLevel level) {
  switch (level) {
    case TlsLevel::v10: return net::TlsVersion::tls10;
    case TlsLevel::v11: return net::TlsVersion::tls11;
    case TlsLevel::v12: return net::TlsVersion::tls12;
    case TlsLevel::v13: return net::TlsVersion::tls13;
  }
  return net::TlsVersion::tls12;
}

}  // namespace

net::TlsClientOptions TlsConfig::options() const {
  net::TlsClientOptions out;
  out.ca_file = ca_file;
  out.ca_pem = ca_pem;
  out.cert_file = cert_file;
  out.cert_pem = cert_pem;
  out.key_file = key_file;
  out.key_pem = key_pem.reveal();
  out.server_name = server_name_override;
  out.insecure_skip_verify = insecure_skip_verify;
  out.min_version = version_of(min_version);
  if (max_version) out.max_version = version_of(*max_version);
  return out;
}

void RetryConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (initial_interval <= 0s)
    diagnostics.error(node.mark_of("initial_interval"), "initial_interval: must be more than 0s");
  if (max_interval < initial_interval)
    diagnostics.error(node.mark_of("max_interval"),
                      "max_interval: must not be less than the first");
  if (!(multiplier >= 1))
    diagnostics.error(node.mark_of("multiplier"), "multiplier: must be at least 1");
}

void QueueConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (enabled && queue_size == 0)
    diagnostics.error(node.mark_of("queue_size"), "queue_size: must be more than 0");
}

void WalConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (directory.empty())
    diagnostics.error(node.mark_of("directory"), "directory: must not be empty");
  if (max_size.bytes < Spool::kBytesMin) {
    diagnostics.error(node.mark_of("max_size"),
                      "max_size: must be at least " + std::to_string(Spool::kBytesMin));
  }
}

void ResourceConversion::validate(const config::Node& node,
                                  config::Diagnostics& diagnostics) const {
  if (!enabled && (!include.empty() || !exclude.empty()))
    diagnostics.warning(node.mark(), "include and exclude have no effect without enabled: true");
}

void Config::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  check_endpoint(endpoint, node.mark_of("endpoint"), diagnostics);
  for (const auto& [name, value] : external_labels) {
    if (name.empty() || value.empty()) {
      diagnostics.error(node.mark_of("external_labels"), "external_labels: " + json_string(name) +
                                                             ": " + json_string(value) +
                                                             ": neither may be empty");
    }
  }
  if (translation_strategy == TranslationStrategy::unescaped_with_suffixes ||
      translation_strategy == TranslationStrategy::none) {
    diagnostics.error(node.mark_of("translation_strategy"),
                      "translation_strategy: remote write 1.0 needs names with underscores");
  }
  if (!compression.empty() && compression != "snappy") {
    diagnostics.error(node.mark_of("compression"),
                      "compression: got " + json_string(compression) + ", want snappy");
  }
  if (protobuf_message != "prometheus.WriteRequest") {
    diagnostics.error(node.mark_of("protobuf_message"),
                      "protobuf_message: remote write 2.0 is not supported yet");
  }
  if (max_request_bytes.bytes < kRequestBytesMin) {
    diagnostics.error(node.mark_of("max_request_bytes"),
                      "max_request_bytes: must be at least " + std::to_string(kRequestBytesMin));
  }
  if (max_sample_age <= 0s)
    diagnostics.error(node.mark_of("max_sample_age"), "max_sample_age: must be more than 0s");
  if (!proxy_url.empty() && !net::parse_url(proxy_url)) {
    diagnostics.error(node.mark_of("proxy_url"),
                      "proxy_url: got " + json_string(proxy_url) + ", want a URL");
  }
  if (auth) {
    if (const auto id = parse_component_id(auth->authenticator); !id)
      diagnostics.error(node.mark_of("auth"), "auth: authenticator: " + id.error().message());
  }
  check_spool(node, diagnostics);
}

void Config::check_spool(const config::Node& node, config::Diagnostics& diagnostics) const {
  if (storage().empty()) return;
  const char* const key =
      remote_write_queue.storage.empty() ? "sending_queue" : "remote_write_queue";
  if (const auto id = parse_component_id(storage()); !id)
    diagnostics.error(node.mark_of(key), std::string(key) + ": storage: " + id.error().message());
  if (wal)
    diagnostics.error(node.mark_of("wal"), "wal: " + std::string(key) + ".storage is set as well");
}

TranslateOptions Config::translation() const {
  TranslateOptions out;
  out.names.compat = compat.value;
  out.names.metric_namespace = metric_namespace;
  out.names.add_metric_suffixes = translation_strategy == TranslationStrategy::unset
                                      ? add_metric_suffixes
                                      : translation_strategy == TranslationStrategy::with_suffixes;
  for (const auto& [name, value] : external_labels) out.external_labels.push_back({name, value});
  out.resource_labels = resource_to_telemetry_conversion;
  out.scope_info = !disable_scope_info;
  return out;
}

std::string Config::lost_identity(const std::vector<std::string>& attributes) const {
  if (!external_labels.empty()) return {};
  const ResourceConversion& conversion = resource_to_telemetry_conversion;
  if (conversion.enabled && std::any_of(attributes.begin(), attributes.end(),
                                        [&](const auto& one) { return conversion.takes(one); }))
    return {};
  return "resource_to_telemetry_conversion: {enabled: true, include: [" + join(attributes, ", ") +
         "]}";
}

void AwsConfig::validate(const config::Node& node, config::Diagnostics& diagnostics) const {
  Config::validate(node, diagnostics);
  if (auth) {
    diagnostics.error(node.mark_of("auth"),
                      "auth: this exporter signs by itself, as aws_auth says");
  }
  if (!aws_auth.role_arn.empty() && !aws_auth.role_arn.starts_with("arn:")) {
    diagnostics.error(node.mark_of("aws_auth"), "aws_auth: role_arn: got " +
                                                    json_string(aws_auth.role_arn) +
                                                    ", want arn:aws:iam::<account>:role/<name>");
  }
}

}  // namespace tributary::collector::prometheusremotewrite
