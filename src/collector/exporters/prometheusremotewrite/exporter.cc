#include "collector/exporters/prometheusremotewrite/exporter.h"

#include <algorithm>
#include <utility>

#include "aws/signing_client.h"
#include "aws/signing_session.h"
#include "base/json_text.h"
#include "collector/pipeline/component_id.h"
#include "model/sample.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::size_t kAnswerBytesMax = 64U << 10;

CompileOptions compile_options(const Config& config) {
  return {.translate = config.translation(),
          .target_info = config.target_info.enabled,
          .metadata = config.send_metadata};
}

// Nothing but the end of series.
bool is_stale(const Batch& batch) {
  return batch.histograms.empty() &&
         std::all_of(batch.values.begin(), batch.values.end(),
                     [](double value) { return is_stale_marker(value); });
}

CompiledShapePtr without_target_info(const CompiledShape& shape) {
  auto out = std::make_shared<CompiledShape>(shape);
  out->target_info = nullptr;
  out->added = 0;
  return out;
}

}  // namespace

Result<std::unique_ptr<Exporter>> Exporter::make(Context context, Config config) {
  return make(std::move(context), std::move(config), std::nullopt);
}

Result<std::unique_ptr<Exporter>> Exporter::make(Context context, AwsConfig config) {
  AwsAuth auth = config.aws_auth;
  return make(std::move(context), static_cast<Config&&>(config), std::move(auth));
}

Result<std::unique_ptr<Exporter>> Exporter::make(Context context, Config config,
                                                 std::optional<AwsAuth> aws_auth) {
  auto endpoint = net::parse_url(config.endpoint);
  if (!endpoint) return endpoint.error().within("endpoint");
  return std::unique_ptr<Exporter>(new Exporter(std::move(context), std::move(config),
                                                std::move(*endpoint), std::move(aws_auth)));
}

Exporter::Exporter(Context context, Config config, net::Url endpoint,
                   std::optional<AwsAuth> aws_auth)
    : context_(std::move(context)),
      config_(std::move(config)),
      endpoint_(std::move(endpoint)),
      aws_auth_(std::move(aws_auth)),
      shapes_(compile_options(config_)),
      sender_(context_, sender_options()) {}

