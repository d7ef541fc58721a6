#include "collector/receivers/prometheus/relabel.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/strings.h"

namespace tributary::collector::prometheus {
namespace {

bool has_reference(std::string_view text) { return text.find('$') != std::string_view::npos; }

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// The last eight bytes of the MD5 sum, big endian.
std::uint64_t md5_tail(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  TRIBUTARY_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr));
  std::uint64_t tail = 0;
  for (std::size_t i = 8; i < 16; ++i) tail = tail << 8 | digest[i];
  return tail;
}

std::string source_value(const Labels& labels, const RelabelRule& rule) {
  std::string value;
  bool first = true;
  for (const std::string& name : rule.source_labels) {
    if (!first) value += rule.separator;
    first = false;
    value += labels.get(name);
  }
  return value;
}

// An empty value is an absent label.
void set_or_erase(Labels& labels, std::string_view name, std::string_view value) {
  if (value.empty()) {
    labels.erase(name);
  } else {
    labels.set(name, value);
  }
}

void replace(Labels& labels, const RelabelRule& rule) {
  const std::string value = source_value(labels, rule);
  const auto groups = rule.regex.match(value);
  if (groups.empty()) return;
  const std::string target = rule.regex.expand(rule.target_label, groups);
  if (!is_valid_label_name(target, rule.names)) return;
  set_or_erase(labels, target, rule.regex.expand(rule.replacement, groups));
}

void map_labels(Labels& labels, const RelabelRule& rule) {
  const Labels before = labels;
  for (const Label& label : before) {
    const auto groups = rule.regex.match(label.name);
    if (groups.empty()) continue;
    set_or_erase(labels, rule.regex.expand(rule.replacement, groups), label.value);
  }
}

void filter_names(Labels& labels, const RelabelRule& rule, bool keep) {
  std::vector<std::string> unwanted;
  for (const Label& label : labels)
    if (rule.regex.matches(label.name) != keep) unwanted.push_back(label.name);
  for (const std::string& name : unwanted) labels.erase(name);
}

bool apply(Labels& labels, const RelabelRule& rule) {
  switch (rule.action) {
    case RelabelAction::replace: replace(labels, rule); return true;
    case RelabelAction::keep: return rule.regex.matches(source_value(labels, rule));
    case RelabelAction::drop: return !rule.regex.matches(source_value(labels, rule));
    case RelabelAction::keep_equal:
      return labels.get(rule.target_label) == source_value(labels, rule);
    case RelabelAction::drop_equal:
      return labels.get(rule.target_label) != source_value(labels, rule);
    case RelabelAction::hash_mod: {
      const std::uint64_t shard = md5_tail(source_value(labels, rule)) % rule.modulus;
      labels.set(rule.target_label, std::to_string(shard));
      return true;
    }
    case RelabelAction::label_map: map_labels(labels, rule); return true;
    case RelabelAction::label_drop: filter_names(labels, rule, false); return true;
    case RelabelAction::label_keep: filter_names(labels, rule, true); return true;
    case RelabelAction::lowercase:
      set_or_erase(labels, rule.target_label, to_lower(source_value(labels, rule)));
      return true;
    case RelabelAction::uppercase:
      set_or_erase(labels, rule.target_label, to_upper(source_value(labels, rule)));
      return true;
  }
  return true;
}

Error invalid(std::string message) { return Error(Code::invalid_argument, std::move(message)); }

// A label name in which `$1`, `${1}` or `${name}` may stand.
bool is_valid_name_template(std::string_view text, NameValidation validation) {
  if (validation == NameValidation::utf8) return is_valid_label_name(text, validation);
  static const Regex kTemplate =
      Regex::compile(R"((?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+)").value();
  return kTemplate.matches(text);
}

bool needs_target(RelabelAction action) {
  switch (action) {
    case RelabelAction::replace:
    case RelabelAction::hash_mod:
    case RelabelAction::keep_equal:
    case RelabelAction::drop_equal:
    case RelabelAction::lowercase:
    case RelabelAction::uppercase: return true;
    default: return false;
  }
}

Result<void> check_target(const RelabelRule& rule) {
  const std::string action(to_string(rule.action));
  if (rule.target_label.empty()) return invalid("action \"" + action + "\" needs a target_label");
  const bool is_template =
      rule.action == RelabelAction::replace && has_reference(rule.target_label);
  const bool valid = is_template ? is_valid_name_template(rule.target_label, rule.names)
                                 : is_valid_label_name(rule.target_label, rule.names);
  if (valid) return {};
  return invalid("target_label \"" + rule.target_label + "\" of action \"" + action +
                 "\": must be a label name");
}

}  // namespace

bool is_valid_metric_name(std::string_view name, NameValidation validation) {
  if (validation == NameValidation::legacy) return tributary::is_valid_metric_name(name);
  return !name.empty() && is_valid_utf8(name);
}

bool is_valid_label_name(std::string_view name, NameValidation validation) {
  if (validation == NameValidation::legacy) return tributary::is_valid_label_name(name);
  return !name.empty() && is_valid_utf8(name);
}

std::string_view to_string(RelabelAction action) {
  switch (action) {
    case RelabelAction::replace: return "replace";
    case RelabelAction::keep: return "keep";
    case RelabelAction::drop: return "drop";
    case RelabelAction::keep_equal: return "keepequal";
    case RelabelAction::drop_equal: return "dropequal";
    case RelabelAction::hash_mod: return "hashmod";
    case RelabelAction::label_map: return "labelmap";
    case RelabelAction::label_drop: return "labeldrop";
    case RelabelAction::label_keep: return "labelkeep";
    case RelabelAction::lowercase: return "lowercase";
    case RelabelAction::uppercase: return "uppercase";
  }
  return "?";
}

Result<void> check(const RelabelRule& rule) {
  const std::string action = "action \"" + std::string(to_string(rule.action)) + "\"";
  if (rule.action == RelabelAction::hash_mod && rule.modulus == 0)
    return invalid(action + " needs a modulus above 0");
  if (needs_target(rule.action)) {
    if (auto good = check_target(rule); !good) return good;
  }
  const bool own_replacement = rule.replacement != RelabelRule::kReplacement;
  const bool own_separator = rule.separator != RelabelRule::kSeparator;
  switch (rule.action) {
    case RelabelAction::lowercase:
    case RelabelAction::uppercase:
      if (own_replacement) return invalid(action + " takes no replacement");
      return {};
    case RelabelAction::label_map:
      if (!is_valid_name_template(rule.replacement, rule.names))
        return invalid("replacement \"" + rule.replacement + "\" of " + action +
                       ": must be a label name");
      return {};
    case RelabelAction::keep_equal:
    case RelabelAction::drop_equal:
      if (!rule.regex.is_match_all() || rule.modulus != 0 || own_separator || own_replacement)
        return invalid(action + " takes only source_labels and target_label");
      return {};
    case RelabelAction::label_drop:
    case RelabelAction::label_keep:
      if (!rule.source_labels.empty() || !rule.target_label.empty() || rule.modulus != 0 ||
          own_separator || own_replacement)
        return invalid(action + " takes only a regex");
      return {};
    default: return {};
  }
}

bool relabel(Labels& labels, std::span<const RelabelRule> rules) {
  for (const RelabelRule& rule : rules)
    if (!apply(labels, rule)) return false;
  return true;
}

}  // namespace tributary::collector::prometheus
