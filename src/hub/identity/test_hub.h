// For tests: the two accounts of the walkthrough in a temporary store, on a clock that stands
// still, with IAM and STS to call.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <string>

#include "hub/identity/accounts.h"
#include "hub/identity/authenticate.h"
#include "hub/identity/authorize.h"
#include "hub/identity/iam_api.h"
#include "hub/identity/store.h"
#include "hub/identity/sts_api.h"

namespace tributary::hub::identity {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "identity.XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Credentials {
  std::string id;
  std::string secret;
  std::string token;
};

// What stands between <tag> and </tag>, the first time.
inline std::string between(std::string_view xml, std::string_view tag) {
  const std::string open = "<" + std::string(tag) + ">";
  const std::size_t start = xml.find(open);
  const std::size_t end = xml.find("</" + std::string(tag) + ">", start);
  if (start == std::string_view::npos || end == std::string_view::npos) return "";
  return std::string(xml.substr(start + open.size(), end - start - open.size()));
}

constexpr std::string_view kWorkload = "111111111111";
constexpr std::string_view kCentral = "222222222222";

class TestHub {
 public:
  TestHub() {
    auto opened = Store::open(directory_.path(), clock_, random_);
    EXPECT_TRUE(opened) << opened.error().message();
    store_ = std::move(opened).value();
    workload_ = administrator(kWorkload, "workload");
    central_ = administrator(kCentral, "central");
    authorizer_ = std::make_unique<Authorizer>(*store_);
    authenticator_ = std::make_unique<Authenticator>(*store_);
    iam_ = std::make_unique<IamApi>(*store_, *authorizer_);
    sts_ = std::make_unique<StsApi>(*store_, *authenticator_, *authorizer_);
  }

  const Credentials& workload() const { return workload_; }
  const Credentials& central() const { return central_; }
  Store& store() { return *store_; }
  FakeClock& clock() { return clock_; }
  Authorizer& authorizer() { return *authorizer_; }
  Authenticator& authenticator() { return *authenticator_; }

  Principal principal(const Credentials& who) {
    auto found = authenticator_->find(who.id, who.token);
    if (auto* error = std::get_if<ApiError>(&found)) {
      ADD_FAILURE() << error->message;
      return {};
    }
    return std::get<AuthenticatedPtr>(found)->principal;
  }

  ApiResponse iam(const Credentials& who, std::string_view action,
                  std::map<std::string, std::string> values = {}) {
    return iam_->handle(request(who, action, kIam, std::move(values)));
  }
  ApiResponse sts(const Credentials& who, std::string_view action,
                  std::map<std::string, std::string> values = {}) {
    return sts_->handle(request(who, action, kSts, std::move(values)));
  }

  // Expects success.
  std::string done(const ApiResponse& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }

 private:
  Credentials administrator(std::string_view id, std::string_view name) {
    auto made = create_account(*store_, id, name);
    EXPECT_TRUE(made) << made.error().message();
    return {made->access_key_id, made->secret_access_key, ""};
  }

  ApiRequest request(const Credentials& who, std::string_view action, const ApiService& service,
                     std::map<std::string, std::string> values) {
    ApiRequest out{.caller = principal(who), .request_id = "request-1"};
    out.params.set("Action", std::string(action));
    out.params.set("Version", std::string(service.version));
    for (auto& [name, value] : values) out.params.set(name, std::move(value));
    return out;
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  SeededRandom random_{42};
  std::unique_ptr<Store> store_;
  Credentials workload_;
  Credentials central_;
  std::unique_ptr<Authorizer> authorizer_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<IamApi> iam_;
  std::unique_ptr<StsApi> sts_;
};

}  // namespace tributary::hub::identity
