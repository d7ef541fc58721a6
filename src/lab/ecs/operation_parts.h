// What several operations of the ECS API have in common.
//
// Threads: the Loop's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lab/ecs/answers.h"
#include "lab/ecs/json.h"
#include "lab/ecs/operations.h"

namespace tributary::lab::ecs {

// Builds a JSON object of documents.
class Answer {
 public:
  template <class Document>
  Answer& with(std::string_view key, Document document) {
    node_.set(key, config::print(std::move(document)));
    return *this;
  }
  ApiAnswer done() const { return {.body = to_json(node_)}; }

 private:
  config::Node node_ = config::Node::mapping();
};

ApiAnswer invalid_parameter(std::string message);
ApiAnswer client_error(std::string message);
ApiAnswer cluster_not_found();

// Null where there is none or it was deleted.
Cluster* active_cluster(ControlPlane& plane, const Caller& caller, std::string_view name);
// The ARN that a request for a cluster, service or task speaks of, whether there is one or not.
std::string cluster_arn(const Caller& caller, std::string_view cluster);
std::string service_arn(const Caller& caller, std::string_view cluster, std::string_view service);
std::string task_arn(const Caller& caller, std::string_view cluster, std::string_view task);

// Letters, digits, hyphens and underscores, at most 255.
bool is_identifier(std::string_view text);

// Why these tags are refused; nothing where they are not.
std::optional<ApiAnswer> refuse_tags(const std::vector<TagDocument>& tags, std::size_t others = 0);
std::map<std::string, std::string> to_map(const std::vector<TagDocument>& tags);
std::vector<TagDocument> to_list(const std::map<std::string, std::string>& tags);
bool includes_tags(const StringList& include);

// aws:RequestTag/... of the tags.
void add_request_tags(const std::vector<TagDocument>& tags, Question& question);

// One page of `all` under `key`, and "nextToken" where there are more.
ApiAnswer list_page(std::string_view key, const std::vector<std::string>& all, const Page& page,
                    std::size_t default_max = 100);

// "arn:aws:iam::111122223333:role/name" of an ARN or a bare name; "" of "".
std::string role_arn(const Caller& caller, const std::optional<std::string>& role);
bool is_own_role(const Caller& caller, std::string_view arn);
// iam:PassRole for those roles of the two that are named and one's own.
void ask_to_pass_roles(const Caller& caller, const std::vector<std::string>& roles,
                       Questions& questions);

// Where tasks are to run, and what of.
struct Launch {
  DefinitionRegistry::Definition definition;
  std::string launch_type;
  std::string platform_version;
};
// With the answer where it is refused.
std::pair<Launch, std::optional<ApiAnswer>> choose_launch(ControlPlane& plane, const Caller& caller,
                                                          std::string_view task_definition,
                                                          const std::string& launch_type,
                                                          const std::string& platform_version);

TaskAnswer show_task(const TaskRecord& task, bool with_tags);

}  // namespace tributary::lab::ecs
