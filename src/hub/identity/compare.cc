#include "hub/identity/compare.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

#include "base/clock.h"
#include "base/strings.h"
#include "base/time_text.h"
#include "hub/identity/arn.h"

namespace tributary::hub::identity {
namespace {

// A pattern after its variables were replaced: bytes, and the two wildcards, which no byte of a
// variable's value can be taken for.
using Symbol = std::uint16_t;
using Symbols = std::vector<Symbol>;
constexpr Symbol kAnyRun = 256;
constexpr Symbol kAnyOne = 257;

enum class Wildcards : std::uint8_t { plain_text, active };

Symbol symbol(char c) { return static_cast<unsigned char>(c); }

void append_literal(Symbols& out, std::string_view text) {
  for (const char c : text) out.push_back(symbol(c));
}

void append_pattern(Symbols& out, std::string_view text, Wildcards wildcards) {
  for (const char c : text) {
    if (wildcards == Wildcards::active && c == '*') {
      out.push_back(kAnyRun);
    } else if (wildcards == Wildcards::active && c == '?') {
      out.push_back(kAnyOne);
    } else {
      out.push_back(symbol(c));
    }
  }
}

// What stands between "${" and "}": a key, or `key, 'default'`, or one of * ? $ for itself.
std::optional<std::string> resolve(std::string_view variable, const RequestContext& context) {
  if (variable == "*" || variable == "?" || variable == "$") return std::string(variable);
  const std::size_t comma = variable.find(',');
  if (const auto* values = context.find(trim(variable.substr(0, comma)));
      values && values->size() == 1)
    return values->front();
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view fallback = trim(variable.substr(comma + 1));
  if (fallback.size() < 2 || fallback.front() != '\'' || fallback.back() != '\'')
    return std::nullopt;
  return std::string(fallback.substr(1, fallback.size() - 2));
}

// Nothing where a variable is unknown.
std::optional<Symbols> expand(std::string_view pattern, const RequestContext& context,
                              bool has_variables, Wildcards wildcards) {
  Symbols out;
  out.reserve(pattern.size());
  while (has_variables) {
    const std::size_t start = pattern.find("${");
    const std::size_t end = pattern.find('}', start);
    if (start == std::string_view::npos || end == std::string_view::npos) break;
    append_pattern(out, pattern.substr(0, start), wildcards);
    const auto value = resolve(pattern.substr(start + 2, end - start - 2), context);
    if (!value) return std::nullopt;
    append_literal(out, *value);
    pattern.remove_prefix(end + 1);
  }
  append_pattern(out, pattern, wildcards);
  return out;
}

// Greedy with one point to come back to: the latest run.
bool match(std::span<const Symbol> pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> run;  // where in the pattern
  std::size_t resume = 0;          // how much of the text the run does not yet cover
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      run = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == kAnyOne || pattern[p] == symbol(text[t]))) {
      ++p;
      ++t;
    } else if (run) {
      p = *run + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyRun) ++p;
  return p == pattern.size();
}

// The six parts of an ARN pattern; colons inside a variable do not count.
std::optional<std::array<std::string_view, 6>> split_arn_pattern(std::string_view pattern) {
  std::array<std::string_view, 6> parts;
  std::size_t part = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < pattern.size() && part < 5; ++i) {
    if (pattern.substr(i).starts_with("${")) {
      const std::size_t end = pattern.find('}', i);
      if (end == std::string_view::npos) return std::nullopt;
      i = end;
    } else if (pattern[i] == ':') {
      parts[part++] = pattern.substr(start, i - start);
      start = i + 1;
    }
  }
  if (part != 5) return std::nullopt;
  parts[5] = pattern.substr(start);
  return parts;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || stop != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// ISO 8601, or seconds since 1970.
std::optional<double> parse_date(std::string_view text) {
  if (const auto seconds = parse_number(text)) return seconds;
  const auto time = parse_wide_iso8601(text, IsoForm::shortened);
  if (!time) return std::nullopt;
  return static_cast<double>(to_ms(*time)) / 1000;
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;  // 32 or 128
};

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  } else {
    return std::nullopt;
  }
  return address;
}

struct Network {
  Address address;
  unsigned prefix = 0;
};

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, address->bits};
  const auto prefix = parse_uint64(text.substr(slash + 1));
  if (!prefix || *prefix > address->bits) return std::nullopt;
  return Network{*address, static_cast<unsigned>(*prefix)};
}

