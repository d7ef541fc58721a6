#include "hub/gateway/amp_control.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "hub/gateway/fake_store.h"

namespace tributary::hub::gateway {
namespace {

struct Example {
  Example() {
    std::filesystem::create_directories(directory);
    catalog = std::move(*open_workspace_catalog(directory + "/workspaces.db"));
    control = std::make_unique<AmpControl>(*catalog, store, limits, clock, random);
  }
  ~Example() { std::filesystem::remove_all(directory); }

  ControlAnswer call(std::string_view method, const std::string& path, std::string_view body = "",
                     workspaces::Params query = {}) {
    const Routed routed = route(method, path);
    return control->handle({.route = *routed.route,
                            .account = account,
                            .region = region,
                            .base_url = "http://127.0.0.1:9009",
                            .query = std::move(query),
                            .body = body});
  }

  rapidjson::Document json(const ControlAnswer& answer) {
    rapidjson::Document document;
    document.Parse(answer.body.c_str());
    EXPECT_FALSE(document.HasParseError()) << answer.body;
    return document;
  }

  std::string create(std::string_view body) {
    const ControlAnswer answer = call("POST", "/workspaces", body);
    EXPECT_EQ(answer.status, 202) << answer.body;
    return json(answer)["workspaceId"].GetString();
  }

