#include "lab/driver/docker/answers.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>

#include "base/strings.h"

namespace tributary::lab::docker {
namespace {

using rapidjson::Value;

constexpr std::size_t kExcerptBytesMax = 400;
// What takes no stack for nested values, and stops where the text does.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag;

Result<rapidjson::Document> parse(std::string_view text, const char* what) {
  rapidjson::Document document;
  document.Parse<kParseFlags>(text.data(), text.size());
  if (document.HasParseError())
    return Error(Code::corruption, std::string(what) + ": not JSON at byte " +
                                       std::to_string(document.GetErrorOffset()) + ": " +
                                       rapidjson::GetParseError_En(document.GetParseError()));
  return document;
}

// Null where the value is no object or has no such member.
const Value* member(const Value* value, const char* name) {
  if (!value || !value->IsObject()) return nullptr;
  const auto at = value->FindMember(name);
  return at == value->MemberEnd() ? nullptr : &at->value;
}

const Value* member(const Value* value, const char* outer, const char* inner) {
  return member(member(value, outer), inner);
}

std::string text_of(const Value* value) {
  return value && value->IsString() ? std::string(value->GetString(), value->GetStringLength())
                                    : std::string();
}

bool flag_of(const Value* value) { return value && value->IsBool() && value->GetBool(); }

std::int64_t number_of(const Value* value) {
  return value && value->IsInt64() ? value->GetInt64() : 0;
}

std::uint64_t count_of(const Value* value) {
  return value && value->IsUint64() ? value->GetUint64() : 0;
}

template <class Visit>
void each(const Value* array, Visit visit) {
  if (!array || !array->IsArray()) return;
  for (const Value& value : array->GetArray()) visit(&value);
}

BlockIo& device(std::vector<BlockIo>& all, const Value* entry) {
  const std::uint64_t major = count_of(member(entry, "major"));
  const std::uint64_t minor = count_of(member(entry, "minor"));
  for (BlockIo& one : all)
    if (one.major == major && one.minor == minor) return one;
  return all.emplace_back(BlockIo{.major = major, .minor = minor});
}

void read_block_io(const Value* stats, ContainerStats& out) {
  const auto add = [&](const char* name, std::uint64_t BlockIo::* read,
                       std::uint64_t BlockIo::* write) {
    each(member(stats, "blkio_stats", name), [&](const Value* entry) {
      const std::string operation = to_lower(text_of(member(entry, "op")));
      if (operation != "read" && operation != "write") return;
      device(out.block_io, entry).*(operation == "read" ? read : write) =
          count_of(member(entry, "value"));
    });
  };
  add("io_service_bytes_recursive", &BlockIo::read_bytes, &BlockIo::write_bytes);
  add("io_serviced_recursive", &BlockIo::reads, &BlockIo::writes);
}

}  // namespace

Result<Engine> parse_version(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "version"));
  Engine engine;
  engine.version = text_of(member(&document, "Version"));
  engine.api_version = text_of(member(&document, "ApiVersion"));
  each(member(&document, "Components"), [&](const Value* component) {
    if (text_of(member(component, "Name")) == "Podman Engine") engine.podman = true;
  });
  const bool plain = std::all_of(engine.api_version.begin(), engine.api_version.end(),
                                 [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  if (engine.api_version.empty() || !plain)
    return Error(Code::corruption, "version: the API's version is \"" + engine.api_version +
                                       "\", wanted one such as \"1.41\"");
  return engine;
}

Result<std::string> parse_cgroup_driver(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "info"));
  return text_of(member(&document, "CgroupDriver"));
}

std::string error_text(std::string_view text) {
  rapidjson::Document document;
  document.Parse<kParseFlags>(text.data(), text.size());
  if (!document.HasParseError())
    if (std::string message = text_of(member(&document, "message")); !message.empty())
      return message;
  return std::string(trim(text.substr(0, kExcerptBytesMax)));
}

Result<std::string> parse_id(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "answer"));
  std::string id = text_of(member(&document, "Id"));
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (id.empty() || !plain)
    return Error(Code::corruption, "answer: \"Id\" is \"" + id + "\", wanted letters and digits");
  return id;
}

Result<Inspection> parse_container(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "container"));
  const Value* state = member(&document, "State");
  if (!state) return Error(Code::corruption, "container: there is no \"State\"");
  return Inspection{.id = text_of(member(&document, "Id")),
                    .running = flag_of(member(state, "Running")),
                    .out_of_memory = flag_of(member(state, "OOMKilled")),
                    .exit_code = static_cast<int>(number_of(member(state, "ExitCode"))),
                    .pid = static_cast<pid_t>(number_of(member(state, "Pid"))),
                    .error = text_of(member(state, "Error"))};
}

