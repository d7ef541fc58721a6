#include "config/diagnostics.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/check.h"
#include "base/strings.h"

namespace tributary::config {
namespace {

constexpr std::size_t kLineShownMax = 160;  // characters; a caret further right is left out

std::string_view line_of(const Source& source, std::uint32_t line) {
  std::string_view rest = source.text;
  for (std::uint32_t at = 1; at < line; ++at) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return "";
    rest.remove_prefix(end + 1);
  }
  std::string_view found = rest.substr(0, rest.find('\n'));
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  return found;
}

// The line without what follows the first key that sounds like a secret.
std::string without_secrets(std::string_view line) {
  static constexpr std::array<std::string_view, 6> kSecretWords = {
      "password", "secret", "token", "credentials", "authorization", "api_key"};
  const std::string lower = to_lower(line);
  std::size_t cut = std::string::npos;
  for (const std::string_view word : kSecretWords) {
    const std::size_t at = lower.find(word);
    if (at != std::string::npos) cut = std::min(cut, lower.find(':', at));
  }
  if (cut == std::string::npos || cut + 1 >= line.size()) return std::string(line);
  return std::string(line.substr(0, cut + 1)) + " <not shown>";
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// The line and, below it, the caret. Tabs are kept so that both lines align.
std::string excerpt(const Mark& mark) {
  if (!mark.source || mark.line == 0) return "";
  const std::string_view line = line_of(*mark.source, mark.line);
  if (trim(line).empty() || line.size() > kLineShownMax * 4 || !is_valid_utf8(line)) return "";
  std::string margin;
  std::uint32_t column = 1;
  for (const char c : line) {
    if (!begins_character(c)) continue;
    if (column++ >= mark.column) break;
    margin += c == '\t' ? '\t' : ' ';
  }
  if (margin.size() > kLineShownMax) return "";
  return "  " + without_secrets(line) + "\n  " + margin + "^\n";
}

}  // namespace

std::string Diagnostic::to_string() const {
  const std::string place = mark.to_string();
  return place + (place.empty() ? "" : ": ") + (severity == Severity::error ? "error" : "warning") +
         ": " + message;
}

Diagnostics::Scope::Scope(Diagnostics& diagnostics, std::string_view name)
    : diagnostics_(diagnostics), path_size_(diagnostics.path_.size()) {
  if (path_size_ > 0 && !name.starts_with('[')) diagnostics.path_ += "::";
  diagnostics.path_ += name;
}

Diagnostics::Scope::~Scope() { diagnostics_.path_.resize(path_size_); }

void Diagnostics::error(const Mark& mark, std::string message) {
  ++errors_;
  add(Severity::error, mark, std::move(message));
}

void Diagnostics::warning(const Mark& mark, std::string message) {
  ++warnings_;
  add(Severity::warning, mark, std::move(message));
}

void Diagnostics::add(Severity severity, const Mark& mark, std::string message) {
  if (messages_.size() >= kMessagesMax) {
    ++left_out_;
    return;
  }
  if (!path_.empty()) message = path_ + ": " + message;
  messages_.push_back({severity, mark, std::move(message)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<const Source*> sources;
  const auto rank = [&sources](const Mark& mark) {
    const auto at = std::find(sources.begin(), sources.end(), mark.source.get());
    return at - sources.begin();
  };
  for (const Diagnostic& one : messages_)
    if (rank(one.mark) == std::ssize(sources)) sources.push_back(one.mark.source.get());
  std::vector<Diagnostic> all = messages_;
  std::stable_sort(all.begin(), all.end(), [&rank](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(rank(a.mark), a.mark.line, a.mark.column) <
           std::tuple(rank(b.mark), b.mark.line, b.mark.column);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.to_string() == b.to_string();
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

std::string Diagnostics::render() const {
  std::string out;
  for (const Diagnostic& one : sorted()) out += one.to_string() + "\n" + excerpt(one.mark);
  if (left_out_ > 0) out += "and " + std::to_string(left_out_) + " more\n";
  return out;
}

Error Diagnostics::to_error() const {
  TRIBUTARY_CHECK(has_errors());
  std::vector<std::string> lines;
  for (const Diagnostic& one : sorted()) {
    if (one.severity != Severity::error) continue;
    const std::string place = one.mark.to_string();
    lines.push_back(place.empty() ? one.message : place + ": " + one.message);
  }
  if (left_out_ > 0) lines.push_back("and " + std::to_string(left_out_) + " more");
  return Error(Code::invalid_argument, join(lines, "; "));
}

}  // namespace tributary::config
