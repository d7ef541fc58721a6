#include "hub/identity/iam_api.h"

#include "hub/identity/iam_operations.h"

namespace tributary::hub::identity {
namespace {

using Access = Operation::Access;
using Output = Operation::Output;
using Parameters = std::vector<Parameter>;
constexpr auto kRequired = Parameter::Need::required;

constexpr Parameter kRoleName{"RoleName", Format::name, 1, 64, kRequired};
constexpr Parameter kUserName{"UserName", Format::name, 1, 64, kRequired};
constexpr Parameter kOwnUserName{"UserName", Format::name, 1, 128};
constexpr Parameter kPolicyName{"PolicyName", Format::name, 1, 128, kRequired};
constexpr Parameter kPolicyArn{"PolicyArn", Format::any, 20, 2048, kRequired};
constexpr Parameter kPolicyDocument{"PolicyDocument", Format::document, 1, 131'072, kRequired};
constexpr Parameter kTrustDocument{"AssumeRolePolicyDocument", Format::document, 1, 131'072,
                                   kRequired};
constexpr Parameter kVersionId{"VersionId", Format::any, 2, 32, kRequired};
constexpr Parameter kPath{"Path", Format::path, 1, 512};
constexpr Parameter kPathPrefix{"PathPrefix", Format::any, 1, 512};
constexpr Parameter kDescription{"Description", Format::text, 0, 1000};
constexpr Parameter kMaxSession{"MaxSessionDuration", Format::integer, 3600, 43'200};
constexpr Parameter kBoundary{"PermissionsBoundary", Format::any, 20, 2048};
constexpr Parameter kNewBoundary{"PermissionsBoundary", Format::any, 20, 2048, kRequired};
constexpr Parameter kAccessKeyId{"AccessKeyId", Format::name, 16, 128, kRequired};
constexpr Parameter kStatus{"Status", Format::any, 1, 32, kRequired};
constexpr Parameter kSourceArn{"PolicySourceArn", Format::any, 20, 2048, kRequired};
constexpr Parameter kMarker{"Marker", Format::any, 1, 2048};
constexpr Parameter kMaxItems{"MaxItems", Format::integer, 1, 1000};
constexpr Parameter kSetAsDefault{"SetAsDefault", Format::boolean};
constexpr Parameter kOnlyAttached{"OnlyAttached", Format::boolean};

void add_entity_operations(std::vector<Operation>& all, EntityKind kind) {
  const bool role = kind == EntityKind::role;
  const Parameter name = role ? kRoleName : kUserName;
  const auto pick = [&](std::string_view of_role, std::string_view of_user) {
    return role ? of_role : of_user;
  };
  const auto read = [&](std::string_view op, auto run, Parameters parameters) {
    parameters.insert(parameters.begin(), name);
    all.push_back({op, Access::read, Output::result, kind, target_entity, run, parameters});
  };
  const auto write = [&](std::string_view op, auto run, Parameters parameters) {
    parameters.insert(parameters.begin(), name);
    all.push_back({op, Access::write, Output::none, kind, target_entity, run, parameters});
  };
  all.push_back({pick("ListRoles", "ListUsers"),
                 Access::read,
                 Output::result,
                 kind,
                 target_entity_list,
                 list_entities,
                 {kPathPrefix, kMarker, kMaxItems}});
  write(pick("DeleteRole", "DeleteUser"), delete_entity, {});
  write(pick("PutRolePermissionsBoundary", "PutUserPermissionsBoundary"), put_boundary,
        {kNewBoundary});
  write(pick("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary"), delete_boundary,
        {});
  write(pick("TagRole", "TagUser"), tag_entity, {});
  write(pick("UntagRole", "UntagUser"), untag_entity, {});
  read(pick("ListRoleTags", "ListUserTags"), list_entity_tags, {kMarker, kMaxItems});
  read(pick("ListInstanceProfilesForRole", "ListGroupsForUser"), list_nothing,
       {kMarker, kMaxItems});
  write(pick("AttachRolePolicy", "AttachUserPolicy"), attach_policy, {kPolicyArn});
  write(pick("DetachRolePolicy", "DetachUserPolicy"), detach_policy, {kPolicyArn});
  read(pick("ListAttachedRolePolicies", "ListAttachedUserPolicies"), list_attached_policies,
       {kPathPrefix, kMarker, kMaxItems});
  write(pick("PutRolePolicy", "PutUserPolicy"), put_inline_policy, {kPolicyName, kPolicyDocument});
  read(pick("GetRolePolicy", "GetUserPolicy"), get_inline_policy, {kPolicyName});
  read(pick("ListRolePolicies", "ListUserPolicies"), list_inline_policies, {kMarker, kMaxItems});
  write(pick("DeleteRolePolicy", "DeleteUserPolicy"), delete_inline_policy, {kPolicyName});
}

void add_role_operations(std::vector<Operation>& all) {
  constexpr auto kKind = EntityKind::role;
  all.push_back({"CreateRole",
                 Access::write,
                 Output::result,
                 kKind,
                 target_new_entity,
                 create_role,
                 {kRoleName, kTrustDocument, kPath, kDescription, kMaxSession, kBoundary}});
  all.push_back(
      {"GetRole", Access::read, Output::result, kKind, target_entity, get_entity, {kRoleName}});
  all.push_back({"UpdateRole",
                 Access::write,
                 Output::result,
                 kKind,
                 target_entity,
                 update_role,
                 {kRoleName, kDescription, kMaxSession}});
  all.push_back({"UpdateAssumeRolePolicy",
                 Access::write,
                 Output::none,
                 kKind,
                 target_entity,
                 update_trust_policy,
                 {kRoleName, kPolicyDocument}});
}

void add_user_operations(std::vector<Operation>& all) {
  constexpr auto kKind = EntityKind::user;
  all.push_back({"CreateUser",
                 Access::write,
                 Output::result,
                 kKind,
                 target_new_entity,
                 create_user,
                 {kUserName, kPath, kBoundary}});
  all.push_back(
      {"GetUser", Access::read, Output::result, kKind, target_entity, get_entity, {kOwnUserName}});
  all.push_back({"CreateAccessKey",
                 Access::write,
                 Output::result,
                 kKind,
                 target_entity,
                 create_access_key,
                 {kOwnUserName}});
  all.push_back({"ListAccessKeys",
                 Access::read,
                 Output::result,
                 kKind,
                 target_entity,
                 list_access_keys,
                 {kOwnUserName, kMarker, kMaxItems}});
  all.push_back({"UpdateAccessKey",
                 Access::write,
                 Output::none,
                 kKind,
                 target_entity,
                 update_access_key,
                 {kOwnUserName, kAccessKeyId, kStatus}});
  all.push_back({"DeleteAccessKey",
                 Access::write,
                 Output::none,
                 kKind,
                 target_entity,
                 delete_access_key,
                 {kOwnUserName, kAccessKeyId}});
}

void add_policy_operations(std::vector<Operation>& all) {
  const auto add = [&](std::string_view op, Access access, Output output, auto run,
                       Parameters parameters) {
    parameters.insert(parameters.begin(), kPolicyArn);
    all.push_back({op, access, output, EntityKind::role, target_policy, run, parameters});
  };
  all.push_back({"CreatePolicy",
                 Access::write,
                 Output::result,
                 EntityKind::role,
                 target_new_policy,
                 create_policy,
                 {kPolicyName, kPolicyDocument, kPath, kDescription}});
  all.push_back({"ListPolicies",
                 Access::read,
                 Output::result,
                 EntityKind::role,
                 target_policy_list,
                 list_policies,
                 {kPathPrefix, kOnlyAttached, kMarker, kMaxItems}});
  add("GetPolicy", Access::read, Output::result, get_policy, {});
  add("DeletePolicy", Access::write, Output::none, delete_policy, {});
  add("CreatePolicyVersion", Access::write, Output::result, create_policy_version,
      {kPolicyDocument, kSetAsDefault});
  add("GetPolicyVersion", Access::read, Output::result, get_policy_version, {kVersionId});
  add("ListPolicyVersions", Access::read, Output::result, list_policy_versions,
      {kMarker, kMaxItems});
  add("DeletePolicyVersion", Access::write, Output::none, delete_policy_version, {kVersionId});
  add("SetDefaultPolicyVersion", Access::write, Output::none, set_default_policy_version,
      {kVersionId});
  add("ListEntitiesForPolicy", Access::read, Output::result, list_entities_for_policy,
      {kPathPrefix, kMarker, kMaxItems});
  add("TagPolicy", Access::write, Output::none, tag_policy, {});
  add("UntagPolicy", Access::write, Output::none, untag_policy, {});
  add("ListPolicyTags", Access::read, Output::result, list_policy_tags, {kMarker, kMaxItems});
}

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  add_entity_operations(all, EntityKind::role);
  add_entity_operations(all, EntityKind::user);
  add_role_operations(all);
  add_user_operations(all);
  add_policy_operations(all);
  all.push_back({"SimulatePrincipalPolicy",
                 Access::read,
                 Output::result,
                 EntityKind::role,
                 target_simulated,
                 simulate_principal_policy,
                 {kSourceArn}});
  return all;
}

ApiResponse refuse_session(const std::vector<Operation>& operations, const ApiRequest& request) {
  ApiResponse response = error_response(
      kIam,
      {403, "InvalidClientTokenId", "The security token included in the request is invalid", "",
       "a session of GetSessionToken cannot call IAM"},
      request.request_id);
  const std::string_view action = request.params.text("Action");
  if (find_operation(operations, action) != nullptr) response.action = action_name(kIam, action);
  return response;
}

}  // namespace

ApiResponse IamApi::handle(const ApiRequest& request) {
  static const std::vector<Operation> kOperations = all_operations();
  // As on AWS: who has only such a session cannot make himself a key that outlives it.
  if (request.caller.kind == PrincipalKind::user && request.caller.temporary())
    return refuse_session(kOperations, request);
  return run_operation(kIam, kOperations, store_, authorizer_, request);
}

}  // namespace tributary::hub::identity