  std::string directory =
      std::filesystem::temp_directory_path() / ("amp-control-" + std::to_string(::getpid()));
  std::string account = "222222222222";
  std::string region = "eu-west-1";
  FakeStore store;
  workspaces::LimitsTable limits;
  FakeClock clock;
  SeededRandom random{3};
  std::unique_ptr<WorkspaceCatalog> catalog;
  std::unique_ptr<AmpControl> control;
};

TEST(AmpControl, CreatesDescribesRenamesAndDeletesAWorkspace) {
  Example example;
  const std::string id = example.create(R"({"alias":" metrics ","tags":{"team":"a"}})");

  EXPECT_TRUE(is_workspace_id(id));
  EXPECT_EQ(example.store.ids.count(id), 1U);
  auto described = example.json(example.call("GET", "/workspaces/" + id));
  EXPECT_STREQ(described["workspace"]["alias"].GetString(), "metrics");
  EXPECT_STREQ(described["workspace"]["status"]["statusCode"].GetString(), "ACTIVE");
  EXPECT_EQ(described["workspace"]["prometheusEndpoint"].GetString(),
            "http://127.0.0.1:9009/workspaces/" + id + "/");
  EXPECT_EQ(described["workspace"]["arn"].GetString(),
            "arn:aws:aps:eu-west-1:222222222222:workspace/" + id);

  EXPECT_EQ(example.call("POST", "/workspaces/" + id + "/alias", R"({"alias":"new"})").status, 204);
  described = example.json(example.call("GET", "/workspaces/" + id));
  EXPECT_STREQ(described["workspace"]["alias"].GetString(), "new");

  EXPECT_EQ(example.call("DELETE", "/workspaces/" + id).status, 202);
  EXPECT_TRUE(example.store.ids.empty());
  const ControlAnswer gone = example.call("GET", "/workspaces/" + id);
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.error_code, "ResourceNotFoundException");
}

TEST(AmpControl, TakesTheSameClientTokenForTheSameRequest) {
  Example example;

  const std::string once = example.create(R"({"clientToken":"t1"})");
  const std::string again = example.create(R"({"clientToken":"t1"})");
  const std::string other = example.create(R"({"clientToken":"t2"})");

  EXPECT_EQ(once, again);
  EXPECT_NE(once, other);
}

TEST(AmpControl, ListsTheCallersWorkspacesOfTheRegionByPrefixAndPage) {
  Example example;
  const std::string a = example.create(R"({"alias":"prod-a"})");
  example.clock.advance(1s);
  const std::string b = example.create(R"({"alias":"prod-b"})");
  example.clock.advance(1s);
  example.create(R"({"alias":"dev"})");
  example.region = "us-east-1";
  example.create(R"({"alias":"prod-us"})");
  example.region = "eu-west-1";

  const auto first = example.json(
      example.call("GET", "/workspaces", "", {{"alias", "prod"}, {"maxResults", "1"}}));
  ASSERT_EQ(first["workspaces"].Size(), 1U);
  EXPECT_EQ(first["workspaces"][0]["workspaceId"].GetString(), a);
  const std::string token = first["nextToken"].GetString();
  const auto second = example.json(
      example.call("GET", "/workspaces", "", {{"alias", "prod"}, {"nextToken", token}}));
  ASSERT_EQ(second["workspaces"].Size(), 1U);
  EXPECT_EQ(second["workspaces"][0]["workspaceId"].GetString(), b);
  EXPECT_FALSE(second.HasMember("nextToken"));

  example.account = "111111111111";
  EXPECT_EQ(example.json(example.call("GET", "/workspaces"))["workspaces"].Size(), 0U);
}

TEST(AmpControl, TagsAndUntags) {
  Example example;
  const std::string id = example.create(R"({"tags":{"a":"1","b":"2"}})");
  const std::string tags = "/tags/arn%3Aaws%3Aaps%3Aeu-west-1%3A222222222222%3Aworkspace%2F" + id;

  EXPECT_EQ(example.call("POST", tags, R"({"tags":{"c":"3"}})").status, 200);
  EXPECT_EQ(example.call("DELETE", tags, "", {{"tagKeys", "a"}, {"tagKeys", "b"}}).status, 200);

  const auto left = example.json(example.call("GET", tags));
  EXPECT_EQ(left["tags"].MemberCount(), 1U);
  EXPECT_STREQ(left["tags"]["c"].GetString(), "3");
}

TEST(AmpControl, KeepsTheTagsOfCallsThatComeAtOnce) {
  Example example;
  const std::string id = example.create("{}");
  const std::string tags = "/tags/arn%3Aaws%3Aaps%3Aeu-west-1%3A222222222222%3Aworkspace%2F" + id;
  const auto tag = [&](const char* prefix) {
    for (int i = 0; i < 25; ++i)
      example.call("POST", tags, R"({"tags":{")" + (prefix + std::to_string(i)) + R"(":"x"}})");
  };

  std::thread other(tag, "a");
  tag("b");
  other.join();

  EXPECT_EQ(example.json(example.call("GET", tags))["tags"].MemberCount(), 50U);
}

TEST(AmpControl, LeavesAWorkspaceDeletedThatIsRenamedMeanwhile) {
  Example example;
  example.store.fail_remove = true;
  for (int i = 0; i < 20; ++i) {
    const std::string path = "/workspaces/" + example.create("{}");
    const auto rename = [&] {
      int status = 204;
      for (int call = 0; call < 50 && status == 204; ++call)
        status = example.call("POST", path + "/alias", R"({"alias":"new"})").status;
    };
    std::vector<std::thread> renaming;
    for (int j = 0; j < 4; ++j) renaming.emplace_back(rename);

    EXPECT_EQ(example.call("DELETE", path).status, 500);
    for (std::thread& thread : renaming) thread.join();

    EXPECT_EQ(example.call("GET", path).status, 404);
  }
}

TEST(AmpControl, MakesOneWorkspaceOfATokenThatComesTwiceAtOnce) {
  Example example;
  for (int i = 0; i < 20; ++i) {
    const std::string body = R"({"clientToken":"t)" + std::to_string(i) + "\"}";
    std::string second;

    std::thread other([&] { second = example.create(body); });
    const std::string first = example.create(body);
    other.join();

    EXPECT_EQ(first, second);
  }
}

