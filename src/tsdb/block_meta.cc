#include "tsdb/block_meta.h"

#include <rapidjson/document.h>

#include "base/json_text.h"

namespace tributary::tsdb {
namespace {

using Json = rapidjson::Value;

const Json* member(const Json& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::uint64_t count(const Json* object, const char* name) {
  const Json* const value = object == nullptr ? nullptr : member(*object, name);
  return value != nullptr && value->IsUint64() ? value->GetUint64() : 0;
}

bool flag(const Json& object, const char* name) {
  const Json* const value = member(object, name);
  return value != nullptr && value->IsBool() && value->GetBool();
}

std::string_view text_of(const Json& value) {
  return value.IsString() ? std::string_view(value.GetString(), value.GetStringLength())
                          : std::string_view();
}

// The elements of the list `name`; none where it is absent.
template <class Visit>
void for_each(const Json& object, const char* name, Visit visit) {
  const Json* const list = member(object, name);
  if (list == nullptr || !list->IsArray()) return;
  for (const Json& entry : list->GetArray()) visit(entry);
}

struct Range {
  std::int64_t min_ms;
  std::int64_t end_ms;
};

std::optional<Range> range_of(const Json& object) {
  const Json* const min = member(object, "minTime");
  const Json* const end = member(object, "maxTime");
  if (min == nullptr || end == nullptr || !min->IsInt64() || !end->IsInt64()) return std::nullopt;
  return Range{min->GetInt64(), end->GetInt64()};
}

void read_compaction(const Json& compaction, BlockMeta& meta) {
  if (const auto level = count(&compaction, "level"); level > 0 && level < 1000) {
    meta.level = static_cast<unsigned>(level);
  }
  for_each(compaction, "sources", [&meta](const Json& entry) {
    if (const auto ulid = Ulid::parse(text_of(entry))) meta.sources.push_back(*ulid);
  });
  for_each(compaction, "parents", [&meta](const Json& entry) {
    const Json* const name = member(entry, "ulid");
    const auto ulid = name == nullptr ? std::nullopt : Ulid::parse(text_of(*name));
    const auto range = range_of(entry);
    if (ulid && range) meta.parents.push_back({*ulid, range->min_ms, range->end_ms});
  });
  for_each(compaction, "hints",
           [&meta](const Json& entry) { meta.hints.emplace_back(text_of(entry)); });
  meta.failed = flag(compaction, "failed");
  meta.deletable = flag(compaction, "deletable");
}

// Thanos says in a section of its own whether samples were aggregated.
Result<void> refuse_downsampled(const Json& document, const std::string& path) {
  const Json* const thanos = member(document, "thanos");
  const Json* const downsample = thanos == nullptr ? nullptr : member(*thanos, "downsample");
  const Json* const resolution =
      downsample == nullptr ? nullptr : member(*downsample, "resolution");
  if (resolution == nullptr || !resolution->IsInt64() || resolution->GetInt64() == 0) return {};
  return Error(Code::unsupported,
               path + ": a block downsampled by Thanos to " +
                   std::to_string(resolution->GetInt64()) +
                   " ms (thanos.downsample.resolution) holds aggregates, not samples");
}

std::string number(std::string_view name, std::uint64_t value) {
  return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

std::string range_json(std::int64_t min_ms, std::int64_t end_ms) {
  return ",\"minTime\":" + std::to_string(min_ms) + ",\"maxTime\":" + std::to_string(end_ms);
}

template <class List, class Write>
std::string list_json(const List& list, Write write) {
  std::string out = "[";
  for (const auto& entry : list) {
    if (out.size() > 1) out += ',';
    out += write(entry);
  }
  return out + ']';
}

}  // namespace

std::string to_json(const BlockMeta& meta) {
  std::string out = "{\"ulid\":" + json_string(meta.ulid.to_string());
  out += range_json(meta.min_ms, meta.end_ms);
  out += ",\"stats\":{\"numSamples\":" + std::to_string(meta.samples);
  if (meta.float_samples > 0) out += number("numFloatSamples", meta.float_samples);
  if (meta.histogram_samples > 0) out += number("numHistogramSamples", meta.histogram_samples);
  out += number("numSeries", meta.series) + number("numChunks", meta.chunks);
  if (meta.tombstones > 0) out += number("numTombstones", meta.tombstones);
  out += "},\"compaction\":{\"level\":" + std::to_string(meta.level);
  out += ",\"sources\":" + list_json(meta.sources, [](const Ulid& source) {
           return json_string(source.to_string());
         });
  if (!meta.parents.empty()) {
    out += ",\"parents\":" + list_json(meta.parents, [](const BlockParent& parent) {
             return "{\"ulid\":" + json_string(parent.ulid.to_string()) +
                    range_json(parent.min_ms, parent.end_ms) + "}";
           });
  }
  if (!meta.hints.empty()) out += ",\"hints\":" + list_json(meta.hints, json_string);
  if (meta.failed) out += ",\"failed\":true";
  if (meta.deletable) out += ",\"deletable\":true";
  return out + "},\"version\":1}\n";
}

Result<BlockMeta> parse_block_meta(std::string_view json, const std::string& path) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return Error(Code::corruption, path + " is not a JSON object");
  }
  const Json* const version = member(document, "version");
  if (version == nullptr || !version->IsInt64()) {
    return Error(Code::corruption, path + " has no version");
  }
  if (version->GetInt64() != 1) {
    return Error(Code::unsupported, path + ": block format version " +
                                        std::to_string(version->GetInt64()) + ", wanted 1");
  }
  if (auto done = refuse_downsampled(document, path); !done) return done.error();

  BlockMeta meta;
  const Json* const name = member(document, "ulid");
  const auto ulid = name == nullptr ? std::nullopt : Ulid::parse(text_of(*name));
  if (!ulid) return Error(Code::corruption, path + " has no ulid");
  meta.ulid = *ulid;
  const auto range = range_of(document);
  if (!range) return Error(Code::corruption, path + " has no minTime or maxTime");
  if (range->min_ms > range->end_ms) {
    return Error(Code::corruption, path + ": minTime " + std::to_string(range->min_ms) +
                                       " is after maxTime " + std::to_string(range->end_ms));
  }
  meta.min_ms = range->min_ms;
  meta.end_ms = range->end_ms;
  const Json* const stats = member(document, "stats");
  meta.samples = count(stats, "numSamples");
  meta.float_samples = count(stats, "numFloatSamples");
  meta.histogram_samples = count(stats, "numHistogramSamples");
  meta.series = count(stats, "numSeries");
  meta.chunks = count(stats, "numChunks");
  meta.tombstones = count(stats, "numTombstones");
  if (const Json* const compaction = member(document, "compaction")) {
    read_compaction(*compaction, meta);
  }
  return meta;
}

}  // namespace tributary::tsdb
