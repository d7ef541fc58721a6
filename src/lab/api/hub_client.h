// Calls of the hub's STS with the lab's service key: signed forms there, texts of XML back.
//
// Threads: the Loop's.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "aws/xml_text.h"
#include "base/result.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/task.h"

namespace tributary::lab {

// What `tributary-hub service-key create` has written.
Result<aws::Credentials> read_service_key(const std::string& file);

using FormFields = std::vector<std::pair<std::string, std::string>>;

class HubClient {
 public:
  struct Options {
    net::Url url;
    aws::Credentials service_key;
    std::string region = "us-east-1";  // of the signature; the hub takes any
    Duration timeout = std::chrono::seconds(10);
  };

  // `loop` and `http` outlive it.
  HubClient(net::Loop& loop, net::HttpClient& http, Options options);

  // The texts within <ActionResult>, by their paths in it: "Caller/Arn". Errors: permission_denied
  // (the hub's words), unavailable, timeout.
  net::Task<Result<aws::XmlTexts>> call(std::string action, FormFields fields);

  const net::Url& url() const { return options_.url; }

 private:
  net::Request signed_request(const std::string& action, const FormFields& fields) const;

  net::Loop& loop_;
  net::HttpClient& http_;
  Options options_;
};

}  // namespace tributary::lab
