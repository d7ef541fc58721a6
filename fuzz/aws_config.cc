// What tells a program its credentials: shared files, environment, JSON of endpoints and processes,
// XML of STS, error bodies. Each input goes through all of the readers.
#include <cstdint>
#include <string>
#include <string_view>

#include "aws/arn.h"
#include "aws/command_line.h"
#include "aws/config_file.h"
#include "aws/credentials_json.h"
#include "aws/credentials_plan.h"
#include "aws/hop_error.h"
#include "aws/sts_protocol.h"
#include "aws/timestamps.h"
#include "base/check.h"
#include "base/time_text.h"

using namespace tributary;

namespace {

void read_shared_files(std::string_view text) {
  const auto file = aws::parse_config_file(text);
  if (!file) return;
  const aws::Profiles profiles = aws::merge_profiles(*file, *file);
  const aws::EnvFunction env = [](std::string_view) { return std::string(); };
  (void)aws::plan_credentials(env, profiles);
  for (const auto& [name, settings] : profiles) {
    const aws::EnvFunction chosen = [&profile = name](std::string_view variable) {
      return variable == "AWS_PROFILE" ? profile : std::string();
    };
    (void)aws::plan_credentials(chosen, profiles);
  }
}

void read_answers(std::string_view text) {
  if (const auto credentials = aws::parse_endpoint_credentials(text))
    TRIBUTARY_CHECK(!credentials->access_key_id.empty());
  if (const auto credentials = aws::parse_process_credentials(text))
    TRIBUTARY_CHECK(!credentials->secret_access_key.empty());
  if (const auto credentials = aws::parse_assumed_role(text))
    TRIBUTARY_CHECK(credentials->expiration.has_value());
  const aws::Refusal refusal =
      aws::parse_refusal({.status = 403, .headers = {}, .body = std::string(text)});
  const aws::Hop hop{.action = "sts:AssumeRole", .caller = text, .role_arn = text};
  (void)aws::advise(refusal, hop);
  (void)aws::caller_in_message(refusal.message);
  (void)aws::parse_task_arn(text);
}

void read_small_things(std::string_view text) {
  if (const auto arn = aws::parse_arn(text)) TRIBUTARY_CHECK(arn->to_string() == text);
  if (const auto time = aws::parse_amz_date(text)) {
    const bool leap = text.substr(13, 2) == "60";
    TRIBUTARY_CHECK(leap || aws::amz_date(*time) == text);
  }
  (void)parse_iso8601(text);
  (void)parse_http_date(text);
  (void)aws::check_container_url(text);
  if (const auto argv = aws::split_command_line(text)) TRIBUTARY_CHECK(!argv->front().empty());
  TRIBUTARY_CHECK(aws::session_name_from(text).size() <= 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_shared_files(text);
  read_answers(text);
  read_small_things(text);
  return 0;
}
