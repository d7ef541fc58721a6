// A filter's condition, asked of a few series.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "collector/processors/filter/ottl.h"

namespace filter = tributary::collector::filter;
using tributary::Series;

namespace {

const tributary::SeriesRun& some_series() {
  static const tributary::SeriesRun run = [] {
    const auto family = std::make_shared<const tributary::MetricFamily>(
        tributary::MetricFamily{.name = "a", .type = tributary::MetricType::histogram});
    const auto resource = std::make_shared<const tributary::Resource>(tributary::Resource{
        {{"text", std::string("b")}, {"number", std::int64_t{1}}, {"flag", true}}, ""});
    const Series series[] = {
        {.family = family, .labels = {{"code", "200"}}},
        {.family = family, .role = tributary::Role::bucket, .resource = resource}};
    return tributary::SeriesRun(series);
  }();
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto inferred = filter::OttlCondition::parse(text);
  const auto condition = filter::OttlCondition::parse(text, filter::OttlContext::datapoint);
  // What says all of its contexts is also good where one would be understood.
  TRIBUTARY_CHECK(condition || !inferred);
  if (!condition) return 0;
  tributary::SeriesRunReader reader(some_series());
  while (reader.next()) {
    const bool holds = condition->holds(reader.view());
    if (inferred) TRIBUTARY_CHECK(inferred->holds(reader.view()) == holds);
  }
  return 0;
}
