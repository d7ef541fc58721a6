#include "config/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/duration.h"
#include "base/json_text.h"
#include "base/strings.h"

namespace tributary::config::detail {
namespace {

bool wrong_value(const Node& node, std::string_view wanted, Diagnostics& diagnostics) {
  diagnostics.error(node.mark(), "must be " + std::string(wanted) + ", got " + node.describe());
  return false;
}

const Fields::Field* find_field(const Fields& fields, std::string_view name) {
  for (const Fields::Field& field : fields.all())
    if (field.name == name) return &field;
  return nullptr;
}

// A long text is no misspelling, and comparing it is slow.
std::optional<std::string> suggestion(std::string_view word,
                                      const std::vector<std::string>& known) {
  constexpr std::size_t kWordMax = 64;
  return word.size() > kWordMax ? std::nullopt : closest(word, known);
}

void refuse_unknown_key(const Node::Item& item, const Fields& fields, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const Fields::Field& field : fields.all()) known.emplace_back(field.name);
  std::string message = "unknown key " + json_string(item.key);
  if (const auto near = suggestion(item.key, known)) {
    message += "; did you mean " + json_string(*near) + "?";
  } else if (!known.empty()) {
    message += "; known here: " + join(known, ", ");
  } else {
    message += "; there is nothing to set here";
  }
  diagnostics.error(item.key_mark, std::move(message));
}

bool decode_field(const Node::Item& item, const Fields::Field& field, Diagnostics& diagnostics) {
  switch (field.presence) {
    case Fields::Presence::ignored:
      diagnostics.warning(item.key_mark,
                          json_string(item.key) + " has no effect: " + std::string(field.help));
      return true;
    case Fields::Presence::deprecated:
      diagnostics.warning(item.key_mark,
                          json_string(item.key) + " is deprecated: " + std::string(field.help));
      break;
    case Fields::Presence::required:
    case Fields::Presence::optional: break;
  }
  const Diagnostics::Scope scope(diagnostics, item.key);
  return field.type->decode(item.value, field.value, diagnostics);
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T number{};
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || stop != text.data() + text.size()) return {};
  return number;
}

std::optional<double> parse_double(std::string_view text) {
  const std::string lower = to_lower(text);
  if (lower == ".inf" || lower == "+.inf") return std::numeric_limits<double>::infinity();
  if (lower == "-.inf") return -std::numeric_limits<double>::infinity();
  if (lower == ".nan") return std::numeric_limits<double>::quiet_NaN();
  return parse_number<double>(text);
}

// A whole number as YAML writes it: decimal, 0x.., 0o.., or a float without a fraction (1e6).
struct Whole {
  bool negative = false;
  std::uint64_t magnitude = 0;
};
std::optional<Whole> parse_whole(std::string_view text) {
  Whole whole;
  if (text.starts_with('-') || text.starts_with('+')) {
    whole.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  std::string_view digits = text;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    digits.remove_prefix(2);
  }
  const auto [stop, ec] =
      std::from_chars(digits.data(), digits.data() + digits.size(), whole.magnitude, base);
  if (ec == std::errc() && stop == digits.data() + digits.size()) return whole;
  constexpr double kExactMax = 9007199254740992.0;  // 2^53
  const auto number = parse_number<double>(text);
  if (!number || *number < 0 || *number > kExactMax || std::floor(*number) != *number) return {};
  whole.magnitude = static_cast<std::uint64_t>(*number);
  return whole;
}

struct ByteUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<ByteUnit, 6> kByteUnits = {
    {{"e", 60}, {"p", 50}, {"t", 40}, {"g", 30}, {"m", 20}, {"k", 10}}};

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  const std::size_t letters = text.find_first_not_of("0123456789.");
  const std::string unit = to_lower(trim(text.substr(std::min(letters, text.size()))));
  const auto number = parse_number<double>(text.substr(0, letters));
  if (!number) return {};
  unsigned shift = 0;
  if (!unit.empty() && unit != "b") {
    const auto at = std::find_if(kByteUnits.begin(), kByteUnits.end(), [&unit](const ByteUnit& u) {
      return unit == u.name || unit == std::string(u.name) + "b" ||
             unit == std::string(u.name) + "ib";
    });
    if (at == kByteUnits.end()) return {};
    shift = at->shift;
  }
  const double bytes = std::ldexp(*number, static_cast<int>(shift));
  if (bytes >= 0x1p63) return {};
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace

bool wrong_type(const Node& node, std::string_view wanted, Diagnostics& diagnostics) {
  return wrong_value(node, wanted, diagnostics);
}

bool decode_fields(const Node& node, const Fields& fields, Diagnostics& diagnostics) {
  if (!node.is_null() && !node.is_mapping()) return wrong_type(node, "a mapping", diagnostics);
  bool good = true;
  for (const Node::Item& item : node.items()) {
    if (const Fields::Field* field = find_field(fields, item.key)) {
      good &= decode_field(item, *field, diagnostics);
    } else {
      refuse_unknown_key(item, fields, diagnostics);
      good = false;
    }
  }
  for (const Fields::Field& field : fields.all()) {
    if (field.presence != Fields::Presence::required) continue;
    const Node* value = node.find(field.name);
    if (value != nullptr && (!value->is_null() || value->original())) continue;
    diagnostics.error(node.mark_of(field.name),
                      (value == nullptr ? "missing key " : "no value for ") +
                          json_string(field.name) + ": " + std::string(field.help));
    good = false;
  }
  return good;
}

