#include "hub/workspaces/remote_write.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "remote/snappy.h"
#include "remote/write_request.h"
#include "tsdb/db.h"
#include "tsdb/write_batch.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::size_t kShownBytes = 200;  // of a name, value or series in a message

std::string shown(std::string_view text) {
  if (!is_valid_utf8(text)) return "(not UTF-8)";
  if (text.size() <= kShownBytes) return "'" + std::string(text) + "'";
  std::size_t size = kShownBytes;
  while (size > 0 && !begins_character(text[size])) --size;
  return "'" + std::string(text.substr(0, size)) + "...'";
}

// Reads the labels of series that are not known by their bytes, and holds them to the limits.
class Labeller final : public tsdb::LabelParser {
 public:
  explicit Labeller(const Limits& limits) : limits_(limits) {}

  Result<void> parse(std::string_view raw, std::string& packed) override {
    read_.clear();
    if (auto done = remote::decode_labels(raw, read_); !done) return done;
    return pack(read_, packed);
  }

  Result<void> pack(std::span<const remote::LabelView> labels, std::string& packed) {
    labels_.clear();
    for (const remote::LabelView& label : labels) labels_.push_back({label.name, label.value});
    if (auto wrong = find_fault(); wrong) return Error(Code::invalid_argument, std::move(*wrong));
    if (auto done = packer_.pack(labels_, packed); !done) {
      return Error(Code::invalid_argument,
                   done.error().message() + ", series " + shown(metric_name()));
    }
    return {};
  }

 private:
  std::string_view metric_name() const {
    for (const LabelView& label : labels_) {
      if (label.name == kMetricName) return label.value;
    }
    return {};
  }

  // Order, repeats and empty values are the business of the packer.
  std::optional<std::string> find_fault() const {
    if (limits_.labels_per_series_max > 0 && labels_.size() > limits_.labels_per_series_max) {
      return "series has too many labels (actual: " + std::to_string(labels_.size()) +
             ", limit: " + std::to_string(limits_.labels_per_series_max) +
             ") series: " + shown(metric_name());
    }
    for (const LabelView& label : labels_) {
      if (!is_valid_utf8(label.name)) return "label name is not UTF-8";
      if (!is_valid_utf8(label.value)) {
        return "value of label " + shown(label.name) + " is not UTF-8, series " +
               shown(metric_name());
      }
      if (limits_.label_name_bytes_max > 0 && label.name.size() > limits_.label_name_bytes_max) {
        return "label name too long (actual: " + std::to_string(label.name.size()) +
               ", limit: " + std::to_string(limits_.label_name_bytes_max) +
               ") label: " + shown(label.name) + " series: " + shown(metric_name());
      }
      if (limits_.label_value_bytes_max > 0 && label.value.size() > limits_.label_value_bytes_max) {
        return "label value too long (actual: " + std::to_string(label.value.size()) +
               ", limit: " + std::to_string(limits_.label_value_bytes_max) +
               ") label: " + shown(label.name) + " series: " + shown(metric_name());
      }
    }
    if (metric_name().empty()) return "sample missing metric name";
    return std::nullopt;
  }

  const Limits& limits_;
  std::vector<remote::LabelView> read_;
  std::vector<LabelView> labels_;
  tsdb::LabelPacker packer_;
};

// Gathers a request into a batch, leaving out series that break the rules.
class Collector final : public remote::WriteRequestVisitor {
 public:
  explicit Collector(const Limits& limits) : labeller(limits) {}

  void on_series(const remote::SeriesView& series) override {
    exemplars += series.exemplars.size();
    if (!series.label_bytes.empty() && series.histograms.empty()) {
      batch.add_raw_series(series.label_bytes);
    } else if (!add_packed(series)) {
      return;
    }
    for (const Sample& sample : series.samples) batch.add_sample(sample);
  }

  void on_metadata(const remote::MetadataRef& metadata) override {
    batch.add_metadata({.name = std::string(metadata.family),
                        .type = metadata.type,
                        .unit = std::string(metadata.unit),
                        .help = std::string(metadata.help)});
  }

  Labeller labeller;
  tsdb::WriteBatch batch;
  std::map<std::string, std::uint64_t> refused;
  std::string first_refused;
  std::uint64_t exemplars = 0;

