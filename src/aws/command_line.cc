#include "aws/command_line.h"

namespace tributary::aws {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> split() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        end_word();
      } else if (c == '\'' || c == '"') {
        in_word_ = true;
        if (!take_quoted(c)) return refuse(std::string("has a ") + c + " that is not closed");
      } else if (c == '\\') {
        in_word_ = true;
        if (at_ == text_.size()) return refuse("ends with a backslash");
        word_.push_back(text_[at_++]);
      } else {
        in_word_ = true;
        word_.push_back(c);
      }
    }
    end_word();
    if (words_.empty() || words_.front().empty()) return refuse("names no program");
    return std::move(words_);
  }

 private:
  static Error refuse(std::string_view why) {
    return Error(Code::invalid_argument, "the command line " + std::string(why));
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  bool take_quoted(char quote) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote) return true;
      const bool escape = quote == '"' && c == '\\' && at_ < text_.size() &&
                          (text_[at_] == '"' || text_[at_] == '\\');
      word_.push_back(escape ? text_[at_++] : c);
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
};

}  // namespace

Result<std::vector<std::string>> split_command_line(std::string_view text) {
  return Splitter(text).split();
}

}  // namespace tributary::aws
