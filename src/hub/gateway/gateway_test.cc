#include "hub/gateway/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/gateway/gateway_fixture.h"
#include "net/content_encoding.h"

namespace tributary::hub::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(GatewayTest, LetsASignedAndAllowedRequestThrough) {
  const net::Response wrote =
      signed_as(admin, {.method = "POST", .target = data("remote_write"), .body = "bytes"});
  const net::Response read = signed_as(admin, {.target = data("query") + "?query=up&time=7"});

  EXPECT_EQ(wrote.status, 204);
  EXPECT_EQ(wrote.headers.get("X-Written"), "1");
  EXPECT_EQ(read.status, 200);
  EXPECT_TRUE(read.headers.get("x-amzn-RequestId"));
  EXPECT_THAT(store.calls, ElementsAre("write " + workspace + " bytes",
                                       "call " + workspace + " query query=up time=7"));
}

TEST_F(GatewayTest, ReadsParametersFromAPostedForm) {
  Call call{.method = "POST", .target = data("query") + "?time=7", .body = "query=a%2Bb"};
  call.headers.set("Content-Type", "application/x-www-form-urlencoded");

  EXPECT_EQ(signed_as(admin, call).status, 200);

  EXPECT_THAT(store.calls, ElementsAre("call " + workspace + " query query=a+b time=7"));
}

TEST_F(GatewayTest, LetsNothingThroughThatIsNotVerified) {
  identity::NewAccount forged = admin;
  forged.secret_access_key = std::string(40, 'x');
  identity::NewAccount unknown = admin;
  unknown.access_key_id = "AKIAXXXXXXXXXXXXXXXX";

  const net::Response bare = send({.target = data("labels")}, nullptr);
  const net::Response wrong = signed_as(forged, {.target = data("labels")});
  const net::Response nobody = signed_as(unknown, {.target = data("labels")});
  const net::Response region = signed_as(admin, {.target = data("labels"), .region = "us-east-1"});
  const net::Response service = signed_as(admin, {.target = data("labels"), .service = "sts"});

  EXPECT_EQ(bare.status, 403);
  EXPECT_EQ(bare.body, R"({"message":"Missing Authentication Token"})");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_THAT(wrong.body, HasSubstr("The request signature we calculated does not match"));
  EXPECT_THAT(wrong.body, HasSubstr("The Canonical String for this request should have been"));
  EXPECT_EQ(nobody.status, 403);
  EXPECT_THAT(nobody.body, HasSubstr("The security token included in the request is invalid."));
  EXPECT_EQ(region.status, 403);
  EXPECT_EQ(region.body, R"({"message":"Credential should be scoped to a valid region. "})");
  EXPECT_EQ(region.headers.get("x-tributary-denial"),
            "the workspace is in eu-west-1: sign for that region");
  EXPECT_EQ(service.status, 403);
  EXPECT_THAT(store.calls, IsEmpty());
  EXPECT_THAT(audit, testing::Not(HasSubstr("x-amz-date")));
}

TEST_F(GatewayTest, RefusesAnOldSignatureAndOneFromTheFuture) {
  const Call call{.target = data("labels")};
  const aws::Credentials credentials{.access_key_id = admin.access_key_id,
                                     .secret_access_key = admin.secret_access_key};
  net::ServerRequest request{.method = "GET", .target = call.target, .peer_address = "127.0.0.1"};
  request.headers.set("Host", "127.0.0.1:9009");
  const aws::RequestView view{request.method, request.target, request.headers, request.body};
  const auto signature = aws::sign(view, credentials, {"eu-west-1", "aps"}, clock.now());
  for (const auto& [name, value] : signature.headers) request.headers.set(name, value);

  clock.advance(5min + 1s);
  const net::Response late = net::run_task(*loop, gateway->handle(request));
  clock.advance(-10min - 2s);
  const net::Response early = net::run_task(*loop, gateway->handle(request));

  EXPECT_EQ(late.status, 403);
  EXPECT_THAT(late.body, HasSubstr("Signature expired"));
  EXPECT_EQ(early.status, 403);
  EXPECT_THAT(early.body, HasSubstr("Signature not yet current"));
}

