// HTTP/1.1 messages. The first byte chooses the kind and how the rest is cut into pieces; whole or
// in pieces, the result must be the same.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/content_encoding.h"
#include "net/message.h"

using tributary::net::MessageParser;

namespace {

constexpr MessageParser::Limits kLimits{.header_bytes_max = 4096, .body_bytes_max = 4096};

std::size_t feed_all(MessageParser& parser, std::string_view bytes, std::size_t piece) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !parser.done() && !parser.fault())
    taken += parser.feed(bytes.substr(taken, piece));
  return taken;
}

// Streamed, a body unpacks to the same as in one go. (zlib also checks the checksum of a header.)
void check_gunzip(std::string_view bytes, std::size_t piece) {
  const auto at_once = tributary::net::gunzip(bytes, kLimits.body_bytes_max);
  tributary::net::Gunzip gunzip(kLimits.body_bytes_max);
  std::string out;
  const tributary::net::Gunzip::Sink sink = [&](std::string_view text) {
    out += text;
    return tributary::Result<void>();
  };
  tributary::Result<void> fed;
  for (std::string_view rest = bytes; fed && !rest.empty();) {
    fed = gunzip.feed(rest.substr(0, piece), sink);
    rest.remove_prefix(std::min(piece, rest.size()));
  }
  if (fed) fed = gunzip.finish();
  TRIBUTARY_CHECK(out.size() <= kLimits.body_bytes_max);
  if (fed) TRIBUTARY_CHECK(at_once && out == *at_once);
}

// A request's body that goes to a sink is the same as one that stays in memory.
void check_sink(const MessageParser& whole, const std::string& body, std::string_view bytes,
                std::size_t piece) {
  std::string taken;
  const MessageParser::SinkChoice choice{.choose =
                                             [&](const MessageParser::Head&) {
                                               return [&](std::string_view part) {
                                                 TRIBUTARY_CHECK(!part.empty());
                                                 taken += part;
                                                 return true;
                                               };
                                             },
                                         .body_bytes_max = kLimits.body_bytes_max};
  MessageParser parser(MessageParser::Kind::request, kLimits);
  parser.choose_sink(choice);
  feed_all(parser, bytes, piece);
  TRIBUTARY_CHECK(parser.done() == whole.done());
  TRIBUTARY_CHECK(parser.body().empty());
  if (!whole.fault()) TRIBUTARY_CHECK(taken == body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<MessageParser::Kind>(data[0] % 3);
  const std::size_t piece = data[0] / 3 + 1U;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  MessageParser whole(kind, kLimits);
  const std::size_t taken = feed_all(whole, bytes, bytes.size());
  MessageParser cut(kind, kLimits);
  const std::size_t taken_cut = feed_all(cut, bytes, piece);

  TRIBUTARY_CHECK(whole.done() == cut.done());
  TRIBUTARY_CHECK(whole.fault().has_value() == cut.fault().has_value());
  if (whole.fault()) TRIBUTARY_CHECK(whole.fault()->status == cut.fault()->status);
  if (!whole.fault()) TRIBUTARY_CHECK(taken == taken_cut && whole.body() == cut.body());
  TRIBUTARY_CHECK(whole.body().size() <= kLimits.body_bytes_max);
  if (whole.done())
    for (const auto& [name, value] : whole.head().headers)
      TRIBUTARY_CHECK(tributary::net::is_valid_field(name, value));
  if (kind == MessageParser::Kind::request) check_sink(whole, whole.body(), bytes, piece);
  whole.end_of_stream();
  check_gunzip(bytes, piece);
  return 0;
}
