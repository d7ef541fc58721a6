#include "hub/workspaces/api_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/json_text.h"
#include "promql/histogram_buckets.h"

namespace tributary::hub::workspaces {
namespace {

// The longest of the API's floats is "-0.000001234567890123456"; of the times, INT64_MIN's.
constexpr std::size_t kNumberBytesMax = 32;

char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* put_seconds(char* at, std::int64_t ms) {
  if (ms < 0) *at++ = '-';
  const std::uint64_t size =
      ms < 0 ? ~static_cast<std::uint64_t>(ms) + 1 : static_cast<std::uint64_t>(ms);
  at = std::to_chars(at, at + 17, size / 1000).ptr;
  if (const std::uint64_t fraction = size % 1000; fraction != 0) {
    *at++ = '.';
    *at++ = static_cast<char>('0' + fraction / 100);
    *at++ = static_cast<char>('0' + fraction / 10 % 10);
    *at++ = static_cast<char>('0' + fraction % 10);
  }
  return at;
}

char* put_float(char* at, double value) {
  constexpr double kWholeMax = 9e15;  // below, every whole number is its own shortest text
  const double size = std::abs(value);
  if (size < kWholeMax) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value && (whole != 0 || !std::signbit(value)))
      return std::to_chars(at, at + kNumberBytesMax, whole).ptr;
  }
  if (std::isnan(value)) return put(at, "NaN");
  if (std::isinf(value)) return put(at, value > 0 ? "+Inf" : "-Inf");
  const bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  return std::to_chars(at, at + kNumberBytesMax, value, format).ptr;
}

// Scalars stand in fixed notation whatever their size, unlike the values of series.
void append_fixed(std::string& out, double value) {
  if (!std::isfinite(value)) return append_float(out, value);
  char text[400];
  out.append(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
}

// The texts of the times of a matrix. Its series mostly have samples at the same times, so the text
// at a place in one series is likely that of the same place in the one before.
class TimeTexts {
 public:
  // `[` and the time's text, copied to `at`.
  char* put(char* at, std::size_t place, std::int64_t ms) {
    if (place >= kPlaces) {
      *at++ = '[';
      return put_seconds(at, ms);
    }
    if (place >= texts_.size()) texts_.resize(place + 1);
    Text& text = texts_[place];
    if (text.size == 0 || text.ms != ms) {
      text.ms = ms;
      text.bytes[0] = '[';
      text.size = static_cast<std::size_t>(put_seconds(text.bytes + 1, ms) - text.bytes);
    }
    std::memcpy(at, text.bytes, sizeof text.bytes);  // of a fixed size, hence fast
    return at + text.size;
  }

  static constexpr std::size_t kBytesMax = 24;

 private:
  static constexpr std::size_t kPlaces = 16'384;
  struct Text {
    std::int64_t ms = 0;
    std::size_t size = 0;
    char bytes[kBytesMax] = {};
  };
  std::vector<Text> texts_;
};

// [1435781451.781,"1"]
void append_sample(std::string& out, const Sample& sample) {
  char text[2 * kNumberBytesMax + 8];
  char* at = text;
  *at++ = '[';
  at = put_seconds(at, sample.timestamp_ms);
  *at++ = ',';
  *at++ = '"';
  at = put_float(at, sample.value);
  *at++ = '"';
  *at++ = ']';
  out.append(text, at);
}

void append_histogram_sample(std::string& out, const HistogramSample& sample) {
  out += '[';
  append_seconds(out, sample.timestamp_ms);
  out += ',';
  append_histogram(out, *sample.histogram);
  out += ']';
}

void append_floats(std::string& out, const std::vector<Sample>& samples, TimeTexts& times) {
  constexpr std::size_t kSampleBytesMax = TimeTexts::kBytesMax + kNumberBytesMax + 8;
  std::array<char, 4096> block;
  char* at = block.data();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (at + kSampleBytesMax > block.data() + block.size()) {
      out.append(block.data(), at);
      at = block.data();
    }
    if (i > 0) *at++ = ',';
    at = times.put(at, i, samples[i].timestamp_ms);
    *at++ = ',';
    *at++ = '"';
    at = put_float(at, samples[i].value);
    *at++ = '"';
    *at++ = ']';
  }
  out.append(block.data(), at);
}

void append_vector(std::string& out, const promql::Value& value) {
  out += '[';
  for (const promql::SeriesValue& series : value.series) {
    out += &series == &value.series.front() ? "{\"metric\":" : ",{\"metric\":";
    append_labels(out, series.labels);
    if (!series.floats.empty()) {
      out += ",\"value\":";
      append_sample(out, series.floats.front());
    } else if (!series.histograms.empty()) {
      out += ",\"histogram\":";
      append_histogram_sample(out, series.histograms.front());
    }
    out += '}';
  }
  out += ']';
}

void append_matrix(std::string& out, const promql::Value& value) {
  constexpr std::size_t kSampleBytes = 24;  // of most
  constexpr std::size_t kLabelsBytes = 200;
  std::size_t samples = 0;
  for (const promql::SeriesValue& series : value.series) samples += series.floats.size();
  out.reserve(out.size() + samples * kSampleBytes + value.series.size() * kLabelsBytes);
  TimeTexts times;
  out += '[';
  for (const promql::SeriesValue& series : value.series) {
    out += &series == &value.series.front() ? "{\"metric\":" : ",{\"metric\":";
    append_labels(out, series.labels);
    if (!series.floats.empty()) {
      out += ",\"values\":[";
      append_floats(out, series.floats, times);
      out += ']';
    }
    if (!series.histograms.empty()) {
      out += ",\"histograms\":[";
      for (const HistogramSample& sample : series.histograms) {
        if (&sample != &series.histograms.front()) out += ',';
        append_histogram_sample(out, sample);
      }
      out += ']';
    }
    out += '}';
  }
  out += ']';
}

