#include "hub/gateway/amp_control.h"

#include <rapidjson/document.h>

#include <algorithm>

#include "base/json_writer.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "hub/identity/api_error.h"

namespace tributary::hub::gateway {
namespace {

// In characters.
constexpr std::size_t kAliasMax = 100;
constexpr std::size_t kClientTokenMax = 64;
constexpr std::size_t kKmsKeyArnMax = 2048;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

constexpr std::uint64_t kPageMax = 1000;
constexpr std::uint64_t kPageDefault = 100;

// An object with the members that `write` writes.
template <class Write>
std::string json(Write&& write) {
  JsonWriter out;
  out.object([&] { write(out); });
  return out.take();
}

template <class Write>
ControlAnswer answer(int status, Write&& write) {
  return {.status = status, .error_code = {}, .body = json(write)};
}

void write_status(JsonWriter& out, WorkspaceStatus status) {
  out.object("status", [&] { out.member("statusCode", to_string(status)); });
}

void write_tags(JsonWriter& out, const std::map<std::string, std::string>& tags) {
  out.object("tags", [&] {
    for (const auto& [key, value] : tags) out.member(key, value);
  });
}

// What list and describe have in common.
void write_summary(JsonWriter& out, const WorkspaceRecord& record) {
  if (!record.alias.empty()) out.member("alias", record.alias);
  out.member("arn", record.arn());
  out.member("createdAt", record.created_at);
  if (!record.kms_key_arn.empty()) out.member("kmsKeyArn", record.kms_key_arn);
  write_status(out, record.status);
  write_tags(out, record.tags);
  out.member("workspaceId", record.id);
}

ControlAnswer bad_request(std::string body) {
  return {.status = 400, .error_code = "ValidationException", .body = std::move(body)};
}

ControlAnswer validation_error(std::string_view field, std::string_view message) {
  return bad_request(json([&](JsonWriter& out) {
    out.member("message", std::string(field) + ": " + std::string(message));
    out.member("reason", "FIELD_VALIDATION_FAILED");
    out.array("fieldList", std::initializer_list<std::string_view>{field}, [&](const auto& name) {
      out.object([&] {
        out.member("name", name);
        out.member("message", message);
      });
    });
  }));
}

// The body of a request: alias, clientToken, tags and kmsKeyArn, each where it is there.
struct Input {
  std::string alias;
  std::string client_token;
  std::string kms_key_arn;
  std::map<std::string, std::string> tags;
};

std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::optional<ControlAnswer> read_text(const rapidjson::Document& body, const char* key,
                                       std::size_t characters_max, std::string& out) {
  const auto at = body.FindMember(key);
  if (at == body.MemberEnd() || at->value.IsNull()) return std::nullopt;
  if (!at->value.IsString()) return validation_error(key, "must be a string");
  out = text_of(at->value);
  const std::size_t characters = count_characters(out);
  if (characters == 0 || characters > characters_max)
    return validation_error(key, "must have 1 to " + std::to_string(characters_max) +
                                     " characters, got " + std::to_string(characters));
  return std::nullopt;
}

std::optional<ControlAnswer> read_tags(const rapidjson::Document& body, Input& input) {
  const auto tags = body.FindMember("tags");
  if (tags == body.MemberEnd() || tags->value.IsNull()) return std::nullopt;
  if (!tags->value.IsObject()) return validation_error("tags", "must be an object");
  for (const auto& tag : tags->value.GetObject()) {
    if (!tag.value.IsString()) return validation_error("tags", "values must be strings");
    const std::string_view key = text_of(tag.name);
    if (key.empty() || count_characters(key) > kTagKeyMax)
      return validation_error("tags", "a key must have 1 to 128 characters");
    if (count_characters(text_of(tag.value)) > kTagValueMax)
      return validation_error("tags", "a value must have at most 256 characters");
    input.tags[std::string(key)] = text_of(tag.value);
  }
  if (input.tags.size() > AmpControl::kTagsMax)
    return validation_error("tags", "must be at most 50, got " + std::to_string(input.tags.size()));
  return std::nullopt;
}

std::optional<ControlAnswer> parse_object(std::string_view text, rapidjson::Document& body) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  if (trim(text).empty()) text = "{}";
  body.Parse<kFlags>(text.data(), text.size());
  if (!body.HasParseError() && body.IsObject()) return std::nullopt;
  return bad_request(json([](JsonWriter& out) {
    out.member("message", "The request body is not a JSON object.");
    out.member("reason", "CANNOT_PARSE");
  }));
}

std::optional<ControlAnswer> read_input(std::string_view text, Input& input) {
  rapidjson::Document body;
  if (auto bad = parse_object(text, body)) return bad;
  if (auto bad = read_text(body, "alias", kAliasMax, input.alias)) return bad;
  if (auto bad = read_text(body, "clientToken", kClientTokenMax, input.client_token)) return bad;
  if (auto bad = read_text(body, "kmsKeyArn", kKmsKeyArnMax, input.kms_key_arn)) return bad;
  if (auto bad = read_tags(body, input)) return bad;
  input.alias = trim(input.alias);
  return std::nullopt;
}

std::string_view parameter(const workspaces::Params& query, std::string_view name) {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

ControlAnswer created(const WorkspaceRecord& record) {
  return answer(202, [&](JsonWriter& out) {
    out.member("arn", record.arn());
    if (!record.kms_key_arn.empty()) out.member("kmsKeyArn", record.kms_key_arn);
    write_status(out, record.status);
    write_tags(out, record.tags);
    out.member("workspaceId", record.id);
  });
}

ControlAnswer described(const WorkspaceRecord& record, std::string_view base_url) {
  return answer(200, [&](JsonWriter& out) {
    out.object("workspace", [&] {
      write_summary(out, record);
      out.member("prometheusEndpoint", std::string(base_url) + "/workspaces/" + record.id + "/");
    });
  });
}

workspaces::WorkspaceSettings settings_of(const WorkspaceRecord& record) {
  workspaces::WorkspaceSettings settings;
  if (record.retention_days) settings.retention = std::chrono::days(*record.retention_days);
  return settings;
}

ControlAnswer tags_of(const WorkspaceRecord& record) {
  return answer(200, [&](JsonWriter& out) { write_tags(out, record.tags); });
}

ControlAnswer accepted(int status, std::string body = {}) {
  return {.status = status, .error_code = {}, .body = std::move(body)};
}

}  // namespace

ControlAnswer control_error(int status, std::string_view code, std::string_view message) {
  return {.status = status, .error_code = std::string(code), .body = json([&](JsonWriter& out) {
                                                               out.member("message", message);
                                                             })};
}

ControlAnswer internal_error(const Error& error) {
  const identity::ApiError failure(error);
  ControlAnswer answer = control_error(500, "InternalServerException", failure.message);
  answer.internal = failure.internal;
  return answer;
}

ControlAnswer workspace_not_found(std::string_view id) {
  return {.status = 404,
          .error_code = "ResourceNotFoundException",
          .body = json([&](JsonWriter& out) {
            out.member("message", "Workspace not found");
            out.member("resourceId", id);
            out.member("resourceType", "workspace");
          })};
}

ControlAnswer AmpControl::handle(const ControlRequest& request) {
  using enum ControlOperation;
  std::unique_lock lock(changes_, std::defer_lock);
  if (request.route.changes) lock.lock();
  if (request.route.operation == create_workspace) return create(request);
  if (request.route.operation == list_workspaces) return list(request);
  auto found = catalog_.find(request.route.workspace_id);
  if (!found) return internal_error(found.error());
  if (!*found || (*found)->status == WorkspaceStatus::deleting)
    return workspace_not_found(request.route.workspace_id);
  WorkspaceRecord record = **found;
  const bool by_arn = !request.route.resource_arn.empty();
  if (by_arn && request.route.resource_arn != record.arn())
    return workspace_not_found(request.route.resource_arn);
  switch (request.route.operation) {
    case describe_workspace: return described(record, request.base_url);
    case update_workspace_alias: return update_alias(request, std::move(record));
    case describe_workspace_configuration: return describe_configuration(record);
    case update_workspace_configuration: return update_configuration(request, std::move(record));
    case delete_workspace: return remove(std::move(record), std::move(lock));
    case list_tags: return tags_of(record);
    case tag_resource: return tag(request, std::move(record));
    case untag_resource: return untag(request, std::move(record));
    case create_workspace:
    case list_workspaces: break;
  }
  return control_error(500, "InternalServerException", "no such operation");
}

ControlAnswer AmpControl::create(const ControlRequest& request) {
  Input input;
  if (auto bad = read_input(request.body, input)) return *bad;
  auto all = catalog_.list();
  if (!all) return internal_error(all.error());
  std::size_t own = 0;
  for (const WorkspaceRecord& record : *all) {
    if (record.account != request.account || record.region != request.region) continue;
    ++own;
    // The same token is the same request, sent again.
    if (!input.client_token.empty() && record.client_token == input.client_token)
      return created(record);
  }
  if (own >= kWorkspacesMax)
    return control_error(
        402, "ServiceQuotaExceededException",
        "at most " + std::to_string(kWorkspacesMax) + " workspaces in one region of an account");
  WorkspaceRecord record{.id = "ws-" + random_uuid(random_),
                         .account = request.account,
                         .region = request.region,
                         .alias = std::move(input.alias),
                         .kms_key_arn = std::move(input.kms_key_arn),
                         .client_token = std::move(input.client_token),
                         .status = WorkspaceStatus::active,
                         .created_at = clock_.now(),
                         .tags = std::move(input.tags)};
  // The data first: what stands in the catalog exists.
  if (auto made = store_.create(record.id); !made) return internal_error(made.error());
  if (auto added = catalog_.add(record); !added) return internal_error(added.error());
  return created(record);
}

ControlAnswer AmpControl::list(const ControlRequest& request) {
  std::vector<std::string> regions = request.regions;
  const bool one_region = regions.empty();
  if (one_region) regions.push_back(request.region);
  std::uint64_t page = one_region ? kPageDefault : kPageMax;
  if (const std::string_view text = parameter(request.query, "maxResults"); !text.empty()) {
    page = parse_uint64(text).value_or(0);
    if (page < 1 || page > kPageMax)
      return validation_error("maxResults", "must be 1 to 1000, got " + std::string(text));
  }
  auto all = catalog_.list();
  if (!all) return internal_error(all.error());
  const std::string_view alias = trim(parameter(request.query, "alias"));
  const std::string_view after = parameter(request.query, "nextToken");
  bool started = after.empty();
  std::vector<const WorkspaceRecord*> shown;
  bool more = false;
  for (const WorkspaceRecord& record : *all) {
    const bool listed = std::find(regions.begin(), regions.end(), record.region) != regions.end();
    if (record.account != request.account || !listed) continue;
    if (!record.alias.starts_with(alias) || record.status == WorkspaceStatus::deleting) continue;
    if (started && shown.size() == page) {
      more = true;
      break;
    }
    if (started) shown.push_back(&record);
    if (record.id == after) started = true;
  }
  if (!started) return validation_error("nextToken", "is not one that a list returned");
  return answer(200, [&](JsonWriter& out) {
    if (more) out.member("nextToken", shown.back()->id);
    out.array("workspaces", shown, [&](const WorkspaceRecord* record) {
      out.object([&] { write_summary(out, *record); });
    });
  });
}

ControlAnswer AmpControl::update_alias(const ControlRequest& request, WorkspaceRecord record) {
  Input input;
  if (auto bad = read_input(request.body, input)) return *bad;
  record.alias = input.alias;
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return accepted(204);
}

ControlAnswer AmpControl::describe_configuration(const WorkspaceRecord& record) {
  const Duration retention = limits_.of(record.id)->retention;
  const std::int64_t days = retention / std::chrono::days(1);
  return answer(200, [&](JsonWriter& out) {
    out.object("workspaceConfiguration", [&] {
      out.array("limitsPerLabelSet", std::initializer_list<int>{}, [](int) {});
      // Absent: the hub keeps everything.
      if (retention > Duration::zero())
        out.member("retentionPeriodInDays",
                   static_cast<std::uint64_t>(std::max<std::int64_t>(days, 1)));
      write_status(out, WorkspaceStatus::active);
    });
  });
}

ControlAnswer AmpControl::update_configuration(const ControlRequest& request,
                                               WorkspaceRecord record) {
  rapidjson::Document body;
  if (auto bad = parse_object(request.body, body)) return *bad;
  const auto sets = body.FindMember("limitsPerLabelSet");
  if (sets != body.MemberEnd() && !sets->value.IsNull() &&
      !(sets->value.IsArray() && sets->value.Empty()))
    return validation_error("limitsPerLabelSet", "is not supported by this hub");
  const auto days = body.FindMember("retentionPeriodInDays");
  if (days != body.MemberEnd() && !days->value.IsNull()) {
    if (!days->value.IsInt64() || days->value.GetInt64() < 1 ||
        days->value.GetInt64() > kRetentionDaysMax)
      return validation_error("retentionPeriodInDays", "must be a whole number from 1 to 1095");
    record.retention_days = days->value.GetInt64();
    if (auto done = catalog_.update(record); !done) return internal_error(done.error());
    store_.configure(record.id, settings_of(record));
  }
  return answer(202, [](JsonWriter& out) { write_status(out, WorkspaceStatus::active); });
}

// Nothing changes a workspace any more that is being deleted, so others need not wait for its data.
ControlAnswer AmpControl::remove(WorkspaceRecord record, std::unique_lock<std::mutex> lock) {
  record.status = WorkspaceStatus::deleting;
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  lock.unlock();
  if (auto done = store_.remove(record.id); !done) return internal_error(done.error());
  if (auto done = catalog_.remove(record.id); !done) return internal_error(done.error());
  return accepted(202);
}

ControlAnswer AmpControl::tag(const ControlRequest& request, WorkspaceRecord record) {
  Input input;
  if (auto bad = read_input(request.body, input)) return *bad;
  for (auto& [key, value] : input.tags) record.tags[key] = std::move(value);
  if (record.tags.size() > kTagsMax)
    return validation_error("tags", "must be at most 50 on one resource");
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return accepted(200, "{}");
}

ControlAnswer AmpControl::untag(const ControlRequest& request, WorkspaceRecord record) {
  for (const auto& [key, value] : request.query)
    if (key == "tagKeys") record.tags.erase(value);
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return accepted(200, "{}");
}

Result<void> AmpControl::restore() {
  TRIBUTARY_TRY(const auto all, catalog_.list());
  for (const WorkspaceRecord& record : all) {
    if (record.status != WorkspaceStatus::deleting) {
      store_.configure(record.id, settings_of(record));
      continue;
    }
    if (auto done = store_.remove(record.id); !done) return done;
    if (auto done = catalog_.remove(record.id); !done) return done;
  }
  return {};
}

}  // namespace tributary::hub::gateway
