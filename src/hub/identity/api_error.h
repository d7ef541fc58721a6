// An error as AWS' query services answer it (hub-spec 1.8, 2.2, 2.3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "hub/identity/missing.h"

namespace tributary::hub::identity {

struct ApiError {
  ApiError(int http_status, std::string error_code, std::string text, std::string why = {},
           std::string for_the_log = {})
      : status(http_status),
        code(std::move(error_code)),
        message(std::move(text)),
        explanation(std::move(why)),
        internal(std::move(for_the_log)) {}
  // A failure of the hub itself; its text goes to the audit log, not to the caller.
  ApiError(const Error& error)
      : status(error.retryable() ? 503 : 500),
        code("ServiceFailure"),
        message("The request processing has failed because of an unknown error."),
        internal(error.message()) {}

  bool receiver() const { return status >= 500; }  // whose fault it is

  int status;
  std::string code;
  std::string message;
  std::string explanation;       // of a denial: which statement is missing on which side
  std::vector<Missing> missing;  // of a denial: the same, item by item
  std::string internal;  // for the audit log only: what failed, what the caller may not know
};

// The header in which a denial carries its explanation.
inline constexpr const char* kDenialHeader = "x-tributary-denial";
inline constexpr std::size_t kDenialHeaderBytesMax = 4096;  // the audit log has all of it
inline std::string_view denial_header(const ApiError& error) {
  return std::string_view(error.explanation).substr(0, kDenialHeaderBytesMax);
}

}  // namespace tributary::hub::identity
