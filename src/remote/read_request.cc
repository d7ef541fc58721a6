#include "remote/read_request.h"

#include <array>
#include <utility>

#include "remote/histogram_reader.h"
#include "remote/wire.h"

namespace tributary::remote {
namespace {

constexpr std::uint64_t kSamples = 0;  // ReadRequest.ResponseType

class Decoder {
 public:
  explicit Decoder(const ReadLimits& limits) : limits_(limits) {}

  Result<ReadRequest> decode(std::string_view message) {
    ReadRequest request;
    bool names_kinds = false;
    bool names_samples = false;
    WireReader reader(message, "ReadRequest");
    const auto take_kind = [&](std::uint64_t kind) {
      names_kinds = true;
      names_samples = names_samples || kind == kSamples;
    };
    while (reader.next()) {
      if (reader.field() == 1) {
        if (request.queries.size() >= limits_.queries_max)
          return too_many("queries", limits_.queries_max);
        WireReader part = reader.message("Query");
        request.queries.push_back(read_query(part));
        reader.adopt_fault(part);
        if (error_) return *error_;
      } else if (reader.field() == 2 && reader.type() == WireType::bytes) {
        WireReader packed = reader.message("accepted_response_types");
        while (!packed.at_end()) take_kind(packed.packed_varint());
        reader.adopt_fault(packed);
      } else if (reader.field() == 2) {
        take_kind(reader.varint());
      }
    }
    if (reader.fault()) return reader.fault()->within("remote read request");
    request.accepts_samples = names_samples || !names_kinds;
    return request;
  }

 private:
  ReadQuery read_query(WireReader& reader) {
    ReadQuery query;
    while (reader.next()) {
      if (reader.field() == 1) query.start_ms = reader.int64();
      if (reader.field() == 2) query.end_ms = reader.int64();
      if (reader.field() == 3) read_matcher(reader, query.matchers);
    }
    return query;
  }

  void read_matcher(WireReader& parent, Matchers& matchers) {
    std::uint64_t type = 0;
    std::string_view name;
    std::string_view value;
    WireReader reader = parent.message("LabelMatcher");
    while (reader.next()) {
      if (reader.field() == 1) type = reader.varint();
      if (reader.field() == 2) name = reader.bytes();
      if (reader.field() == 3) value = reader.bytes();
    }
    parent.adopt_fault(reader);
    if (reader.fault() || error_) return;
    constexpr std::array kTypes = {MatchType::equal, MatchType::not_equal, MatchType::regex,
                                   MatchType::not_regex};
    if (matchers.size() >= limits_.matchers_max) {
      error_ = too_many("matchers of a query", limits_.matchers_max);
    } else if (type >= kTypes.size()) {
      error_ = Error(Code::invalid_argument,
                     "remote read request: matcher of type " + std::to_string(type));
    } else if (auto matcher = Matcher::create(kTypes[static_cast<std::size_t>(type)],
                                              std::string(name), std::string(value))) {
      matchers.push_back(std::move(*matcher));
    } else {
      error_ = matcher.error();
    }
  }

  const ReadLimits& limits_;
  std::optional<Error> error_;
};

}  // namespace

Result<ReadRequest> decode_read_request(std::string_view message, const ReadLimits& limits) {
  return Decoder(limits).decode(message);
}

void ReadResponseEncoder::end_result() { append_bytes_field(body_, 1, result_.finish()); }

}  // namespace tributary::remote