 private:
  bool add_packed(const remote::SeriesView& series) {
    packed_.clear();
    if (auto done = labeller.pack(series.labels, packed_); !done) {
      refuse("invalid labels", series.samples.size() + series.histograms.size(),
             done.error().message());
      return false;
    }
    if (!series.histograms.empty()) {
      refuse("native histograms are not stored yet", series.histograms.size(),
             "native histograms are not stored yet, series " + LabelsView(packed_).to_string());
    }
    batch.add_packed_series(packed_);
    return true;
  }

  void refuse(const char* reason, std::uint64_t points, std::string example) {
    refused[reason] += points;
    if (first_refused.empty()) first_refused = std::move(example);
  }

  std::string packed_;
};

Answer text_answer(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text) + "\n"};
}

std::string describe(const tsdb::RefusedSample& refused, const Limits& limits) {
  switch (refused.reason) {
    case tsdb::Refusal::series_limit:
      return "per-user series limit of " + std::to_string(limits.active_series_max) +
             " exceeded, please contact administrator to raise it, series=" + refused.series;
    case tsdb::Refusal::metric_series_limit:
      return "per-metric series limit of " + std::to_string(limits.series_per_metric_max) +
             " exceeded, please contact administrator to raise it, series=" + refused.series;
    case tsdb::Refusal::invalid_labels: return refused.detail;
    default:
      return std::string(to_string(refused.reason)) +
             ". timestamp=" + iso8601_from_ms(refused.sample.timestamp_ms) +
             ", series=" + refused.series;
  }
}

// 2 out of order sample, 1 invalid labels
std::string counts(const std::map<std::string, std::uint64_t>& refused) {
  std::string out;
  for (const auto& [reason, count] : refused) {
    if (!out.empty()) out += ", ";
    out += std::to_string(count) + ' ' + reason;
  }
  return out;
}

Answer refusal_of(const Error& error) {
  switch (error.code()) {
    case Code::limit_exceeded: return text_answer(413, error.message());
    case Code::unavailable: return text_answer(503, error.message());
    default: return text_answer(400, error.message());
  }
}

}  // namespace

WriteOutcome remote_write(std::string_view body, const WriteContext& context) {
  WriteOutcome outcome;
  const auto message = remote::uncompress(body, context.limits.request_size_max.bytes);
  if (!message) {
    outcome.answer = refusal_of(message.error());
    return outcome;
  }
  Collector collected(context.limits);
  const remote::DecodeLimits decode_limits{.message_bytes_max =
                                               context.limits.request_size_max.bytes};
  auto decoded = remote::decode_write_request(*message, decode_limits, collected,
                                              remote::LabelReading::where_unknown);
  if (!decoded) {
    outcome.answer = refusal_of(decoded.error());
    return outcome;
  }
  const std::size_t samples = collected.batch.sample_count();
  const double rate = context.limits.ingestion_rate;
  if (!context.rate.take(static_cast<double>(samples), rate, context.limits.burst(), context.now)) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "ingestion rate limit (%g) exceeded while adding %zu samples and %zu metadata",
                  rate, samples, collected.batch.metadata().size());
    outcome.answer = text_answer(429, text);
    outcome.refused["rate limit"] = samples;
    return outcome;
  }
  auto appended = context.db.append(collected.batch, &collected.labeller);
  if (!appended) {
    outcome.answer = refusal_of(appended.error());
    return outcome;
  }
  if (auto synced = context.db.sync(); !synced) {
    outcome.answer = refusal_of(synced.error());
    return outcome;
  }

  outcome.samples_stored = appended->appended;
  outcome.exemplars_refused = collected.exemplars;
  outcome.refused = std::move(collected.refused);
  bool met_limit = false;
  for (std::size_t i = 0; i < tsdb::kRefusals; ++i) {
    if (appended->refused[i] == 0) continue;
    const auto reason = static_cast<tsdb::Refusal>(i);
    outcome.refused[std::string(to_string(reason))] += appended->refused[i];
    met_limit = met_limit || reason == tsdb::Refusal::series_limit ||
                reason == tsdb::Refusal::metric_series_limit;
  }
  if (outcome.refused.empty()) return outcome;
  std::string first = std::move(collected.first_refused);
  if (!appended->examples.empty()) first = describe(appended->examples.front(), context.limits);
  outcome.answer =
      text_answer(met_limit ? 429 : 400, "workspace " + std::string(context.workspace_id) + ": " +
                                             counts(outcome.refused) + "; the other " +
                                             std::to_string(outcome.samples_stored) +
                                             " samples are stored; first: " + first);
  return outcome;
}

}  // namespace tributary::hub::workspaces
