#include "collector/receivers/awsecscontainermetrics/metadata.h"

#include <rapidjson/document.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <charconv>
#include <utility>

#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::collector::awsecscontainermetrics {
namespace {

using Json = rapidjson::Value;

std::string_view text_of(const Json& value) { return {value.GetString(), value.GetStringLength()}; }

std::string describe(const Json& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType: return "false";
    case rapidjson::kTrueType: return "true";
    case rapidjson::kObjectType: return "an object";
    case rapidjson::kArrayType: return "an array";
    case rapidjson::kStringType: return json_string(text_of(value).substr(0, 40));
    case rapidjson::kNumberType: break;
  }
  if (value.IsInt64()) return std::to_string(value.GetInt64());
  if (value.IsUint64()) return std::to_string(value.GetUint64());
  return std::to_string(value.GetDouble());
}

// Walks a document; after the first wrong value it remembers the error and reads on without harm.
class Reader {
 public:
  Result<void> result() const {
    if (error_) return *error_;
    return {};
  }

  template <class Field>
  void object(const Json& value, Field field) {
    if (value.IsNull()) return;
    if (!value.IsObject()) return fail(value, "an object");
    for (const auto& member : value.GetObject()) {
      const std::string_view name = text_of(member.name);
      path_.push_back(name);
      field(name, member.value);
      path_.pop_back();
    }
  }
  template <class Element>
  void array(const Json& value, Element element) {
    if (value.IsNull()) return;
    if (!value.IsArray()) return fail(value, "an array");
    for (const Json& item : value.GetArray()) element(item);
  }

  void read(const Json& value, std::string& out) {
    if (value.IsNull()) return;
    if (!value.IsString()) return fail(value, "a string");
    out = text_of(value);
  }
  void read(const Json& value, std::uint64_t& out) {
    if (value.IsNull()) return;
    if (!value.IsUint64()) return fail(value, "an integer that is not negative");
    out = value.GetUint64();
  }
  void read(const Json& value, std::int64_t& out) {
    if (value.IsNull()) return;
    if (!value.IsInt64()) return fail(value, "an integer");
    out = value.GetInt64();
  }
  void read(const Json& value, double& out) {
    if (value.IsNull()) return;
    if (!value.IsNumber()) return fail(value, "a number");
    out = value.GetDouble();
  }
  void read(const Json& value, UtcTime& out) {
    if (value.IsNull()) return;
    const auto time = value.IsString() ? parse_rfc3339(text_of(value)) : std::nullopt;
    if (!time) return fail(value, "a time such as 2026-01-02T03:04:05.6Z");
    out = *time;
  }
  void read(const Json& value, Limits& out) {
    object(value, [&](std::string_view name, const Json& field) {
      if (is(name, "CPU")) {
        read(field, out.cpu);
      } else if (is(name, "Memory")) {
        read(field, out.memory_mib);
      }
    });
  }
  void read(const Json& value, EphemeralStorage& out) {
    object(value, [&](std::string_view name, const Json& field) {
      if (is(name, "Utilized")) {
        read(field, out.utilized_mib);
      } else if (is(name, "Reserved")) {
        read(field, out.reserved_mib);
      }
    });
  }
  void read(const Json& value, ContainerMetadata& out);
  void read(const Json& value, TaskMetadata& out);
  void read(const Json& value, MemoryStats& out);
  void read(const Json& value, CpuUsage& out);
  void read(const Json& value, CpuStats& out);
  void read(const Json& value, NetworkStats& out);
  void read(const Json& value, NetworkRates& out);
  void read(const Json& value, BlockIoEntry& out);
  void read(const Json& value, ContainerStats& out);

  // Null empties what may be absent.
  template <class T>
  void read(const Json& value, std::optional<T>& out) {
    if (value.IsNull()) return out.reset();
    if (!out) out.emplace();
    read(value, *out);
  }
  template <class T>
  void read(const Json& value, std::vector<T>& out) {
    out.clear();
    array(value, [&](const Json& item) { read(item, out.emplace_back()); });
  }
  // The keys of a map are data: their case counts.
  template <class T, class Less>
  void read(const Json& value, std::map<std::string, T, Less>& out) {
    object(value, [&](std::string_view name, const Json& field) {
      T entry{};
      read(field, entry);
      out.insert_or_assign(std::string(name), std::move(entry));
    });
  }

