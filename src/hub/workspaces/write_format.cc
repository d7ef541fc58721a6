#include "hub/workspaces/write_format.h"

#include <string>
#include <vector>

#include "base/strings.h"

namespace tributary::hub::workspaces {
namespace {

constexpr std::string_view kMediaType = "application/x-protobuf";
constexpr std::string_view kMessageV1 = "prometheus.WriteRequest";
constexpr std::string_view kMessageV2 = "io.prometheus.write.v2.Request";

Error unsupported(std::string message) { return Error(Code::unsupported, std::move(message)); }

}  // namespace

Result<WriteFormat> write_format_of(const WriteCall& call) {
  const std::string type(call.content_type);
  const std::vector<std::string_view> parts = split(call.content_type, ';');
  if (!type.empty() && !equals_ignore_case(trim(parts[0]), kMediaType)) {
    return unsupported("expected " + std::string(kMediaType) + " as the first (media) part, got " +
                       type + " content-type");
  }
  WriteFormat format = WriteFormat::v1;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::vector<std::string_view> pair = split(parts[i], '=');
    if (pair.size() != 2)
      return unsupported(
          "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected "
          "parameters to be key-values, got " +
          std::string(parts[i]) + " in " + type + " content-type");
    if (trim(pair[0]) != "proto") continue;
    const std::string_view message = trim(pair[1]);
    if (message != kMessageV1 && message != kMessageV2)
      return unsupported("got " + type + " content type; unknown remote write protobuf message " +
                         std::string(message) + ", supported: " + std::string(kMessageV1) + ", " +
                         std::string(kMessageV2));
    format = message == kMessageV2 ? WriteFormat::v2 : WriteFormat::v1;
  }
  if (!call.content_encoding.empty() && !equals_ignore_case(call.content_encoding, "snappy"))
    return unsupported(std::string(call.content_encoding) +
                       " encoding (compression) is not accepted by this server; only snappy is "
                       "acceptable");
  return format;
}

}  // namespace tributary::hub::workspaces
