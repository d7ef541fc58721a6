#include "hub/workspaces/api_json.h"

#include <charconv>
#include <cmath>

#include "base/json_text.h"

namespace tributary::hub::workspaces {
namespace {

void append_int(std::string& out, std::int64_t value) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  out.append(text, end);
}

void append_number(std::string& out, double value, std::chars_format format) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[400];  // the longest in fixed notation has about 345 bytes
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, format);
  out.append(text, end);
}

// [1435781451.781,"1"]
void append_sample(std::string& out, std::int64_t ms, double value) {
  out += '[';
  append_seconds(out, ms);
  out += ",\"";
  append_float(out, value);
  out += "\"]";
}

void append_vector(std::string& out, const promql::Value& value) {
  out += '[';
  for (const promql::SeriesValue& series : value.series) {
    if (out.back() != '[') out += ',';
    out += "{\"metric\":";
    append_labels(out, series.labels);
    out += ",\"value\":";
    append_sample(out, series.samples.front().timestamp_ms, series.samples.front().value);
    out += '}';
  }
  out += ']';
}

void append_matrix(std::string& out, const promql::Value& value) {
  out += '[';
  bool first = true;
  for (const promql::SeriesValue& series : value.series) {
    out += first ? "{\"metric\":" : ",{\"metric\":";
    first = false;
    append_labels(out, series.labels);
    out += ",\"values\":[";
    for (const Sample& sample : series.samples) {
      if (&sample != &series.samples.front()) out += ',';
      append_sample(out, sample.timestamp_ms, sample.value);
    }
    out += "]}";
  }
  out += ']';
}

struct ErrorKind {
  int status;
  std::string_view type;
};

ErrorKind kind_of(Code code) {
  switch (code) {
    case Code::invalid_argument: return {400, "bad_data"};
    case Code::unsupported:
    case Code::execution:
    case Code::limit_exceeded: return {422, "execution"};
    case Code::cancelled: return {499, "canceled"};
    case Code::timeout: return {503, "timeout"};
    case Code::not_found: return {404, "not_found"};
    case Code::unavailable: return {503, "unavailable"};
    default: return {500, "internal"};
  }
}

}  // namespace

void append_float(std::string& out, double value) {
  const double size = std::abs(value);
  const bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  append_number(out, value, scientific ? std::chars_format::scientific : std::chars_format::fixed);
}

void append_seconds(std::string& out, std::int64_t ms) {
  if (ms < 0) out += '-';
  const std::uint64_t size =
      ms < 0 ? ~static_cast<std::uint64_t>(ms) + 1 : static_cast<std::uint64_t>(ms);
  append_int(out, static_cast<std::int64_t>(size / 1000));
  if (const std::uint64_t fraction = size % 1000; fraction != 0) {
    const char digits[4] = {'.', static_cast<char>('0' + fraction / 100),
                            static_cast<char>('0' + fraction / 10 % 10),
                            static_cast<char>('0' + fraction % 10)};
    out.append(digits, sizeof digits);
  }
}

void append_labels(std::string& out, const Labels& labels) {
  out += '{';
  for (const Label& label : labels) {
    if (out.back() != '{') out += ',';
    append_json_string(out, label.name);
    out += ':';
    append_json_string(out, label.value);
  }
  out += '}';
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
  out += "{\"resultType\":\"";
  out += promql::to_string(value.type);
  out += "\",\"result\":";
  switch (value.type) {
    case promql::ValueType::scalar:
      // Never in scientific notation, unlike the values of series: so does Prometheus.
      out += '[';
      append_seconds(out, value.timestamp_ms);
      out += ",\"";
      append_number(out, value.scalar, std::chars_format::fixed);
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
  out += '}';
}

Answer success(std::string data, const std::vector<std::string>& warnings) {
  std::string body = "{\"status\":\"success\",\"data\":" + std::move(data);
  if (!warnings.empty()) {
    body += ",\"warnings\":";
    append_strings(body, warnings);
  }
  return {200, "application/json", std::move(body) + "}"};
}

Answer failure(const Error& error) {
  const ErrorKind kind = kind_of(error.code());
  std::string body = "{\"status\":\"error\",\"errorType\":\"";
  body += kind.type;
  body += "\",\"error\":";
  append_json_string(body, error.message());
  return {kind.status, "application/json", body + "}"};
}

}  // namespace tributary::hub::workspaces
