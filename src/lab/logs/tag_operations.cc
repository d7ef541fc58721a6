// TagResource, UntagResource, ListTagsForResource, and their elder siblings TagLogGroup,
// UntagLogGroup, ListTagsLogGroup, which take a name instead of an ARN.
#include <array>

#include "lab/logs/json_object.h"
#include "lab/logs/logs_operations.h"

namespace tributary::lab::logs {
namespace {

using Tags = std::map<std::string, std::string>;

struct TagParameters {
  std::string arn;
  std::string group;
  Tags tags;
  std::vector<std::string> keys;
};

struct TagResource : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
    f.required("tags", tags, "");
  }
};
struct UntagResource : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
    f.required("tagKeys", keys, "");
  }
};
struct ListTagsForResource : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("resourceArn", arn, "");
  }
};
struct TagLogGroup : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", group, "");
    f.required("tags", tags, "");
  }
};
struct UntagLogGroup : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", group, "");
    f.required("tags", keys, "");
  }
};
struct ListTagsLogGroup : TagParameters {
  template <class Fields>
  void describe(Fields& f) {
    f.required("logGroupName", group, "");
  }
};

ApiAnswer add_tags(LogStore& store, const GroupName& name, const TagParameters& parameters) {
  Tags tags = store.find(name)->tags;
  for (const auto& [key, value] : parameters.tags) tags[key] = value;
  if (auto bad = check_tags(tags)) return std::move(*bad);
  return done(store.set_tags(name, std::move(tags)));
}

ApiAnswer remove_tags(LogStore& store, const GroupName& name, const TagParameters& parameters) {
  Tags tags = store.find(name)->tags;
  for (const std::string& key : parameters.keys) tags.erase(key);
  return done(store.set_tags(name, std::move(tags)));
}

ApiAnswer list_tags(LogStore& store, const GroupName& name, const TagParameters&) {
  JsonObject tags;
  for (const auto& [key, value] : store.find(name)->tags) tags.add(key, value);
  JsonObject json;
  json.add_json("tags", tags.take());
  return {.body = json.take()};
}

template <class Parameters>
Preparation on_tags(const Context& context,
                    ApiAnswer (*act)(LogStore&, const GroupName&, const TagParameters&)) {
  auto read = read_parameters<Parameters>(context);
  if (auto* bad = std::get_if<ApiAnswer>(&read)) return std::move(*bad);
  TagParameters& parameters = std::get<Parameters>(read);
  auto found = find_name(context, parameters.group, parameters.arn);
  if (auto* bad = std::get_if<ApiAnswer>(&found)) return std::move(*bad);
  const GroupName& name = std::get<GroupName>(found);
  Question question = question_on(context, context.call.operation, name, "");
  for (const auto& [key, value] : parameters.tags)
    question.context["aws:RequestTag/" + key] = value;
  return Prepared{.questions = {std::move(question)},
                  .run = [&store = context.store, name, parameters = std::move(parameters), act] {
                    if (store.find(name) == nullptr)
                      return api_error("ResourceNotFoundException",
                                       "The specified log group does not exist.");
                    return act(store, name, parameters);
                  }};
}

constexpr std::array kOperations = {
    Operation{"TagResource", [](const Context& c) { return on_tags<TagResource>(c, add_tags); }},
    Operation{"UntagResource",
              [](const Context& c) { return on_tags<UntagResource>(c, remove_tags); }},
    Operation{"ListTagsForResource",
              [](const Context& c) { return on_tags<ListTagsForResource>(c, list_tags); }},
    Operation{"TagLogGroup", [](const Context& c) { return on_tags<TagLogGroup>(c, add_tags); }},
    Operation{"UntagLogGroup",
              [](const Context& c) { return on_tags<UntagLogGroup>(c, remove_tags); }},
    Operation{"ListTagsLogGroup",
              [](const Context& c) { return on_tags<ListTagsLogGroup>(c, list_tags); }},
};

}  // namespace

std::span<const Operation> tag_operations() { return kOperations; }

}  // namespace tributary::lab::logs