bool contains(const Network& network, const Address& address) {
  if (network.address.bits != address.bits) return false;
  const unsigned whole = network.prefix / 8;
  if (std::memcmp(network.address.bytes.data(), address.bytes.data(), whole) != 0) return false;
  const unsigned rest = network.prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF << (8 - rest));
  return (network.address.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

bool ordered(Comparison comparison, std::optional<double> request, std::optional<double> policy) {
  if (!request || !policy) return false;
  switch (comparison) {
    case Comparison::numeric_less:
    case Comparison::date_less: return *request < *policy;
    case Comparison::numeric_less_or_equal:
    case Comparison::date_less_or_equal: return *request <= *policy;
    case Comparison::numeric_greater:
    case Comparison::date_greater: return *request > *policy;
    case Comparison::numeric_greater_or_equal:
    case Comparison::date_greater_or_equal: return *request >= *policy;
    default: return *request == *policy;
  }
}

bool is_date(Comparison comparison) {
  return comparison >= Comparison::date_equals && comparison <= Comparison::date_greater_or_equal;
}

bool equals(std::string_view request_value, std::string_view policy_value,
            const RequestContext& context, bool has_variables, bool ignore_case) {
  const auto wanted = expand(policy_value, context, has_variables, Wildcards::plain_text);
  if (!wanted) return false;
  std::string text;
  for (const Symbol each : *wanted) text.push_back(static_cast<char>(each));
  return ignore_case ? equals_ignore_case(text, request_value) : text == request_value;
}

}  // namespace

bool is_comparable(Comparison comparison, std::string_view policy_value) {
  switch (comparison) {
    case Comparison::string_equals:
    case Comparison::string_equals_ignore_case:
    case Comparison::string_like: return true;
    case Comparison::boolean:
    case Comparison::null:
      return equals_ignore_case(policy_value, "true") || equals_ignore_case(policy_value, "false");
    case Comparison::binary_equals: return base64_decode(policy_value).has_value();
    case Comparison::ip_address: return parse_network(policy_value).has_value();
    case Comparison::arn_like: return policy_value == "*" || split_arn_pattern(policy_value);
    default:
      return is_date(comparison) ? parse_date(policy_value).has_value()
                                 : parse_number(policy_value).has_value();
  }
}

bool wildcard_match(std::string_view pattern, std::string_view text) {
  Symbols symbols;
  append_pattern(symbols, pattern, Wildcards::active);
  return match(symbols, text);
}

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?$") != pattern.npos; }

bool wildcard_match_ignore_case(std::string_view pattern, std::string_view text) {
  return wildcard_match(to_lower(pattern), to_lower(text));
}

bool arn_matches(std::string_view pattern, std::string_view arn, const RequestContext& context,
                 bool has_variables) {
  if (pattern == "*") return true;
  const auto wanted = split_arn_pattern(pattern);
  const auto got = split_arn(arn);
  if (!wanted || !got) return false;
  const std::array<std::string_view, 6> parts = {"arn",       got->partition, got->service,
                                                 got->region, got->account,   got->resource};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto symbols = expand((*wanted)[i], context, has_variables, Wildcards::active);
    if (!symbols || !match(*symbols, parts[i])) return false;
  }
  return true;
}

bool compare(Comparison comparison, std::string_view request_value, std::string_view policy_value,
             const RequestContext& context, bool has_variables) {
  switch (comparison) {
    case Comparison::string_equals:
      return equals(request_value, policy_value, context, has_variables, false);
    case Comparison::string_equals_ignore_case:
    case Comparison::boolean:
      return equals(request_value, policy_value, context, has_variables, true);
    case Comparison::string_like: {
      const auto symbols = expand(policy_value, context, has_variables, Wildcards::active);
      return symbols && match(*symbols, request_value);
    }
    case Comparison::binary_equals: {
      const auto wanted = base64_decode(policy_value);
      return wanted && wanted == base64_decode(request_value);
    }
    case Comparison::ip_address: {
      const auto network = parse_network(policy_value);
      const auto address = parse_address(request_value);
      return network && address && contains(*network, *address);
    }
    case Comparison::arn_like:
      return arn_matches(policy_value, request_value, context, has_variables);
    case Comparison::null: return false;  // about presence, not values
    default:
      return is_date(comparison)
                 ? ordered(comparison, parse_date(request_value), parse_date(policy_value))
                 : ordered(comparison, parse_number(request_value), parse_number(policy_value));
  }
}

}  // namespace tributary::hub::identity