Node encode_fields(const Fields& fields) {
  Node node = Node::mapping();
  for (const Fields::Field& field : fields.all()) {
    if (field.presence != Fields::Presence::required &&
        field.presence != Fields::Presence::optional)
      continue;
    // An optional section that is absent must not be printed: a name alone would turn it on.
    Node value = field.type->encode(field.value);
    if (!value.is_null()) node.items().push_back({std::string(field.name), {}, std::move(value)});
  }
  return node;
}

std::vector<FieldInfo> list_fields(const Fields& fields) {
  std::vector<FieldInfo> all;
  for (const Fields::Field& field : fields.all()) {
    FieldInfo& info = all.emplace_back();
    info.name = field.name;
    info.help = field.help;
    info.required = field.presence == Fields::Presence::required;
    info.deprecated = field.presence == Fields::Presence::deprecated ||
                      field.presence == Fields::Presence::ignored;
    if (field.type == nullptr) continue;
    info.type = field.type->name();
    info.fields = field.type->fields();
    if (info.required || info.type == "section") continue;
    info.default_value = to_yaml_line(field.type->encode(field.value));
    if (info.default_value == "null") info.default_value.clear();
  }
  return all;
}

bool decode_scalar(const Node& node, bool& value, Diagnostics& diagnostics) {
  const std::string lower = to_lower(node.text());
  if (node.is_scalar() && (lower == "true" || lower == "yes" || lower == "on")) {
    value = true;
  } else if (node.is_scalar() && (lower == "false" || lower == "no" || lower == "off")) {
    value = false;
  } else {
    return wrong_value(node, "true or false", diagnostics);
  }
  return true;
}

bool decode_scalar(const Node& node, double& value, Diagnostics& diagnostics) {
  const auto number = parse_double(node.text());
  if (!number) return wrong_value(node, "a number", diagnostics);
  value = *number;
  return true;
}

bool decode_scalar(const Node& node, std::string& value, Diagnostics& diagnostics) {
  if (node.original()) {
    value = *node.original();
    return true;
  }
  if (!node.is_scalar()) return wrong_value(node, "text", diagnostics);
  value = node.text();
  return true;
}

bool decode_scalar(const Node& node, Duration& value, Diagnostics& diagnostics) {
  const auto duration = parse_go_duration(node.text());
  if (!duration) return wrong_value(node, "a duration such as 15s, 1m30s or 500ms", diagnostics);
  value = *duration;
  return true;
}

bool decode_scalar(const Node& node, PrometheusDuration& value, Diagnostics& diagnostics) {
  const auto duration = parse_prometheus_duration(node.text());
  if (!duration) return wrong_value(node, "a duration such as 15s, 1m30s or 1d", diagnostics);
  value = *duration;
  return true;
}

bool decode_scalar(const Node& node, Secret& value, Diagnostics& diagnostics) {
  if (!node.original() && !node.is_scalar()) return wrong_value(node, "text", diagnostics);
  value = Secret(node.original() ? *node.original() : node.text());
  return true;
}

bool decode_scalar(const Node& node, ByteSize& value, Diagnostics& diagnostics) {
  const auto bytes = parse_byte_size(node.text());
  if (!bytes) return wrong_value(node, "a size such as 512KB or 10MB", diagnostics);
  value.bytes = *bytes;
  return true;
}

bool decode_integer(const Node& node, std::int64_t min, std::uint64_t max, std::int64_t& value,
                    Diagnostics& diagnostics) {
  const auto whole = parse_whole(node.text());
  if (!whole) return wrong_value(node, "a whole number", diagnostics);
  const std::uint64_t low = std::uint64_t{0} - static_cast<std::uint64_t>(min);  // |min|
  if (whole->magnitude > (whole->negative ? low : max))
    return wrong_value(node,
                       "a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                       diagnostics);
  value = static_cast<std::int64_t>(whole->negative ? std::uint64_t{0} - whole->magnitude
                                                    : whole->magnitude);
  return true;
}

std::optional<std::size_t> decode_choice(const Node& node, const std::vector<std::string>& names,
                                         Diagnostics& diagnostics) {
  const auto at = std::find(names.begin(), names.end(), node.text());
  if (node.is_scalar() && at != names.end()) return static_cast<std::size_t>(at - names.begin());
  std::string wanted = "one of " + join(names, ", ");
  if (const auto near = suggestion(node.text(), names))
    wanted = json_string(*near) + " (or another of " + join(names, ", ") + ")";
  wrong_value(node, wanted, diagnostics);
  return {};
}

Node encode_scalar(bool value) { return Node::scalar(value ? "true" : "false"); }

Node encode_scalar(double value) {
  if (std::isnan(value)) return Node::scalar(".nan");
  if (std::isinf(value)) return Node::scalar(value < 0 ? "-.inf" : ".inf");
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return Node::scalar(std::string(text.data(), end));
}

Node encode_scalar(const std::string& value) { return Node::scalar(value, true); }

Node encode_scalar(Duration value) { return Node::scalar(go_duration(value)); }

Node encode_scalar(PrometheusDuration value) {
  return Node::scalar(prometheus_duration(value.value));
}

Node encode_scalar(const Secret& value) {
  return Node::scalar(value.empty() ? "" : "<masked>", true);
}

Node encode_scalar(ByteSize value) {
  for (const ByteUnit& unit : kByteUnits) {
    const std::uint64_t one = std::uint64_t{1} << unit.shift;
    if (value.bytes < one || value.bytes % one != 0) continue;
    std::string text = std::to_string(value.bytes / one) + std::string(unit.name) + "iB";
    text[text.size() - 3] = static_cast<char>(text[text.size() - 3] - 'a' + 'A');
    return Node::scalar(std::move(text));
  }
  return Node::scalar(std::to_string(value.bytes));
}

}  // namespace tributary::config::detail
