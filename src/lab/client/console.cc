#include "lab/client/console.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/json_text.h"

namespace tributary::lab::client {
namespace {

constexpr std::size_t kMessageWidth = 44;

bool is_plain(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._/@^+").find(c) != std::string_view::npos;
  });
}

}  // namespace

void Console::log(std::string_view level, std::string_view message, const Fields& fields) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.monotonic() - start_).count();
  std::array<char, 32> since{};
  std::snprintf(since.data(), since.size(), "[%04lld] ", static_cast<long long>(seconds));
  std::string text = std::string(level) + since.data() + std::string(message);
  if (!fields.empty() && message.size() < kMessageWidth)
    text.append(kMessageWidth - message.size(), ' ');
  for (const auto& [name, value] : fields)
    text += " " + name + "=" + (is_plain(value) ? value : json_string(value));
  line(text);
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] + 2 - row[i].size(), ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace tributary::lab::client