TEST(AmpControl, SetsTheRetentionOfAWorkspaceAndRemembersIt) {
  Example example;
  const std::string id = example.create("{}");
  const std::string path = "/workspaces/" + id + "/configuration";
  const auto before = example.json(example.call("GET", path));

  const ControlAnswer set = example.call("PATCH", path, R"({"retentionPeriodInDays":30})");
  example.limits.set(id, example.store.settings[id]);
  const auto after = example.json(example.call("GET", path));
  example.store.settings.clear();
  ASSERT_TRUE(example.control->restore());

  EXPECT_FALSE(before["workspaceConfiguration"].HasMember("retentionPeriodInDays"));
  EXPECT_EQ(set.status, 202);
  EXPECT_EQ(set.body, R"({"status":{"statusCode":"ACTIVE"}})");
  EXPECT_EQ(after["workspaceConfiguration"]["retentionPeriodInDays"].GetInt(), 30);
  EXPECT_EQ(example.store.settings[id].retention, Duration(24h * 30));
  for (const char* body : {R"({"retentionPeriodInDays":0})", R"({"retentionPeriodInDays":1096})",
                           R"({"retentionPeriodInDays":"7"})", R"({"limitsPerLabelSet":[{}]})"})
    EXPECT_EQ(example.call("PATCH", path, body).status, 400) << body;
}

TEST(AmpControl, NamesTheFieldThatItRefuses) {
  Example example;
  const auto refused = [&](std::string_view body, std::string_view part) {
    const ControlAnswer answer = example.call("POST", "/workspaces", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.error_code, "ValidationException");
    EXPECT_NE(answer.body.find(part), std::string::npos) << answer.body;
  };

  refused("{", "CANNOT_PARSE");
  refused("[]", "CANNOT_PARSE");
  refused(R"({"alias":7})", "alias");
  refused(R"({"alias":")" + std::string(101, 'x') + "\"}", "1 to 100 characters, got 101");
  refused(R"({"tags":{"":"x"}})", "tags");
  EXPECT_EQ(example.call("GET", "/workspaces", "", {{"maxResults", "0"}}).status, 400);
  EXPECT_EQ(example.call("GET", "/workspaces", "", {{"nextToken", "?"}}).status, 400);
}

TEST(AmpControl, CountsCharactersWhereTheLimitIsOfCharacters) {
  Example example;
  const auto repeat = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "\u00e9";
    return text;
  };

  example.create(R"({"alias":")" + repeat(100) + "\"}");
  example.create(R"({"tags":{")" + repeat(128) + R"(":")" + repeat(256) + "\"}}");
  const ControlAnswer alias =
      example.call("POST", "/workspaces", R"({"alias":")" + repeat(101) + "\"}");
  const ControlAnswer key =
      example.call("POST", "/workspaces", R"({"tags":{")" + repeat(129) + R"(":"x"}})");

  EXPECT_NE(alias.body.find("1 to 100 characters, got 101"), std::string::npos) << alias.body;
  EXPECT_EQ(key.status, 400);
}

TEST(AmpControl, AnswersInUtf8WhateverItIsSent) {
  Example example;

  const ControlAnswer alias = example.call("POST", "/workspaces", "{\"alias\":\"\xff\"}");
  const ControlAnswer page = example.call("GET", "/workspaces", "", {{"maxResults", "\xff"}});

  EXPECT_EQ(alias.status, 400);
  EXPECT_NE(alias.body.find("CANNOT_PARSE"), std::string::npos) << alias.body;
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(is_valid_utf8(page.body)) << page.body;
}

TEST(AmpControl, TakesTagsWithAZeroByteWhole) {
  Example example;

  const std::string id = example.create(R"({"tags":{"a\u0000b":"1","a\u0000c":"2\u00003"}})");

  const auto described = example.json(example.call("GET", "/workspaces/" + id));
  const auto& tags = described["workspace"]["tags"];
  ASSERT_EQ(tags.MemberCount(), 2U);
  EXPECT_EQ(tags.MemberBegin()[1].value.GetStringLength(), 3U);
}

TEST(AmpControl, FinishesADeletionThatWasInterrupted) {
  Example example;
  const std::string id = example.create("{}");
  example.store.fail_remove = true;
  const ControlAnswer failed = example.call("DELETE", "/workspaces/" + id);
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body.find("disk is full"), std::string::npos) << failed.body;
  EXPECT_EQ(failed.internal, "disk is full");
  EXPECT_EQ(example.call("GET", "/workspaces/" + id).status, 404);

  example.store.fail_remove = false;
  ASSERT_TRUE(example.control->restore());

  EXPECT_TRUE(example.store.ids.empty());
  EXPECT_TRUE(example.catalog->list()->empty());
}

}  // namespace
}  // namespace tributary::hub::gateway
