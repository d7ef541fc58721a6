#include "exposition/label_reader.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace tributary::exposition {

bool is_name_byte(char c, bool first, bool colon) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':') ||
         (!first && c >= '0' && c <= '9');
}

std::string unescape(std::string_view text, bool quotes) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    const bool is_escape = next == '\\' || next == 'n' || (quotes && next == '"');
    if (!is_escape) {
      out += text[i];
      continue;
    }
    out += next == 'n' ? '\n' : next;
    ++i;
  }
  return out;
}

bool LabelReader::read_series(Labels& labels) {
  const std::string_view name = take_name(true);
  if (!name.empty() && !set_metric_name(std::string(name), 0)) return false;
  skip_blanks();
  if (at_ < text_.size() && !read_braces(true)) return false;
  if (!has_name_) return refuse(0, "a sample without a metric name");
  return finish(labels);
}

bool LabelReader::read_exemplar(Labels& labels) { return read_braces(false) && finish(labels); }

bool LabelReader::read_braces(bool may_name) {
  if (!at('{')) return expected("\"{\"");
  ++at_;
  skip_blanks();
  while (!at('}')) {
    if (!read_entry(may_name)) return false;
  }
  ++at_;
  return at_ == text_.size() || expected("the end of the labels");
}

// A label, or the quoted metric name, and the comma behind it.
bool LabelReader::read_entry(bool may_name) {
  const std::size_t start = at_;
  const bool quoted = at('"');
  std::string name;
  if (quoted) {
    std::string_view raw;
    if (!take_quoted(raw, true)) return false;
    name = unescape(raw);
    if (!is_valid_utf8(name)) return refuse(start, "a name that is not UTF-8");
  } else {
    name = take_name(false);
  }
  if (name.empty()) return at_ == start ? expected("a label name") : refuse(start, "an empty name");
  skip_blanks();

  if (quoted && may_name && (at(',') || at('}'))) {
    if (!set_metric_name(std::move(name), start)) return false;
  } else {
    if (!at('=')) return expected("\"=\" after label name " + name);
    ++at_;
    skip_blanks();
    std::string value;
    if (!read_value(value)) return false;
    labels_.push_back({std::move(name), std::move(value)});
    skip_blanks();
  }

  if (at(',')) {
    ++at_;
    skip_blanks();
    return true;
  }
  return !syntax_.commas || at('}') || expected("\",\" or \"}\"");
}

bool LabelReader::read_value(std::string& value) {
  const std::size_t start = at_;
  if (!at('"')) return expected("a label value in quotes");
  std::string_view raw;
  if (!take_quoted(raw, syntax_.newlines)) return false;
  if (!is_valid_utf8(raw)) return refuse(start, "a label value that is not UTF-8");
  value = raw.find('\\') == std::string_view::npos ? std::string(raw) : unescape(raw);
  return true;
}

bool LabelReader::take_quoted(std::string_view& inside, bool newlines) {
  const std::size_t start = ++at_;
  for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
      if (at('\n')) return refuse(at_ - 1, "a backslash at the end of a line");
    } else if (text_[at_] == '\n' && !newlines) {
      return refuse(start - 1, "a quoted value that its line does not close");
    }
  }
  if (at_ >= text_.size()) return refuse(start - 1, "a quoted text that is not closed");
  inside = text_.substr(start, at_ - start);
  ++at_;
  return true;
}

bool LabelReader::set_metric_name(std::string name, std::size_t offset) {
  if (has_name_) return refuse(offset, "a second metric name \"" + name + "\"");
  has_name_ = true;
  labels_.push_back({std::string(kMetricName), std::move(name)});
  return true;
}

bool LabelReader::finish(Labels& labels) {
  std::sort(labels_.begin(), labels_.end());
  const auto twin =
      std::adjacent_find(labels_.begin(), labels_.end(),
                         [](const Label& a, const Label& b) { return a.name == b.name; });
  if (twin != labels_.end()) return refuse(0, "label " + twin->name + " occurs twice");
  labels = Labels(std::move(labels_));
  return true;
}

std::string_view LabelReader::take_name(bool colon) {
  const std::size_t start = at_;
  while (at_ < text_.size() && is_name_byte(text_[at_], at_ == start, colon)) ++at_;
  return text_.substr(start, at_ - start);
}

void LabelReader::skip_blanks() {
  while (syntax_.blanks && (at(' ') || at('\t'))) ++at_;
}

bool LabelReader::expected(std::string message) {
  fault_ = {.offset = at_, .message = std::move(message), .is_expectation = true};
  return false;
}

bool LabelReader::refuse(std::size_t offset, std::string message) {
  fault_ = {.offset = offset, .message = std::move(message)};
  return false;
}

}  // namespace tributary::exposition
