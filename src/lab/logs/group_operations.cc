// CreateLogGroup, DeleteLogGroup, DescribeLogGroups, PutRetentionPolicy, DeleteRetentionPolicy.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "lab/logs/json_object.h"
#include "lab/logs/logs_operations.h"

namespace tributary::lab::logs {
namespace {

constexpr std::int64_t kGroupsMax = 50;  // of one answer

struct CreateLogGroup {
  std::string name;
  std::string group_class = "STANDARD";
  std::map<std::string, std::string> tags;

  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", name, "");
    f.optional("logGroupClass", group_class, "");
    f.optional("tags", tags, "");
  }
};

Preparation create_log_group(const Context& context) {
  auto read = read_parameters<CreateLogGroup>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<CreateLogGroup>(read);
  if (auto bad = check_group_name("logGroupName", parameters.name)) return std::move(*bad);
  if (auto bad = check_tags(parameters.tags)) return std::move(*bad);
  if (parameters.group_class != "STANDARD")
    return invalid_parameter("The lab has log groups of the class STANDARD only, not " +
                             parameters.group_class + ".");
  const GroupName name = context.group(parameters.name);
  Prepared prepared;
  prepared.questions.push_back(question_on(context, "CreateLogGroup", name, ""));
  if (!parameters.tags.empty())
    prepared.questions.push_back(question_on(context, "TagResource", name, ""));
  for (Question& question : prepared.questions)
    for (const auto& [key, value] : parameters.tags)
      question.context["aws:RequestTag/" + key] = value;
  prepared.run = [&store = context.store, now = context.now, name,
                  tags = std::move(parameters.tags)] {
    auto created = store.create_group(name, now);
    if (created && !tags.empty()) created = store.set_tags(name, tags);
    return done(created);
  };
  return prepared;
}

struct GroupOnly {
  std::string name;

  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", name, "");
  }
};

// An operation that has nothing but the group's name.
template <class Act>
Preparation on_group(const Context& context, std::string_view action, Act act) {
  auto read = read_parameters<GroupOnly>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  const std::string& group = std::get<GroupOnly>(read).name;
  if (auto bad = check_group_name("logGroupName", group)) return std::move(*bad);
  const GroupName name = context.group(group);
  return Prepared{.questions = {question_on(context, std::string(action), name, "")},
                  .run = [&store = context.store, name, act] { return done(act(store, name)); }};
}

Preparation delete_log_group(const Context& context) {
  return on_group(context, "DeleteLogGroup",
                  [](LogStore& store, const GroupName& name) { return store.remove_group(name); });
}

Preparation delete_retention_policy(const Context& context) {
  return on_group(context, "DeleteRetentionPolicy", [](LogStore& store, const GroupName& name) {
    return store.set_retention(name, std::nullopt);
  });
}

struct PutRetentionPolicy {
  std::string name;
  std::int32_t days = 0;

  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", name, "");
    f.required("retentionInDays", days, "");
  }
};

Preparation put_retention_policy(const Context& context) {
  static constexpr std::array kDays = {1,    3,    5,    7,    14,   30,  60,  90,
                                       120,  150,  180,  365,  400,  545, 731, 1096,
                                       1827, 2192, 2557, 2922, 3288, 3653};
  auto read = read_parameters<PutRetentionPolicy>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  const auto& parameters = std::get<PutRetentionPolicy>(read);
  if (auto bad = check_group_name("logGroupName", parameters.name)) return std::move(*bad);
  if (std::find(kDays.begin(), kDays.end(), parameters.days) == kDays.end())
    return invalid_parameter("Invalid retention value " + std::to_string(parameters.days) +
                             ". Valid values are: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
                             "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653");
  const GroupName name = context.group(parameters.name);
  return Prepared{.questions = {question_on(context, "PutRetentionPolicy", name, "")},
                  .run = [&store = context.store, name, days = parameters.days] {
                    return done(store.set_retention(name, days));
                  }};
}

struct DescribeLogGroups {
  std::string prefix;
  std::string pattern;
  std::string next_token;
  std::int64_t limit = kGroupsMax;
  bool linked = false;

  template <class Fields>
  void describe(Fields& f) {
    f.optional("logGroupNamePrefix", prefix, "");
    f.optional("logGroupNamePattern", pattern, "");
    f.optional("nextToken", next_token, "");
    f.optional("limit", limit, "");
    f.optional("includeLinkedAccounts", linked, "");
  }
};

std::string to_json(const LogGroup& group) {
  JsonObject json;
  json.add("logGroupName", group.name.group).add("creationTime", group.created_ms);
  if (group.retention_days) json.add("retentionInDays", *group.retention_days);
  return json.add("metricFilterCount", 0)
      .add("arn", group_arn(group.name) + ":*")
      .add("storedBytes", group.bytes())
      .add("logGroupClass", "STANDARD")
      .add("logGroupArn", group_arn(group.name))
      .take();
}

ApiAnswer list_groups(const LogStore& store, const GroupName& place,
                      const DescribeLogGroups& parameters) {
  std::string after;
  if (!parameters.next_token.empty()) {
    auto name = base64_decode(parameters.next_token);
    if (!name) return invalid_parameter("The specified nextToken is invalid.");
    after = std::move(*name);
  }
  const std::string wanted = to_lower(parameters.pattern);
  std::vector<std::string> groups;
  std::string next;
  for (const LogGroup* group : store.groups(place.account, place.region)) {
    const std::string& name = group->name.group;
    if (name <= after || !name.starts_with(parameters.prefix)) continue;
    if (to_lower(name).find(wanted) == std::string::npos) continue;
    if (groups.size() == static_cast<std::size_t>(parameters.limit)) {
      next = base64_encode(after);
      break;
    }
    groups.push_back(to_json(*group));
    after = name;
  }
  JsonObject json;
  json.add_json("logGroups", json_array(groups));
  if (!next.empty()) json.add("nextToken", next);
  return {.body = json.take()};
}

Preparation describe_log_groups(const Context& context) {
  auto read = read_parameters<DescribeLogGroups>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  auto& parameters = std::get<DescribeLogGroups>(read);
  if (auto bad = check_range("limit", parameters.limit, 1, kGroupsMax)) return std::move(*bad);
  if (!parameters.prefix.empty() && !parameters.pattern.empty())
    return invalid_parameter(
        "logGroupNamePrefix and logGroupNamePattern are mutually exclusive parameters.");
  const GroupName place = context.group("");
  return Prepared{.questions = {question_on(context, "DescribeLogGroups", place, "")},
                  .run = [&store = context.store, place, parameters = std::move(parameters)] {
                    return list_groups(store, place, parameters);
                  }};
}

constexpr std::array kOperations = {
    Operation{"CreateLogGroup", create_log_group},
    Operation{"DeleteLogGroup", delete_log_group},
    Operation{"DescribeLogGroups", describe_log_groups},
    Operation{"PutRetentionPolicy", put_retention_policy},
    Operation{"DeleteRetentionPolicy", delete_retention_policy},
};

}  // namespace

std::span<const Operation> group_operations() { return kOperations; }

}  // namespace tributary::lab::logs