 private:
  // The names of Go's struct fields match in any case.
  static bool is(std::string_view name, std::string_view field) {
    return equals_ignore_case(name, field);
  }

  void fail(const Json& value, std::string_view want) {
    if (error_) return;
    std::string where;
    for (const std::string_view name : path_) {
      if (!where.empty()) where += '.';
      where += name;
    }
    if (where.empty()) where = "the document";
    error_.emplace(Code::invalid_argument,
                   where + ": got " + describe(value) + ", want " + std::string(want));
  }

  std::vector<std::string_view> path_;
  std::optional<Error> error_;
};

void Reader::read(const Json& value, ContainerMetadata& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "DockerId")) return read(field, out.docker_id);
    if (is(name, "Name")) return read(field, out.name);
    if (is(name, "DockerName")) return read(field, out.docker_name);
    if (is(name, "Image")) return read(field, out.image);
    if (is(name, "ImageID")) return read(field, out.image_id);
    if (is(name, "KnownStatus")) return read(field, out.known_status);
    if (is(name, "ExitCode")) return read(field, out.exit_code);
    if (is(name, "CreatedAt")) return read(field, out.created_at);
    if (is(name, "StartedAt")) return read(field, out.started_at);
    if (is(name, "FinishedAt")) return read(field, out.finished_at);
    if (is(name, "Limits")) return read(field, out.limits);
  });
}

void Reader::read(const Json& value, TaskMetadata& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "Cluster")) return read(field, out.cluster);
    if (is(name, "TaskARN")) return read(field, out.task_arn);
    if (is(name, "Family")) return read(field, out.family);
    if (is(name, "Revision")) return read(field, out.revision);
    if (is(name, "ServiceName")) return read(field, out.service_name);
    if (is(name, "KnownStatus")) return read(field, out.known_status);
    if (is(name, "LaunchType")) return read(field, out.launch_type);
    if (is(name, "AvailabilityZone")) return read(field, out.availability_zone);
    if (is(name, "PullStartedAt")) return read(field, out.pull_started_at);
    if (is(name, "PullStoppedAt")) return read(field, out.pull_stopped_at);
    if (is(name, "Limits")) return read(field, out.limits);
    if (is(name, "EphemeralStorageMetrics")) return read(field, out.ephemeral_storage);
    if (is(name, "Containers")) return read(field, out.containers);
  });
}

void Reader::read(const Json& value, MemoryStats& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "usage")) return read(field, out.usage);
    if (is(name, "max_usage")) return read(field, out.max_usage);
    if (is(name, "limit")) return read(field, out.limit);
    if (is(name, "stats")) return read(field, out.stats);
  });
}

void Reader::read(const Json& value, CpuUsage& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "total_usage")) return read(field, out.total);
    if (is(name, "usage_in_kernelmode")) return read(field, out.kernel_mode);
    if (is(name, "usage_in_usermode")) return read(field, out.user_mode);
    if (is(name, "percpu_usage")) {
      std::vector<std::uint64_t> usages;
      read(field, usages);
      out.cores = usages.size();
    }
  });
}

void Reader::read(const Json& value, CpuStats& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "cpu_usage")) return read(field, out.usage);
    if (is(name, "online_cpus")) return read(field, out.online_cpus);
    if (is(name, "system_cpu_usage")) return read(field, out.system_usage);
  });
}

void Reader::read(const Json& value, NetworkStats& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "rx_bytes")) return read(field, out.rx_bytes);
    if (is(name, "rx_packets")) return read(field, out.rx_packets);
    if (is(name, "rx_errors")) return read(field, out.rx_errors);
    if (is(name, "rx_dropped")) return read(field, out.rx_dropped);
    if (is(name, "tx_bytes")) return read(field, out.tx_bytes);
    if (is(name, "tx_packets")) return read(field, out.tx_packets);
    if (is(name, "tx_errors")) return read(field, out.tx_errors);
    if (is(name, "tx_dropped")) return read(field, out.tx_dropped);
  });
}

