#include "hub/gateway/amp_control.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "base/strings.h"

namespace tributary::hub::gateway {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::size_t kAliasBytesMax = 100;
constexpr std::size_t kClientTokenBytesMax = 64;
constexpr std::size_t kTagKeyBytesMax = 128;
constexpr std::size_t kTagValueBytesMax = 256;
constexpr std::uint64_t kPageMax = 1000;
constexpr std::uint64_t kPageDefault = 100;

template <class Write>
std::string json(Write&& write) {
  rapidjson::StringBuffer buffer;
  Json writer(buffer);
  writer.StartObject();
  write(writer);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

void member(Json& out, const char* key, std::string_view value) {
  out.Key(key);
  out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void write_status(Json& out, WorkspaceStatus status) {
  out.Key("status");
  out.StartObject();
  member(out, "statusCode", to_string(status));
  out.EndObject();
}

void write_tags(Json& out, const std::map<std::string, std::string>& tags) {
  out.Key("tags");
  out.StartObject();
  for (const auto& [key, value] : tags) member(out, key.c_str(), value);
  out.EndObject();
}

// What list and describe have in common.
void write_summary(Json& out, const WorkspaceRecord& record) {
  if (!record.alias.empty()) member(out, "alias", record.alias);
  member(out, "arn", record.arn());
  out.Key("createdAt");
  out.Double(static_cast<double>(to_ms(record.created_at)) / 1000.0);
  if (!record.kms_key_arn.empty()) member(out, "kmsKeyArn", record.kms_key_arn);
  write_status(out, record.status);
  write_tags(out, record.tags);
  member(out, "workspaceId", record.id);
}

ControlAnswer validation_error(std::string_view field, std::string_view message) {
  return {.status = 400,
          .error_code = "ValidationException",
          .body = json([&](Json& out) {
            member(out, "message", std::string(field) + ": " + std::string(message));
            member(out, "reason", "FIELD_VALIDATION_FAILED");
            out.Key("fieldList");
            out.StartArray();
            out.StartObject();
            member(out, "name", field);
            member(out, "message", message);
            out.EndObject();
            out.EndArray();
          })};
}

ControlAnswer internal_error(const Error& error) {
  return control_error(500, "InternalServerException", error.message());
}

// The body of a request: alias, clientToken, tags and kmsKeyArn, each where it is there.
struct Input {
  std::string alias;
  std::string client_token;
  std::string kms_key_arn;
  std::map<std::string, std::string> tags;
};

std::optional<ControlAnswer> read_text(const rapidjson::Document& body, const char* key,
                                       std::size_t bytes_max, std::string& out) {
  const auto at = body.FindMember(key);
  if (at == body.MemberEnd() || at->value.IsNull()) return std::nullopt;
  if (!at->value.IsString()) return validation_error(key, "must be a string");
  out.assign(at->value.GetString(), at->value.GetStringLength());
  if (out.empty() || out.size() > bytes_max)
    return validation_error(key, "must have 1 to " + std::to_string(bytes_max) +
                                     " characters, got " + std::to_string(out.size()));
  return std::nullopt;
}

std::optional<ControlAnswer> read_tags(const rapidjson::Document& body, Input& input) {
  const auto tags = body.FindMember("tags");
  if (tags == body.MemberEnd() || tags->value.IsNull()) return std::nullopt;
  if (!tags->value.IsObject()) return validation_error("tags", "must be an object");
  for (const auto& tag : tags->value.GetObject()) {
    if (!tag.value.IsString()) return validation_error("tags", "values must be strings");
    if (tag.name.GetStringLength() == 0 || tag.name.GetStringLength() > kTagKeyBytesMax)
      return validation_error("tags", "a key must have 1 to 128 characters");
    if (tag.value.GetStringLength() > kTagValueBytesMax)
      return validation_error("tags", "a value must have at most 256 characters");
    input.tags[tag.name.GetString()] = tag.value.GetString();
  }
  if (input.tags.size() > AmpControl::kTagsMax)
    return validation_error("tags", "must be at most 50, got " + std::to_string(input.tags.size()));
  return std::nullopt;
}

std::optional<ControlAnswer> parse_object(std::string_view text, rapidjson::Document& body) {
  if (trim(text).empty()) text = "{}";
  body.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (!body.HasParseError() && body.IsObject()) return std::nullopt;
  return ControlAnswer{.status = 400,
                       .error_code = "ValidationException",
                       .body = json([](Json& out) {
                         member(out, "message", "The request body is not a JSON object.");
                         member(out, "reason", "CANNOT_PARSE");
                       })};
}

std::optional<ControlAnswer> read_input(std::string_view text, Input& input) {
  rapidjson::Document body;
  if (auto bad = parse_object(text, body)) return bad;
  if (auto bad = read_text(body, "alias", kAliasBytesMax, input.alias)) return bad;
  if (auto bad = read_text(body, "clientToken", kClientTokenBytesMax, input.client_token))
    return bad;
  if (auto bad = read_text(body, "kmsKeyArn", 2048, input.kms_key_arn)) return bad;
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
  return {.status = 202, .error_code = {}, .body = json([&](Json& out) {
                                             member(out, "arn", record.arn());
                                             if (!record.kms_key_arn.empty())
                                               member(out, "kmsKeyArn", record.kms_key_arn);
                                             write_status(out, record.status);
                                             write_tags(out, record.tags);
                                             member(out, "workspaceId", record.id);
                                           })};
}

ControlAnswer described(const WorkspaceRecord& record, std::string_view base_url) {
  return {.status = 200, .error_code = {}, .body = json([&](Json& out) {
                                             out.Key("workspace");
                                             out.StartObject();
                                             write_summary(out, record);
                                             member(out, "prometheusEndpoint",
                                                    std::string(base_url) + "/workspaces/" +
                                                        record.id + "/");
                                             out.EndObject();
                                           })};
}

workspaces::WorkspaceSettings settings_of(const WorkspaceRecord& record) {
  workspaces::WorkspaceSettings settings;
  if (record.retention_days) settings.retention = std::chrono::days(*record.retention_days);
  return settings;
}

ControlAnswer tags_of(const WorkspaceRecord& record) {
  return {.status = 200, .error_code = {}, .body = json([&](Json& out) {
                                             write_tags(out, record.tags);
                                           })};
}

}  // namespace

ControlAnswer control_error(int status, std::string_view code, std::string_view message) {
  return {.status = status, .error_code = std::string(code), .body = json([&](Json& out) {
                                                               member(out, "message", message);
                                                             })};
}

ControlAnswer workspace_not_found(std::string_view id) {
  return {.status = 404,
          .error_code = "ResourceNotFoundException",
          .body = json([&](Json& out) {
            member(out, "message", "Workspace not found");
            member(out, "resourceId", id);
            member(out, "resourceType", "workspace");
          })};
}

ControlAnswer AmpControl::handle(const ControlRequest& request) {
  using enum ControlOperation;
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
    case delete_workspace: return remove(std::move(record));
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
  return {.status = 200, .error_code = {}, .body = json([&](Json& out) {
                                             if (more) member(out, "nextToken", shown.back()->id);
                                             out.Key("workspaces");
                                             out.StartArray();
                                             for (const WorkspaceRecord* record : shown) {
                                               out.StartObject();
                                               write_summary(out, *record);
                                               out.EndObject();
                                             }
                                             out.EndArray();
                                           })};
}

ControlAnswer AmpControl::update_alias(const ControlRequest& request, WorkspaceRecord record) {
  Input input;
  if (auto bad = read_input(request.body, input)) return *bad;
  record.alias = input.alias;
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return {.status = 204, .error_code = {}, .body = {}};
}

ControlAnswer AmpControl::describe_configuration(const WorkspaceRecord& record) {
  const Duration retention = limits_.of(record.id)->retention;
  const std::int64_t days = retention / std::chrono::days(1);
  return {.status = 200, .error_code = {}, .body = json([&](Json& out) {
                                             out.Key("workspaceConfiguration");
                                             out.StartObject();
                                             out.Key("limitsPerLabelSet");
                                             out.StartArray();
                                             out.EndArray();
                                             // Absent: the hub keeps everything.
                                             if (retention > Duration::zero()) {
                                               out.Key("retentionPeriodInDays");
                                               out.Int64(std::max<std::int64_t>(days, 1));
                                             }
                                             write_status(out, WorkspaceStatus::active);
                                             out.EndObject();
                                           })};
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
  return {.status = 202, .error_code = {}, .body = json([&](Json& out) {
                                             write_status(out, WorkspaceStatus::active);
                                           })};
}

ControlAnswer AmpControl::remove(WorkspaceRecord record) {
  record.status = WorkspaceStatus::deleting;
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  if (auto done = store_.remove(record.id); !done) return internal_error(done.error());
  if (auto done = catalog_.remove(record.id); !done) return internal_error(done.error());
  return {.status = 202, .error_code = {}, .body = {}};
}

ControlAnswer AmpControl::tag(const ControlRequest& request, WorkspaceRecord record) {
  Input input;
  if (auto bad = read_input(request.body, input)) return *bad;
  for (auto& [key, value] : input.tags) record.tags[key] = std::move(value);
  if (record.tags.size() > kTagsMax)
    return validation_error("tags", "must be at most 50 on one resource");
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return {.status = 200, .error_code = {}, .body = "{}"};
}

ControlAnswer AmpControl::untag(const ControlRequest& request, WorkspaceRecord record) {
  for (const auto& [key, value] : request.query)
    if (key == "tagKeys") record.tags.erase(value);
  if (auto done = catalog_.update(record); !done) return internal_error(done.error());
  return {.status = 200, .error_code = {}, .body = "{}"};
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
