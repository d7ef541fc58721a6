#include "collector/exporters/prometheusremotewrite/refusal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/strings.h"
#include "model/labels.h"
#include "remote/snappy.h"
#include "remote/write_request.h"

namespace tributary::collector::prometheusremotewrite {
namespace {

constexpr std::size_t kTextMax = 4096;  // of an answer, as much as is looked at
constexpr std::size_t kSeriesMax = 1024;
constexpr std::size_t kDecodedBytesMax = std::size_t{64} << 20;

template <class Reason>
struct Phrase {
  std::string_view text;  // lower case
  Reason reason;
};

// The first phrase that the text contains counts.
template <class Reason, std::size_t kCount>
Reason find_reason(std::string_view text, const std::array<Phrase<Reason>, kCount>& phrases) {
  const std::string lower = to_lower(text);
  for (const Phrase<Reason>& phrase : phrases)
    if (lower.find(phrase.text) != std::string::npos) return phrase.reason;
  return Reason::other;
}

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
}

// One past the brace that closes the one at `open`, or npos. Braces in quotes do not count.
std::size_t end_of_labels(std::string_view text, std::size_t open) {
  bool quoted = false;
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '}') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// name{label="value", …}, or the braces alone.
std::optional<Range> find_series(std::string_view text) {
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const std::size_t end = end_of_labels(text, open);
    if (end == std::string_view::npos) return std::nullopt;
    if (text.substr(open, end - open).find("=\"") == std::string_view::npos) continue;
    std::size_t begin = open;
    while (begin > 0 && is_name_char(text[begin - 1])) --begin;
    return Range{begin, end};
  }
  return std::nullopt;
}

// "the other 497 samples are stored"
std::optional<std::size_t> find_stored(std::string_view text) {
  constexpr std::string_view kBefore = "the other ";
  constexpr std::string_view kAfter = " samples are stored";
  const std::size_t end = text.find(kAfter);
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t begin = text.rfind(kBefore, end);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t number = begin + kBefore.size();
  const auto count = parse_uint64(text.substr(number, end - number));
  if (!count) return std::nullopt;
  return *count;
}

class FirstSeries final : public remote::WriteRequestVisitor {
 public:
  void on_series(const remote::SeriesView& series) override {
    if (!labels.empty()) return;
    std::vector<Label> copies;
    for (const remote::LabelView& label : series.labels)
      copies.push_back({std::string(label.name), std::string(label.value)});
    labels = Labels(std::move(copies)).to_string();
  }
  void on_metadata(const remote::MetadataRef&) override {}

  std::string labels;
};

}  // namespace

std::string_view to_string(ThrottleReason reason) {
  switch (reason) {
    case ThrottleReason::request_rate: return "request_rate";
    case ThrottleReason::ingestion_rate: return "ingestion_rate";
    case ThrottleReason::ingestion_burst: return "ingestion_burst";
    case ThrottleReason::active_series: return "active_series";
    case ThrottleReason::other: return "other";
  }
  return "?";
}

std::string_view hint(ThrottleReason reason) {
  switch (reason) {
    case ThrottleReason::request_rate:
      return "more requests a second come than the workspace takes: linger makes fewer and larger "
             "ones of them";
    case ThrottleReason::ingestion_rate:
      return "more samples a second come than the workspace takes: ask for a higher ingestion "
             "rate, scrape less often, or filter";
    case ThrottleReason::ingestion_burst:
      return "more samples come at a time than the workspace takes: ask for a larger ingestion "
             "burst, or filter";
    case ThrottleReason::active_series:
      return "the workspace has no room for new series: ask for more active series, or filter; "
             "series that it has go on";
    case ThrottleReason::other: return "more is sent than the workspace takes";
  }
  return "";
}

ThrottleReason throttle_reason(std::string_view answer) {
  using enum ThrottleReason;
  // Mimir names the burst in every text, so it comes last.
  static constexpr std::array<Phrase<ThrottleReason>, 11> kPhrases = {
      {{"series limit", active_series},
       {"limit of active series", active_series},
       {"active series", active_series},
       {"request rate", request_rate},
       {"ingestion rate", ingestion_rate},
       {"burst", ingestion_burst},
       {"rate exceeded", request_rate},
       {"throttling", request_rate},
       {"too many requests", request_rate},
       {"toomanyrequests", request_rate},
       {"requests per second", request_rate}}};
  return find_reason(answer.substr(0, kTextMax), kPhrases);
}

std::string_view to_string(RejectReason reason) {
  switch (reason) {
    case RejectReason::out_of_order: return "out_of_order";
    case RejectReason::duplicate: return "duplicate";
    case RejectReason::out_of_bounds: return "out_of_bounds";
    case RejectReason::labels: return "labels";
    case RejectReason::active_series: return "active_series";
    case RejectReason::other: return "other";
  }
  return "?";
}

WriteRefusal read_refusal(std::string_view answer) {
  using enum RejectReason;
  static constexpr std::array<Phrase<RejectReason>, 13> kPhrases = {
      {{"out of order", out_of_order},
       {"out-of-order", out_of_order},
       {"duplicate sample", duplicate},
       {"duplicate-timestamp", duplicate},
       {"same timestamp", duplicate},
       {"out of bounds", out_of_bounds},
       {"too old", out_of_bounds},
       {"too far in", out_of_bounds},
       {"series limit", active_series},
       {"max-series", active_series},
       {"label", labels},
       {"metric name", labels},
       {"utf-8", labels}}};
  const std::string_view text = answer.substr(0, kTextMax);
  WriteRefusal out;
  out.stored = find_stored(text);
  // The names of a series tell nothing about the reason.
  std::string about(text);
  if (const auto series = find_series(text)) {
    out.series = text.substr(series->begin, series->end - series->begin);
    if (out.series.size() > kSeriesMax) out.series.resize(kSeriesMax);
    about.erase(series->begin, series->end - series->begin);
  }
  out.reason = find_reason(about, kPhrases);
  return out;
}

std::string first_series(const std::string& compressed_body) {
  const auto message = remote::uncompress(compressed_body, kDecodedBytesMax);
  if (!message) return "";
  FirstSeries first;
  if (!remote::decode_write_request(*message, {}, first)) return "";
  if (first.labels.size() > kSeriesMax) first.labels.resize(kSeriesMax);
  return std::move(first.labels);
}

}  // namespace tributary::collector::prometheusremotewrite
