// tributary-hub query: a signed query to a workspace, for people and scripts.
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdio>
#include <cstdlib>

#include "aws/signing_session.h"
#include "base/strings.h"
#include "net/run_task.h"
#include "options.h"

namespace tributary {
namespace {

std::string variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value != nullptr ? value : "";
}

std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    out += (out.empty() ? "" : "&") + name + "=" + percent_encode(value);
  }
  return out;
}

net::Request request_of(const HubOptions& options) {
  const bool range = !options.start.empty();
  net::Request request;
  request.method = "POST";
  request.url = options.endpoint;
  std::string& target = request.url.target;
  if (target.empty() || target.back() != '/') target += '/';
  target += range ? "api/v1/query_range" : "api/v1/query";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body =
      net::make_body(form({{"query", options.expression},
                           {"time", range ? "" : options.time},
                           {"start", options.start},
                           {"end", options.end},
                           {"step", options.step.empty() && range ? "15s" : options.step}}));
  request.response_bytes_max = 1U << 30;
  return request;
}

// name{label="value", ...}
std::string series_of(const rapidjson::Value& metric) {
  std::string name;
  std::string labels;
  for (const auto& label : metric.GetObject()) {
    const std::string key = label.name.GetString();
    const std::string value = label.value.GetString();
    if (key == "__name__") {
      name = value;
    } else {
      labels += (labels.empty() ? "" : ", ") + key + "=\"" + value + "\"";
    }
  }
  return name + "{" + labels + "}";
}

// A number, or a histogram as its JSON.
void print_sample(const rapidjson::Value& sample) {
  if (!sample.IsArray() || sample.Size() != 2 || !sample[0].IsNumber()) {
    std::printf("(no sample)\n");
    return;
  }
  const rapidjson::Value& value = sample[1];
  rapidjson::StringBuffer json;
  if (!value.IsString()) {
    rapidjson::Writer<rapidjson::StringBuffer> writer(json);
    value.Accept(writer);
  }
  std::printf("%s @%.3f\n", value.IsString() ? value.GetString() : json.GetString(),
              sample[0].GetDouble());
}

// The first of the two members that is there; an empty list where none is.
const rapidjson::Value& either(const rapidjson::Value& series, const char* one, const char* other) {
  static const rapidjson::Value kNone(rapidjson::kArrayType);
  for (const char* const name : {one, other}) {
    if (const auto found = series.FindMember(name); found != series.MemberEnd())
      return found->value;
  }
  return kNone;
}

void print_text(const rapidjson::Document& answer) {
  const auto& data = answer["data"];
  const std::string type = data["resultType"].GetString();
  const auto& result = data["result"];
  if (type == "scalar" || type == "string") return print_sample(result);
  for (const auto& series : result.GetArray()) {
    std::printf("%s", series_of(series["metric"]).c_str());
    if (type == "vector") {
      std::printf(" => ");
      print_sample(either(series, "value", "histogram"));
      continue;
    }
    std::printf(" =>\n");
    for (const char* const kind : {"values", "histograms"}) {
      for (const auto& sample : either(series, kind, kind).GetArray()) {
        std::printf("  ");
        print_sample(sample);
      }
    }
  }
  if (result.Empty()) std::fprintf(stderr, "no series matches\n");
}

void print_notes(const rapidjson::Document& answer) {
  for (const char* const kind : {"warnings", "infos"})
    for (const auto& note : either(answer, kind, kind).GetArray())
      if (note.IsString()) std::fprintf(stderr, "%s\n", note.GetString());
}

int failed(std::string_view text) {
  std::fprintf(stderr, "tributary-hub: query: %.*s\n", static_cast<int>(text.size()), text.data());
  return 1;
}

int print(const HubOptions& options, const net::Response& response) {
  if (response.status != 200)
    return failed("the hub answered " + std::to_string(response.status) + ": " + response.body);
  if (options.output == HubOptions::Output::json) {
    std::printf("%s\n", response.body.c_str());
    return 0;
  }
  rapidjson::Document answer;
  answer.Parse<rapidjson::kParseIterativeFlag>(response.body.data(), response.body.size());
  if (answer.HasParseError())
    return failed(std::string("the answer is not JSON: ") +
                  rapidjson::GetParseError_En(answer.GetParseError()));
  print_text(answer);
  print_notes(answer);
  return 0;
}

}  // namespace

int query(const HubOptions& options) {
  const auto loop = net::make_loop();
  SystemRandom random;
  const std::string region = !options.region.empty() ? options.region : variable("AWS_REGION");
  if (region.empty()) return failed("no region: give --region or set AWS_REGION");
  const auto make_client = [&loop](net::HttpClientOptions client) {
    return net::make_http_client(*loop, std::move(client));
  };
  auto inner = make_client({.tls = {.ca_file = variable("AWS_CA_BUNDLE")}});
  if (!inner) return failed(inner.error().message());
  const aws::Outside outside{.loop = *loop,
                             .random = random,
                             .log = {},
                             .make_http_client = make_client,
                             .env = variable,
                             .user_agent = "tributary-hub/" TRIBUTARY_VERSION};
  auto client = aws::make_signing_client(
      outside, {.region = region, .service = "aps", .action = "aps:QueryMetrics"},
      std::move(*inner));
  if (!client) return failed(client.error().message());
  const auto answer = net::run_task(*loop, (*client)->send(request_of(options), {}));
  if (!answer) return failed(answer.error().message());
  return print(options, *answer);
}

}  // namespace tributary
