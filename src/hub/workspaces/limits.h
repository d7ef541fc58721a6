// What one workspace may take and hold. Names and defaults follow AMP (hub-spec.md, section 3.6);
// zero means no limit, unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "config/values.h"

namespace tributary::hub::workspaces {

struct Limits {
  // Writes.
  config::ByteSize request_size_max{64U << 20};
  std::size_t labels_per_series_max = 150;
  std::size_t label_name_bytes_max = 1024;
  std::size_t label_value_bytes_max = 2048;
  std::size_t active_series_max = 2'000'000;
  std::size_t series_per_metric_max = 0;
  std::size_t metadata_families_max = 20'000;
  std::size_t exemplars_max = 100'000;
  double ingestion_rate = 0;
  double ingestion_burst = 0;
  config::PrometheusDuration future_max{10min};
  config::PrometheusDuration out_of_order_window{1min};
  config::PrometheusDuration retention{Duration::zero()};
  config::ByteSize retention_size{};

  // Queries.
  std::uint64_t query_samples_max = 50'000'000;
  std::uint64_t queries_samples_max = 100'000'000;
  config::ByteSize answer_size_max{256U << 20};
  config::PrometheusDuration query_timeout{2min};
  config::PrometheusDuration query_range_max{Duration::zero()};
  config::PrometheusDuration query_lookback{5min};
  std::size_t queries_running_max = 8;
  std::size_t queries_waiting_max = 100;

  double burst() const {
    constexpr double kSecondsOfRate = 10;
    return ingestion_burst > 0 ? ingestion_burst : ingestion_rate * kSecondsOfRate;
  }

  template <class Fields>
  void describe(Fields& f) {
    f.optional("request_size_max", request_size_max, "of one write request, uncompressed");
    f.optional("labels_per_series_max", labels_per_series_max, "the metric name counts");
    f.optional("label_name_bytes_max", label_name_bytes_max, "of one label's name");
    f.optional("label_value_bytes_max", label_value_bytes_max, "of one label's value");
    f.optional("active_series_max", active_series_max, "series in the head");
    f.optional("series_per_metric_max", series_per_metric_max, "series in the head of one name");
    f.optional("metadata_families_max", metadata_families_max, "more metadata is dropped");
    f.optional("exemplars_max", exemplars_max, "kept, the newest; 0 keeps none");
    f.optional("ingestion_rate", ingestion_rate, "samples per second");
    f.optional("ingestion_burst", ingestion_burst, "samples at once; 0: ten seconds of the rate");
    f.optional("future_max", future_max, "samples further ahead of the clock are refused");
    f.optional("out_of_order_window", out_of_order_window,
               "how much older than the newest a sample may be; 0: not at all");
    f.optional("retention", retention, "older samples are dropped");
    f.optional("retention_size", retention_size, "the oldest blocks beyond it are dropped");
    f.optional("query_samples_max", query_samples_max, "held by one query at a time");
    f.optional("queries_samples_max", queries_samples_max, "held by all its queries together");
    f.optional("answer_size_max", answer_size_max, "of one query's result as JSON");
    f.optional("query_timeout", query_timeout, "of one query, its wait included");
    f.optional("query_range_max", query_range_max, "from start to end of a range query");
    f.optional("query_lookback", query_lookback, "how old the sample of an instant may be");
    f.optional("queries_running_max", queries_running_max, "at the same time; at least 1");
    f.optional("queries_waiting_max", queries_waiting_max, "for others to end; more are refused");
  }
};

// Each by its name in the file: durations in seconds, sizes in bytes, 0 for none.
std::vector<std::pair<std::string, double>> as_numbers(Limits limits);

}  // namespace tributary::hub::workspaces
