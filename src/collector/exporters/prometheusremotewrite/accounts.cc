#include "collector/exporters/prometheusremotewrite/accounts.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

template <class Reason, std::size_t kCount>
void add_by_reason(Telemetry& telemetry, const std::string& exporter, std::string_view name,
                   std::string_view help, std::array<Counter*, kCount>& counters) {
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string reason(to_string(static_cast<Reason>(i)));
    counters[i] = &telemetry.counter(name, help, {{"exporter", exporter}, {"reason", reason}});
  }
}

template <class Reason, std::size_t kCount>
void report_by_reason(Balance& balance, std::string_view what,
                      const std::array<Counter*, kCount>& counters) {
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string reason(to_string(static_cast<Reason>(i)));
    balance.went(std::string(what) + '(' + reason + ')', counters[i]->value());
  }
}

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
                               "Samples that the exporter took over, its own among them.",
                               {{"exporter", exporter}})),
      left_out_(telemetry.counter("tributary_exporter_samples_left_out",
                                  "Samples of series that are not sent, such as nameless ones.",
                                  {{"exporter", exporter}})),
      added_(telemetry.counter("tributary_exporter_samples_added",
                               "Samples that the exporter added itself: target_info.",
                               {{"exporter", exporter}})),
      recovered_(telemetry.counter("tributary_exporter_samples_recovered",
                                   "Samples that were found in the spool at start.",
                                   {{"exporter", exporter}})),
      sent_(telemetry.counter("tributary_exporter_samples_sent",
                              "Samples that the other side accepted.", {{"exporter", exporter}})),
      expired_(telemetry.counter("tributary_exporter_samples_expired",
                                 "Samples given up because they were older than max_sample_age.",
                                 {{"exporter", exporter}})),
      queued_(telemetry.gauge("tributary_exporter_samples_queued",
                              "Samples that wait in memory, those in flight among them.",
                              {{"exporter", exporter}})),
      spooled_(telemetry.gauge("tributary_exporter_samples_spooled",
                               "Samples that wait on disk, those in flight among them.",
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
  add_by_reason<RejectReason>(telemetry, exporter, "tributary_exporter_samples_rejected",
                              "Samples that the other side refused for good, by reason.",
                              rejected_);
  add_by_reason<DropReason>(telemetry, exporter, "tributary_exporter_samples_dropped",
                            "Samples dropped, by reason.", dropped_);
  add_by_reason<ThrottleReason>(telemetry, exporter, "tributary_exporter_throttled",
                                "Requests answered with 429, by the limit that was met.",
                                throttled_);
}

void Accounts::taken(std::size_t received, std::size_t left_out, std::size_t added) {
  taken_.add(received - left_out + added);
  left_out_.add(left_out);
  added_.add(added);
}

void Accounts::sent(std::size_t samples) {
  sent_.add(samples);
  sent_points_.add(samples);
}

void Accounts::rejected(RejectReason reason, std::size_t samples) {
  rejected_[static_cast<std::size_t>(reason)]->add(samples);
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

void Accounts::throttled(ThrottleReason reason) {
  throttled_[static_cast<std::size_t>(reason)]->add();
}

void Accounts::waiting(const Waiting& now) {
  waiting_ = now;
  queued_.set(static_cast<double>(now.queued));
  spooled_.set(static_cast<double>(now.spooled));
  queued_bytes_.set(static_cast<double>(now.bytes));
  queue_size_.set(static_cast<double>(now.requests));
}

void Accounts::report(Balance& balance) const {
  balance.came("added", added_.value());
  balance.came("recovered", recovered_.value());
  balance.went("left out", left_out_.value());
  balance.went("sent", sent_.value());
  report_by_reason<RejectReason>(balance, "rejected", rejected_);
  balance.went("expired", expired_.value());
  report_by_reason<DropReason>(balance, "dropped", dropped_);
  balance.went("queued", waiting_.queued);
  balance.went("spooled", waiting_.spooled);
}

}  // namespace tributary::collector::prometheusremotewrite