Sender::Options Exporter::sender_options() const {
  Sender::Options out;
  out.request.method = "POST";
  out.request.url = endpoint_;
  out.request.headers = {{"Content-Encoding", "snappy"},
                         {"Content-Type", "application/x-protobuf"},
                         {"User-Agent", context_.user_agent},
                         {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
  for (const auto& [name, value] : config_.headers) out.request.headers.set(name, value.reveal());
  out.request.timeout = config_.timeout;
  out.request.response_bytes_max = kAnswerBytesMax;
  if (config_.max_batch_size_bytes > 0) out.sizes.encoded_bytes = config_.max_batch_size_bytes;
  out.sizes.request_bytes = config_.max_request_bytes.bytes;
  const QueueConfig& queue = config_.remote_write_queue;
  out.queue = {.requests = queue.enabled ? queue.queue_size : 1,
               .bytes = queue.max_bytes ? queue.max_bytes->bytes : context_.memory.queue};
  const RetryConfig& retry = config_.retry_on_failure;
  out.retry = retry.enabled;
  out.backoff = {
      .initial = retry.initial_interval, .multiplier = retry.multiplier, .max = retry.max_interval};
  out.max_sample_age = config_.max_sample_age;
  out.linger = config_.linger;
  return out;
}

net::HttpClientOptions Exporter::client_options() const {
  net::HttpClientOptions out;
  out.tls = config_.tls.options();
  // Certificates are read when the client is made, and cost megabytes: not for plain HTTP.
  if (endpoint_.scheme == "https" && out.tls.ca_file.empty() && out.tls.ca_pem.empty())
    out.tls.ca_file = context_.env("AWS_CA_BUNDLE");
  if (!config_.proxy_url.empty()) out.proxy.url = net::parse_url(config_.proxy_url).value();
  out.idle_timeout = config_.idle_conn_timeout;
  return out;
}

Result<void> Exporter::start(Host& host) {
  TRIBUTARY_TRY(auto client, context_.make_http_client(client_options()));
  Signed out{.client = std::move(client), .caller = {}};
  if (config_.auth) {
    TRIBUTARY_TRY(out, signed_by_extension(host, std::move(out.client)));
  } else if (aws_auth_) {
    TRIBUTARY_TRY(out, signed_for_aws(std::move(out.client)));
  }
  TRIBUTARY_TRY(auto spool, find_spool(host));
  if (spool) {
    sender_.use_queue([this, options = *std::move(spool)](RequestQueue::OnLoss on_loss) {
      return open_spool(options, std::move(on_loss));
    });
  }
  return sender_.start(std::move(out.client), std::move(out.caller));
}

net::Task<void> Exporter::stop(Instant deadline) { co_await sender_.stop(deadline); }

Result<std::optional<Spool::Options>> Exporter::find_spool(Host& host) const {
  const std::string& name = config_.storage();
  if (config_.wal) {
    return std::optional(Spool::Options{.directory = config_.wal->directory + "/prom_remotewrite",
                                        .bytes_max = config_.wal->max_size.bytes,
                                        .fsync = config_.wal->fsync});
  }
  if (name.empty()) return std::optional<Spool::Options>();
  TRIBUTARY_TRY(const ComponentId id, parse_component_id(name));
  const auto* storage = dynamic_cast<StorageExtension*>(host.find_extension(id));
  if (!storage) {
    return Error(Code::not_found, "storage " + json_string(name) +
                                      ": no such extension that stores runs; list it in "
                                      "service.extensions");
  }
  StorageExtension::Place place = storage->place_for(context_.id);
  return std::optional(Spool::Options{
      .directory = std::move(place.directory), .bytes_max = place.bytes_max, .fsync = place.fsync});
}

Result<std::unique_ptr<RequestQueue>> Exporter::open_spool(Spool::Options options,
                                                           RequestQueue::OnLoss on_loss) {
  SpoolQueue::Outside outside{.disk = disk_,
                              .clock = context_.clock(),
                              .telemetry = context_.telemetry,
                              .log = context_.log,
                              .exporter = context_.id.to_string()};
  TRIBUTARY_TRY(auto queue,
                SpoolQueue::open(std::move(outside),
                                 {.spool = std::move(options), .memory = sender_options().queue},
                                 std::move(on_loss)));
  return std::unique_ptr<RequestQueue>(std::move(queue));
}

Result<Exporter::Signed> Exporter::signed_by_extension(
    Host& host, std::unique_ptr<net::HttpClient> client) const {
  const std::string& name = config_.auth->authenticator;
  TRIBUTARY_TRY(const ComponentId id, parse_component_id(name));
  Extension* extension = host.find_extension(id);
  if (!extension) {
    return Error(Code::not_found, "auth: authenticator " + json_string(name) +
                                      ": no such extension runs; list it in service.extensions");
  }
  auto* auth = dynamic_cast<AuthExtension*>(extension);
  if (!auth) {
    return Error(Code::invalid_argument, "auth: authenticator " + json_string(name) +
                                             ": this extension does not sign requests");
  }
  return Signed{.client = auth->wrap(std::move(client)),
                .caller = [auth] { return auth->caller(); }};
}

Result<Exporter::Signed> Exporter::signed_for_aws(std::unique_ptr<net::HttpClient> client) const {
  const aws::Outside outside{.loop = context_.loop,
                             .random = context_.random,
                             .log = context_.log,
                             .make_http_client = context_.make_http_client,
                             .env = context_.env,
                             .user_agent = context_.user_agent};
  aws::SigningSessionOptions options;
  options.region = aws_auth_->region;
  if (options.region.empty()) options.region = aws::scope_of_host(endpoint_.host).region;
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (options.region.empty()) options.region = context_.env(variable);
  options.service = aws_auth_->service;
  options.sts_region = aws_auth_->sts_region;
  options.sts_endpoint = aws_auth_->sts_endpoint;
  options.action = "aps:RemoteWrite";
  if (!aws_auth_->role_arn.empty()) {
    options.role = aws::RoleHop{.role_arn = aws_auth_->role_arn,
                                .session_name = aws_auth_->session_name,
                                .external_id = aws_auth_->external_id};
  }
  TRIBUTARY_TRY(auto session, aws::SigningSession::make(outside, std::move(options)));
  auto signing = aws::SigningSession::wrap(session, std::move(client));
  return Signed{.client = std::move(signing),
                .caller = [session] { return session->credentials().principal(); }};
}

void Exporter::consume(const BatchPtr& batch) {
  const std::size_t known = shapes_.compilations();
  CompiledShapePtr shape = shapes_.get(batch->shape);
  if (shapes_.compilations() != known) report_new_shape(*shape);
  // It comes along with those that are still there.
  if (shape->target_info && is_stale(*batch)) shape = without_target_info(*shape);
  sender_.accounts().taken(shape->received, shape->left_out, shape->added);
  if (shape->size() > 0) sender_.add(std::move(shape), batch);
}

bool Exporter::report(Balance& balance) const {
  sender_.accounts().report(balance);
  return true;
}

void Exporter::report_new_shape(const CompiledShape& shape) {
  if (!shape.metadata.empty()) {
    sender_.add(encode_metadata(shape.metadata, sender_options().sizes,
                                context_.clock().monotonic(), to_ms(context_.clock().now())));
  }
  if (shape.untranslatable == 0) return;
  sender_.accounts().untranslatable(shape.untranslatable);
  if (!untranslatable_.allow(context_.clock().monotonic()).allowed) return;
  context_.log.warn("Series without a name in Prometheus are left out",
                    {{"series", shape.untranslatable}, {"first", shape.first_problem}});
}

}  // namespace tributary::collector::prometheusremotewrite
