#include "hub/workspaces/remote_read.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "remote/read_request.h"
#include "remote/snappy.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::size_t kRequestBytesMax = 1U << 20;

Answer text_answer(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text) + "\n"};
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::limit_exceeded: return 400;
    case Code::cancelled: return 499;
    case Code::unavailable: return 503;
    default: return 500;
  }
}

remote::HistogramSample on_the_wire(const HistogramSample& sample) {
  const FloatHistogram& from = *sample.histogram;
  return {.timestamp_ms = sample.timestamp_ms,
          .histogram = {.is_float = true,
                        .count_float = from.count,
                        .sum = from.sum,
                        .schema = from.schema,
                        .zero_threshold = from.zero_threshold,
                        .zero_count_float = from.zero_count,
                        .negative_spans = from.negative_spans,
                        .negative_counts = from.negative_counts,
                        .positive_spans = from.positive_spans,
                        .positive_counts = from.positive_counts,
                        .reset_hint = from.reset_hint,
                        .custom_values = from.custom_values}};
}

// Holds an answer to the limits while it is put together.
class Reader {
 public:
  Reader(const ApiCall& call, const ApiContext& context) : call_(call), context_(context) {}

  Result<void> read(const remote::ReadQuery& query) {
    TRIBUTARY_TRY(const auto querier, context_.db.querier(query.start_ms, query.end_ms));
    TRIBUTARY_TRY(const auto list, querier->select(query.matchers));
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (call_.stop.stop_requested()) return Error(Code::cancelled, "remote read was canceled");
      samples_.clear();
      if (auto done = list->read(i, samples_); !done) return done;
      if (samples_.floats.empty() && samples_.histograms.empty()) continue;
      if (auto done = add(list->labels(i)); !done) return done;
    }
    response_.end_result();
    return {};
  }

  std::string finish() { return response_.finish(); }

 private:
  Result<void> add(LabelsView labels) {
    const Limits& limits = context_.limits;
    count_ += samples_.floats.size() + samples_.histograms.size();
    if (limits.query_samples_max > 0 && count_ > limits.query_samples_max)
      return Error(Code::limit_exceeded,
                   "exceeded sample limit (" + std::to_string(limits.query_samples_max) + ")");
    labels_.clear();
    for (const LabelView& label : labels)
      labels_.push_back({std::string(label.name), std::string(label.value)});
    histograms_.clear();
    for (const HistogramSample& sample : samples_.histograms)
      histograms_.push_back(on_the_wire(sample));
    response_.add({.labels = labels_,
                   .samples = samples_.floats,
                   .histograms = histograms_,
                   .exemplars = {}});
    if (limits.answer_size_max.bytes > 0 && response_.size() > limits.answer_size_max.bytes)
      return Error(Code::limit_exceeded, "the query hit the aggregated data size limit (limit: " +
                                             std::to_string(limits.answer_size_max.bytes) +
                                             " bytes)");
    return {};
  }

  const ApiCall& call_;
  const ApiContext& context_;
  remote::ReadResponseEncoder response_;
  std::uint64_t count_ = 0;
  SeriesSamples samples_;
  std::vector<Label> labels_;
  std::vector<remote::HistogramSample> histograms_;
};

Result<std::string> response_to(const ApiCall& call, const ApiContext& context) {
  TRIBUTARY_TRY(const std::string message, remote::uncompress(call.body, kRequestBytesMax));
  TRIBUTARY_TRY(const remote::ReadRequest request, remote::decode_read_request(message));
  if (!request.accepts_samples)
    return Error(Code::invalid_argument,
                 "server does not support any of the requested response types; supported: "
                 "SAMPLES");
  Reader reader(call, context);
  for (const remote::ReadQuery& query : request.queries) {
    if (auto done = reader.read(query); !done) return done.error();
  }
  return reader.finish();
}

}  // namespace

Answer remote_read(const ApiCall& call, const ApiContext& context) {
  auto response = response_to(call, context);
  if (!response) return text_answer(status_of(response.error().code()), response.error().message());
  return {.status = 200,
          .content_type = "application/x-protobuf",
          .body = remote::compress(*response),
          .headers = {{"Content-Encoding", "snappy"}}};
}

}  // namespace tributary::hub::workspaces
