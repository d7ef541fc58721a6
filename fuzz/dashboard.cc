// What an account uploads as a dashboard (Grafana's JSON model). What is taken is listed, and the
// list is JSON.
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/strings.h"
#include "hub/console/dashboards.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entry = tributary::hub::console::parse_dashboard(text);
  if (!entry) return 0;
  rapidjson::Document listed;
  const std::string json = to_json(*entry);
  listed.Parse(json.data(), json.size());
  TRIBUTARY_CHECK(!listed.HasParseError());
  TRIBUTARY_CHECK(!entry->title.empty());
  // RapidJSON takes half a surrogate pair, which UTF-8 cannot hold.
  const rapidjson::Value& title = listed["title"];
  const std::string_view said(title.GetString(), title.GetStringLength());
  TRIBUTARY_CHECK(said == entry->title || !tributary::is_valid_utf8(entry->title));
  return 0;
}
