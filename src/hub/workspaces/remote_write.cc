#include "hub/workspaces/remote_write.h"

#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "base/time_text.h"
#include "hub/workspaces/write_collector.h"
#include "hub/workspaces/write_format.h"
#include "hub/workspaces/write_memory.h"
#include "remote/snappy.h"
#include "tsdb/db.h"

namespace tributary::hub::workspaces {
namespace {

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
    case tsdb::Refusal::invalid_histogram:
      return "invalid histogram: " + refused.detail + ", series=" + refused.series;
    default:
      return std::string(to_string(refused.reason)) +
             ". timestamp=" + iso8601_from_ms(refused.sample.timestamp_ms) +
             ", series=" + refused.series;
  }
}

// 2 out of order sample, 1 invalid labels
std::string counts(const std::map<std::string, Refused>& refused) {
  std::string out;
  for (const auto& [reason, samples] : refused) {
    if (!out.empty()) out += ", ";
    out += std::to_string(samples.count) + ' ' + reason;
  }
  return out;
}

// Nothing of the request counts as stored.
void fail(const Error& error, WriteOutcome& outcome) {
  switch (error.code()) {
    case Code::limit_exceeded:
      outcome.failure = "request too large";
      outcome.answer = text_answer(413, error.message());
      return;
    case Code::unavailable:
      outcome.failure = "storage failed";
      outcome.answer = text_answer(503, error.message());
      return;
    default:
      outcome.failure = "unreadable request";
      outcome.answer = text_answer(400, error.message());
      return;
  }
}

Result<void> decode(WriteFormat format, std::string_view message, const Limits& limits,
                    WriteCollector& collected) {
  const std::size_t bytes_max = limits.request_size_max.bytes;
  if (format == WriteFormat::v2) {
    remote::DecodeLimitsV2 decode_limits;
    decode_limits.message_bytes_max = bytes_max;
    return remote::decode_write_request_v2(message, decode_limits, collected);
  }
  return remote::decode_write_request(message, {.message_bytes_max = bytes_max}, collected,
                                      remote::LabelReading::where_unknown);
}

Answer over_rate(const Limits& limits, const tsdb::WriteBatch& batch) {
  char text[160];
  std::snprintf(text, sizeof text,
                "ingestion rate limit (%g) exceeded while adding %zu samples and %zu metadata",
                limits.ingestion_rate, batch.sample_count(), batch.metadata().size());
  return text_answer(429, text);
}

// What was refused of a request whose rest is stored.
void count_refused(WriteCollector& collected, const tsdb::AppendResult& appended,
                   const WriteContext& context, WriteOutcome& outcome) {
  outcome.refused = std::move(collected.refused);
  bool met_limit = false;
  for (std::size_t i = 0; i < tsdb::kRefusals; ++i) {
    if (appended.refused[i] == 0) continue;
    const auto reason = static_cast<tsdb::Refusal>(i);
    outcome.refused[std::string(to_string(reason))].count += appended.refused[i];
    met_limit = met_limit || reason == tsdb::Refusal::series_limit ||
                reason == tsdb::Refusal::metric_series_limit;
  }
  if (outcome.refused.empty()) return;
  for (const tsdb::RefusedSample& sample : appended.examples) {
    std::string& example = outcome.refused[std::string(to_string(sample.reason))].example;
    if (example.empty()) example = describe(sample, context.limits);
  }
  std::string first = std::move(collected.first_refused);
  if (!appended.examples.empty()) first = describe(appended.examples.front(), context.limits);
  outcome.answer =
      text_answer(met_limit ? 429 : 400, "workspace " + std::string(context.workspace_id) + ": " +
                                             counts(outcome.refused) + "; the other " +
                                             std::to_string(appended.appended) +
                                             " samples are stored; first: " + first);
}

void store(WriteFormat format, std::string_view body, const WriteContext& context,
           WriteOutcome& outcome) {
  const auto message =
      remote::uncompress(body, context.limits.request_size_max.bytes, context.memory.message);
  if (!message) return fail(message.error(), outcome);
  WriteCollector collected(context.limits, context.memory.batch);
  if (auto decoded = decode(format, *message, context.limits, collected); !decoded)
    return fail(decoded.error(), outcome);
  const std::size_t samples = collected.batch.sample_count();
  if (!context.rate.take(static_cast<double>(samples), context.limits.ingestion_rate,
                         context.limits.burst(), context.now)) {
    outcome.answer = over_rate(context.limits, collected.batch);
    outcome.refused["rate limit"] = {samples, std::string(trim(outcome.answer.body))};
    return;
  }
  const auto appended = context.db.append(collected.batch, &collected.labeller);
  if (!appended) return fail(appended.error(), outcome);
  if (auto synced = context.db.sync(); !synced) return fail(synced.error(), outcome);
  outcome.samples_stored = appended->appended - appended->histograms;
  outcome.histograms_stored = appended->histograms;
  outcome.exemplars_stored = appended->exemplars;
  outcome.exemplars_refused = collected.exemplars_refused + appended->exemplars_refused;
  count_refused(collected, *appended, context, outcome);
}

}  // namespace

WriteOutcome remote_write(const WriteCall& call, const WriteContext& context) {
  WriteOutcome outcome;
  const auto format = write_format_of(call);
  if (!format) {
    outcome.failure = "unsupported content type";
    outcome.answer = text_answer(415, format.error().message());
    return outcome;
  }
  if (*format == WriteFormat::v2) outcome.answer.status = 204;
  store(*format, call.body, context, outcome);
  if (*format == WriteFormat::v2) {
    const auto written = [&](const char* what, std::uint64_t count) {
      outcome.answer.headers.emplace_back(
          "X-Prometheus-Remote-Write-" + std::string(what) + "-Written", std::to_string(count));
    };
    written("Samples", outcome.samples_stored);
    written("Histograms", outcome.histograms_stored);
    written("Exemplars", outcome.exemplars_stored);
  }
  return outcome;
}

}  // namespace tributary::hub::workspaces