TEST_F(GatewayTest, SaysWhichStatementIsMissingOnWhichSide) {
  const net::Response denied =
      signed_as(other, {.method = "POST", .target = data("remote_write"), .body = "bytes"});

  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body, HasSubstr("is not authorized to perform: aps:RemoteWrite on resource: "
                                     "arn:aws:aps:eu-west-1:222222222222:workspace/" +
                                     workspace));
  EXPECT_TRUE(denied.headers.get("x-tributary-denial"));
  EXPECT_THAT(audit, HasSubstr("denied"));
  EXPECT_THAT(audit, HasSubstr("aps:RemoteWrite"));
  EXPECT_THAT(store.calls, IsEmpty());
}

TEST_F(GatewayTest, RoutesOnThePathThatWasVerified) {
  const net::Response response =
      signed_as(admin, {.target = "/workspaces/ws-other/../" + workspace + "//api/v1/labels"});

  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(store.calls, ElementsAre("call " + workspace + " labels"));
}

TEST_F(GatewayTest, AnswersAmpsWordsForAWorkspaceThatIsNotThere) {
  const net::Response response = signed_as(
      admin, {.target = "/workspaces/ws-00000000-0000-4000-8000-000000000000/api/v1/labels"});

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, R"({"Message":"Workspace not found"})");
}

TEST_F(GatewayTest, AnswersTheQueryProtocolInXml) {
  Call call{.method = "POST",
            .target = "/",
            .body = "Action=GetCallerIdentity&Version=2011-06-15",
            .service = "sts"};
  call.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");

  const net::Response who = signed_as(admin, call);
  const net::Response bare = send(call, nullptr);

  EXPECT_EQ(who.status, 200);
  EXPECT_THAT(who.body, HasSubstr("<Account>222222222222</Account>"));
  EXPECT_EQ(bare.status, 403);
  EXPECT_THAT(bare.body, HasSubstr("<Code>MissingAuthenticationToken</Code>"));
}

TEST_F(GatewayTest, ServesHealthAndMetricsToLoopbackWithoutASignature) {
  EXPECT_EQ(send({.target = "/-/healthy"}, nullptr).status, 200);
  EXPECT_EQ(send({.target = "/-/ready"}, nullptr).status, 503);
  gateway->set_ready(true);
  EXPECT_EQ(send({.target = "/-/ready"}, nullptr).status, 200);
  EXPECT_THAT(send({.target = "/metrics"}, nullptr).body,
              HasSubstr("tributary_hub_requests_total{action=\"aps:CreateWorkspace\""));
  EXPECT_EQ(send({.target = "/metrics", .peer = "10.0.0.7"}, nullptr).status, 403);
}

TEST_F(GatewayTest, NamesTheMethodsThatAPathHas) {
  const net::Response put = signed_as(admin, {.method = "PUT", .target = data("query")});
  const net::Response get = signed_as(admin, {.target = data("admin/tsdb/snapshot")});

  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.headers.get("Allow"), "GET, POST");
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get.headers.get("Allow"), "POST, PUT");
}

TEST_F(GatewayTest, SeesAtOnceWhatIsChangedInTheCatalog) {
  EXPECT_EQ(signed_as(admin, {.target = data("labels")}).status, 200);

  EXPECT_EQ(signed_as(admin, {.method = "DELETE", .target = "/workspaces/" + workspace}).status,
            202);

  EXPECT_EQ(signed_as(admin, {.target = data("labels")}).status, 404);
}

TEST_F(GatewayTest, CompressesLargeAnswersForThoseWhoAsk) {
  store.answer = "\"" + std::string(5000, 'a') + "\"";
  Call call{.target = data("labels")};
  call.headers.set("Accept-Encoding", "deflate, gzip;q=0.5");

  const net::Response response = signed_as(admin, call);

  ASSERT_EQ(response.headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(*net::gunzip(response.body, 1U << 20), store.answer);
  call.headers.set("Accept-Encoding", "gzip;q=0.0, deflate");
  EXPECT_EQ(signed_as(admin, call).body, store.answer);
}

}  // namespace
}  // namespace tributary::hub::gateway
