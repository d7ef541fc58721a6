#include "collector/exporters/prometheusremotewrite/accounts.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::array<DropReason, kDropReasons> kReasons = {
    DropReason::queue_full, DropReason::unreadable, DropReason::too_large, DropReason::not_retried,
    DropReason::shutdown};

}  // namespace

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::queue_full: return "queue_full";
    case DropReason::unreadable: return "unreadable";
    case DropReason::too_large: return "too_large";
    case DropReason::not_retried: return "not_retried";
    case DropReason::shutdown: return "shutdown";
  }
  return "?";
}

Accounts::Accounts(Telemetry& telemetry, const std::string& exporter, const std::string& endpoint,
                   std::size_t queue_capacity)
    : taken_(telemetry.counter("tributary_exporter_samples_taken",
                               "Samples that the exporter took over.", {{"exporter", exporter}})),
      sent_(telemetry.counter("tributary_exporter_samples_sent",
                              "Samples that the other side accepted.", {{"exporter", exporter}})),
      rejected_(telemetry.counter("tributary_exporter_samples_rejected",
                                  "Samples of requests that the other side refused for good.",
                                  {{"exporter", exporter}})),
      expired_(telemetry.counter("tributary_exporter_samples_expired",
                                 "Samples given up because they were older than max_sample_age.",
                                 {{"exporter", exporter}})),
      queued_(telemetry.gauge("tributary_exporter_samples_queued",
                              "Samples that wait for delivery, the request in flight included.",
                              {{"exporter", exporter}})),
      queued_bytes_(telemetry.gauge("tributary_exporter_queue_bytes",
                                    "Compressed bytes of the requests that wait.",
                                    {{"exporter", exporter}})),
      attempts_(telemetry.counter("tributary_exporter_attempts",
                                  "Requests put on the wire, each repetition counted.",
                                  {{"exporter", exporter}})),
      sent_points_(telemetry.counter("otelcol_exporter_sent_metric_points",
                                     "Samples that the other side accepted.",
                                     {{"exporter", exporter}})),
      failed_points_(telemetry.counter("otelcol_exporter_send_failed_metric_points",
                                       "Samples given up after an attempt to send them.",
                                       {{"exporter", exporter}})),
      enqueue_failed_points_(telemetry.counter("otelcol_exporter_enqueue_failed_metric_points",
                                               "Samples for which the queue had no room.",
                                               {{"exporter", exporter}})),
      sent_batches_(telemetry.counter("otelcol_exporter_prometheusremotewrite_sent_batches",
                                      "Requests that the other side accepted.",
                                      {{"exporter", exporter}, {"endpoint", endpoint}})),
      failed_translations_(
          telemetry.counter("otelcol_exporter_prometheusremotewrite_failed_translations",
                            "Series that have no name or label in Prometheus.",
                            {{"exporter", exporter}, {"endpoint", endpoint}})),
      queue_size_(telemetry.gauge("otelcol_exporter_queue_size", "Requests that wait.",
                                  {{"exporter", exporter}, {"data_type", "metrics"}})) {
  telemetry
      .gauge("otelcol_exporter_queue_capacity", "Requests that may wait.",
             {{"exporter", exporter}, {"data_type", "metrics"}})
      .set(static_cast<double>(queue_capacity));
  for (const DropReason reason : kReasons) {
    dropped_[static_cast<std::size_t>(reason)] =
        &telemetry.counter("tributary_exporter_samples_dropped", "Samples dropped, by reason.",
                           {{"exporter", exporter}, {"reason", std::string(to_string(reason))}});
  }
}

void Accounts::sent(std::size_t samples) {
  sent_.add(samples);
  sent_points_.add(samples);
  sent_batches_.add();
}

void Accounts::rejected(std::size_t samples) {
  rejected_.add(samples);
  failed_points_.add(samples);
}

void Accounts::expired(std::size_t samples) {
  expired_.add(samples);
  failed_points_.add(samples);
}

void Accounts::dropped(DropReason reason, std::size_t samples) {
  dropped_[static_cast<std::size_t>(reason)]->add(samples);
  (reason == DropReason::queue_full ? enqueue_failed_points_ : failed_points_).add(samples);
}

void Accounts::waiting(std::size_t samples, std::size_t requests, std::size_t bytes) {
  queued_.set(static_cast<double>(samples));
  queued_bytes_.set(static_cast<double>(bytes));
  queue_size_.set(static_cast<double>(requests));
}

}  // namespace tributary::collector::prometheusremotewrite
