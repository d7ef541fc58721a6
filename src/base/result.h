// Expected failures as values: Result<T> holds a T or an Error. Member names are those of
// std::expected, so that a later swap is mechanical.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"

namespace tributary {

enum class Code : std::uint8_t {
  invalid_argument,
  not_found,
  already_exists,
  out_of_order,
  too_old,
  duplicate,
  corruption,
  limit_exceeded,
  unavailable,
  timeout,
  unauthenticated,
  permission_denied,
  cancelled,
  unsupported,
  execution,  // a valid query that cannot be evaluated over the data it found
  internal,
};

std::string_view to_string(Code code);

// What went wrong. The message names the thing, what was got and what was wanted.
class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  // True where the same call may succeed later without any change by the caller.
  bool retryable() const { return code_ == Code::unavailable || code_ == Code::timeout; }

  // The same error with "<where>: " before its message.
  Error within(std::string_view where) const {
    return Error(code_, std::string(where) + ": " + message_);
  }

  bool operator==(const Error&) const = default;

 private:
  Code code_;
  std::string message_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    TRIBUTARY_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    TRIBUTARY_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    TRIBUTARY_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    TRIBUTARY_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    TRIBUTARY_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { TRIBUTARY_CHECK(has_value()); }

  const Error& error() const& {
    TRIBUTARY_CHECK(!has_value());
    return *error_;
  }
  Error&& error() && {
    TRIBUTARY_CHECK(!has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace tributary

#define TRIBUTARY_TRY_CAT_(a, b) a##b
#define TRIBUTARY_TRY_CAT(a, b) TRIBUTARY_TRY_CAT_(a, b)
#define TRIBUTARY_TRY_AS_(ret, tmp, decl, ...) \
  auto tmp = (__VA_ARGS__);                    \
  if (!tmp) ret std::move(tmp).error();        \
  decl = std::move(tmp).value()

// TRIBUTARY_TRY(auto rows, parse(text)); returns the Error of the enclosing function's Result, or
// binds the value. TRIBUTARY_CO_TRY is the same in a coroutine. A failed Result<void> is passed on
// with `if (auto done = f(); !done) return done.error();`.
#define TRIBUTARY_TRY(decl, ...) \
  TRIBUTARY_TRY_AS_(return, TRIBUTARY_TRY_CAT(tributary_try_, __LINE__), decl, __VA_ARGS__)
#define TRIBUTARY_CO_TRY(decl, ...) \
  TRIBUTARY_TRY_AS_(co_return, TRIBUTARY_TRY_CAT(tributary_try_, __LINE__), decl, __VA_ARGS__)