Result<PulledImage> parse_image(std::string_view text, std::string_view name) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "image"));
  PulledImage image;
  image.id = text_of(member(&document, "Id"));
  if (image.id.empty()) return Error(Code::corruption, "image: there is no \"Id\"");
  if (!image.id.starts_with("sha256:")) image.id = "sha256:" + image.id;
  bool of_this_name = false;
  each(member(&document, "RepoDigests"), [&](const Value* value) {
    const std::string reference = text_of(value);
    const std::size_t at = reference.find('@');
    if (at == std::string::npos || of_this_name) return;
    const std::string_view repository = std::string_view(reference).substr(0, at);
    of_this_name = repository == name || repository.ends_with("/" + std::string(name));
    if (of_this_name || image.digest.empty()) image.digest = reference.substr(at + 1);
  });
  return image;
}

std::vector<std::string> parse_image_tags(std::string_view text) {
  std::vector<std::string> tags;
  const auto document = parse(text, "image");
  if (!document) return tags;
  each(member(&*document, "RepoTags"), [&](const Value* tag) { tags.push_back(text_of(tag)); });
  std::erase(tags, "");
  return tags;
}

Result<int> parse_wait(std::string_view text) {
  if (const auto bare = parse_int64(trim(text))) return static_cast<int>(*bare);
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "wait"));
  if (const std::string why = text_of(member(&document, "Error", "Message")); !why.empty())
    return Error(Code::unavailable, "wait: " + why);
  const Value* code = member(&document, "StatusCode");
  if (!code || !code->IsInt64()) return Error(Code::corruption, "wait: there is no \"StatusCode\"");
  return static_cast<int>(code->GetInt64());
}

Result<ExecInspection> parse_exec(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "exec"));
  if (!member(&document, "Running"))
    return Error(Code::corruption, "exec: there is no \"Running\"");
  return ExecInspection{.running = flag_of(member(&document, "Running")),
                        .exit_code = static_cast<int>(number_of(member(&document, "ExitCode"))),
                        .pid = static_cast<pid_t>(number_of(member(&document, "Pid")))};
}

Result<std::vector<std::string>> parse_ids(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "list"));
  std::vector<std::string> ids;
  each(&document, [&](const Value* one) { ids.push_back(text_of(member(one, "Id"))); });
  std::erase(ids, "");
  return ids;
}

Result<std::vector<std::string>> parse_volume_names(std::string_view text) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "volumes"));
  std::vector<std::string> names;
  each(member(&document, "Volumes"),
       [&](const Value* one) { names.push_back(text_of(member(one, "Name"))); });
  std::erase(names, "");
  return names;
}

Result<ContainerStats> parse_stats(std::string_view text, Timestamp now) {
  TRIBUTARY_TRY(const rapidjson::Document document, parse(text, "stats"));
  const Value* cpu = member(&document, "cpu_stats");
  const Value* usage = member(cpu, "cpu_usage");
  const Value* memory = member(&document, "memory_stats");
  ContainerStats stats;
  stats.read = now;
  stats.cpu_total_ns = count_of(member(usage, "total_usage"));
  stats.cpu_user_ns = count_of(member(usage, "usage_in_usermode"));
  stats.cpu_system_ns = count_of(member(usage, "usage_in_kernelmode"));
  each(member(usage, "percpu_usage"),
       [&](const Value* one) { stats.per_cpu_ns.push_back(count_of(one)); });
  stats.machine_cpu_ns = count_of(member(cpu, "system_cpu_usage"));
  stats.cpus_online = static_cast<std::uint32_t>(count_of(member(cpu, "online_cpus")));
  stats.throttling_periods = count_of(member(cpu, "throttling_data", "periods"));
  stats.throttled_periods = count_of(member(cpu, "throttling_data", "throttled_periods"));
  stats.throttled_ns = count_of(member(cpu, "throttling_data", "throttled_time"));
  stats.memory_bytes = count_of(member(memory, "usage"));
  stats.memory_max_bytes = count_of(member(memory, "max_usage"));
  stats.memory_limit_bytes = count_of(member(memory, "limit"));
  if (const Value* detail = member(memory, "stats"); detail && detail->IsObject())
    for (const auto& one : detail->GetObject())
      stats.memory_detail[one.name.GetString()] = count_of(&one.value);
  read_block_io(&document, stats);
  stats.processes =
      static_cast<std::uint32_t>(count_of(member(&document, "pids_stats", "current")));
  return stats;
}

Result<void> PullProgress::take(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) {
      if (open_.size() + piece.size() > kLineBytesMax)
        return Error(Code::limit_exceeded, "pull: a line of its progress has more than " +
                                               std::to_string(kLineBytesMax) + " bytes");
      open_ += piece;
      return {};
    }
    open_ += piece.substr(0, end);
    read_line(open_);
    open_.clear();
    piece.remove_prefix(end + 1);
  }
  return {};
}

void PullProgress::read_line(std::string_view line) {
  if (trim(line).empty()) return;
  rapidjson::Document document;
  document.Parse<kParseFlags>(line.data(), line.size());
  if (document.HasParseError()) return;
  if (std::string text = text_of(member(&document, "error")); !text.empty()) failure_ = text;
  if (std::string text = text_of(member(&document, "errorDetail", "message")); !text.empty())
    failure_ = text;
}

Result<void> PullProgress::finish() {
  read_line(open_);
  open_.clear();
  if (!failure_.empty()) return Error(Code::unavailable, failure_);
  return {};
}

}  // namespace tributary::lab::docker