void Reader::read(const Json& value, NetworkRates& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "rx_bytes_per_sec")) return read(field, out.rx_bytes_per_second);
    if (is(name, "tx_bytes_per_sec")) return read(field, out.tx_bytes_per_second);
  });
}

void Reader::read(const Json& value, BlockIoEntry& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "op")) return read(field, out.op);
    if (is(name, "value")) return read(field, out.value);
  });
}

void Reader::read(const Json& value, ContainerStats& out) {
  object(value, [&](std::string_view name, const Json& field) {
    if (is(name, "id")) return read(field, out.id);
    if (is(name, "read")) return read(field, out.read);
    if (is(name, "preread")) return read(field, out.preread);
    if (is(name, "memory_stats")) return read(field, out.memory);
    if (is(name, "cpu_stats")) return read(field, out.cpu);
    if (is(name, "precpu_stats")) return read(field, out.previous_cpu);
    if (is(name, "networks")) return read(field, out.networks);
    if (is(name, "network_rate_stats")) return read(field, out.network_rates);
    if (is(name, "blkio_stats")) {
      object(field, [&](std::string_view inner, const Json& entries) {
        if (is(inner, "io_service_bytes_recursive")) read(entries, out.block_io);
      });
    }
  });
}

// Hands what the JSON reader finds on to a document, numbers read exactly: RapidJSON's own exact
// reading is undefined for 0e308.
class ExactNumbers {
 public:
  explicit ExactNumbers(rapidjson::Document& to) : to_(to) {}

  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view number(text, length);
    if (const auto integer = parse_uint64(number)) return to_.Uint64(*integer);
    if (const auto integer = parse_int64(number)) return to_.Int64(*integer);
    double real = 0;
    const auto [end, error] = std::from_chars(text, text + length, real);
    if (error == std::errc()) return to_.Double(real);
    // Out of range: too near to zero is zero, too large is no number.
    const bool is_small = number.find("e-") != number.npos || number.find("E-") != number.npos ||
                          number.starts_with("0.") || number.starts_with("-0.");
    return is_small && to_.Double(0);
  }
  bool Null() { return to_.Null(); }
  bool Bool(bool value) { return to_.Bool(value); }
  bool Int(int value) { return to_.Int(value); }
  bool Uint(unsigned value) { return to_.Uint(value); }
  bool Int64(std::int64_t value) { return to_.Int64(value); }
  bool Uint64(std::uint64_t value) { return to_.Uint64(value); }
  bool Double(double value) { return to_.Double(value); }
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    return to_.String(text, length, copy);
  }
  bool StartObject() { return to_.StartObject(); }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) {
    return to_.Key(text, length, copy);
  }
  bool EndObject(rapidjson::SizeType members) { return to_.EndObject(members); }
  bool StartArray() { return to_.StartArray(); }
  bool EndArray(rapidjson::SizeType elements) { return to_.EndArray(elements); }

 private:
  rapidjson::Document& to_;
};

// Iterative, so that deep nesting cannot exhaust the stack.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

template <unsigned kFlags, class T>
Result<T> parse(std::string_view json) {
  rapidjson::Reader reader;
  rapidjson::Document document;
  auto read = [&](rapidjson::Document& to) {
    rapidjson::MemoryStream bytes(json.data(), json.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    ExactNumbers handler(to);
    return !reader.Parse<kFlags>(stream, handler).IsError();
  };
  document.Populate(read);
  if (reader.HasParseError()) {
    return Error(Code::invalid_argument,
                 "not JSON at byte " + std::to_string(reader.GetErrorOffset()) + " of " +
                     std::to_string(json.size()) + ": " +
                     rapidjson::GetParseError_En(reader.GetParseErrorCode()));
  }
  T out;
  Reader fields;
  fields.read(document, out);
  if (auto good = fields.result(); !good) return good.error();
  return out;
}

}  // namespace

Result<TaskMetadata> parse_task_metadata(std::string_view json) {
  return parse < kParseFlags | rapidjson::kParseStopWhenDoneFlag, TaskMetadata > (json);
}

Result<TaskStats> parse_task_stats(std::string_view json) {
  return parse<kParseFlags, TaskStats>(json);
}

}  // namespace tributary::collector::awsecscontainermetrics