template <class Set>
void append_label_set(std::string& out, const Set& labels) {
  out += '{';
  for (const auto& label : labels) {
    if (out.back() != '{') out += ',';
    append_json_string(out, label.name);
    out += ':';
    append_json_string(out, label.value);
  }
  out += '}';
}

struct ErrorKind {
  int status;
  std::string_view type;
};

ErrorKind kind_of(Code code) {
  switch (code) {
    case Code::invalid_argument: return {400, "bad_data"};
    case Code::execution:
    case Code::limit_exceeded: return {422, "execution"};
    case Code::cancelled: return {499, "canceled"};
    case Code::timeout: return {503, "timeout"};
    case Code::not_found: return {404, "not_found"};
    case Code::unsupported: return {501, "unsupported"};
    case Code::unavailable: return {503, "unavailable"};
    default: return {500, "internal"};
  }
}

}  // namespace

void append_float(std::string& out, double value) {
  char text[kNumberBytesMax];
  out.append(text, put_float(text, value));
}

void append_seconds(std::string& out, std::int64_t ms) {
  char text[kNumberBytesMax];
  out.append(text, put_seconds(text, ms));
}

void append_int(std::string& out, std::int64_t value) {
  char text[kNumberBytesMax];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_labels(std::string& out, const Labels& labels) { append_label_set(out, labels); }
void append_labels(std::string& out, LabelsView labels) { append_label_set(out, labels); }

void append_histogram(std::string& out, const FloatHistogram& histogram) {
  const auto quoted = [&out](std::string_view before, double value) {
    out += before;
    append_float(out, value);
  };
  quoted("{\"count\":\"", histogram.count);
  quoted("\",\"sum\":\"", histogram.sum);
  out += '"';
  bool first = true;
  for (const promql::Bucket& bucket : promql::populated_buckets(histogram)) {
    out += first ? ",\"buckets\":[[" : ",[";
    first = false;
    append_int(out, promql::boundary_rule(bucket));
    quoted(",\"", bucket.lower);
    quoted("\",\"", bucket.upper);
    quoted("\",\"", bucket.count);
    out += "\"]";
  }
  out += first ? "}" : "]}";
}

void append_strings(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

void append_value(std::string& out, const promql::Value& value) {
  out += "\"resultType\":\"";
  out += promql::to_string(value.type);
  out += "\",\"result\":";
  switch (value.type) {
    case promql::ValueType::scalar:
      out += '[';
      append_seconds(out, value.timestamp_ms);
      out += ",\"";
      append_fixed(out, value.scalar);
      out += "\"]";
      break;
    case promql::ValueType::string:
      out += '[';
      append_seconds(out, value.timestamp_ms);
      out += ',';
      append_json_string(out, value.string);
      out += ']';
      break;
    case promql::ValueType::vector: append_vector(out, value); break;
    case promql::ValueType::matrix: append_matrix(out, value); break;
  }
}

void append_stats(std::string& out, const promql::QueryStats& stats, const QueryTimes& times,
                  const StepTimes& steps) {
  const auto seconds = [&out](std::string_view name, Duration duration) {
    out += name;
    append_float(out, std::chrono::duration<double>(duration).count());
  };
  seconds("\"stats\":{\"timings\":{\"evalTotalTime\":", times.evaluated);
  seconds(",\"resultSortTime\":", {});
  seconds(",\"queryPreparationTime\":", {});
  seconds(",\"innerEvalTime\":", times.evaluated);
  seconds(",\"execQueueTime\":", times.queued);
  seconds(",\"execTotalTime\":", times.queued + times.evaluated);
  out += "},\"samples\":{";
  if (!stats.samples_per_step.empty()) {
    out += "\"totalQueryableSamplesPerStep\":[";
    std::int64_t ms = steps.start_ms;
    for (const std::uint64_t& count : stats.samples_per_step) {
      out += &count == &stats.samples_per_step.front() ? "[" : ",[";
      append_seconds(out, ms);
      out += ',';
      append_int(out, static_cast<std::int64_t>(count));
      out += ']';
      ms += steps.step_ms;
    }
    out += "],";
  }
  out += "\"totalQueryableSamples\":";
  append_int(out, static_cast<std::int64_t>(stats.total_samples));
  out += ",\"peakSamples\":";
  append_int(out, static_cast<std::int64_t>(stats.peak_samples));
  out += "}}";
}

void begin_success(std::string& out) { out += "{\"status\":\"success\",\"data\":"; }

void end_success(std::string& out, const std::vector<std::string>& warnings,
                 const std::vector<std::string>& infos) {
  if (!warnings.empty()) {
    out += ",\"warnings\":";
    append_strings(out, warnings);
  }
  if (!infos.empty()) {
    out += ",\"infos\":";
    append_strings(out, infos);
  }
  out += '}';
}

Answer success(std::string_view data, const std::vector<std::string>& warnings,
               const std::vector<std::string>& infos) {
  Answer answer{.status = 200, .content_type = "application/json"};
  begin_success(answer.body);
  answer.body += data;
  end_success(answer.body, warnings, infos);
  return answer;
}

Answer failure(const Error& error) {
  const ErrorKind kind = kind_of(error.code());
  std::string body = "{\"status\":\"error\",\"errorType\":\"";
  body += kind.type;
  body += "\",\"error\":";
  append_json_string(body, error.message());
  return {.status = kind.status, .content_type = "application/json", .body = body + "}"};
}

}  // namespace tributary::hub::workspaces
