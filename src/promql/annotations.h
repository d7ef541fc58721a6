// Warnings and infos that a query gives beside its result: "PromQL warning: ..." where the result
// may not be what was meant, "PromQL info: ..." where something deserves a look (Prometheus,
// util/annotations). Equal texts are one annotation, at the first place; a kind may merge its repeats.
//
// Threads: one at a time; parts of a query gather their own and are merged in order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "promql/ast.h"

namespace tributary::promql {

class Annotations {
 public:
  // `text` as Prometheus words it, without "PromQL warning: " in front and the place at the end.
  void warn(Position position, std::string_view text);
  void info(Position position, std::string_view text);
  void merge(const Annotations& other);

  bool empty() const { return warnings_.empty() && infos_.empty(); }

  // Complete texts for the API, " (line:column)" at the end, where `query` is the expression's
  // text; at most `limit` (0: all), then one that says how many were left out.
  std::vector<std::string> warnings(std::string_view query, std::size_t limit = 10) const;
  std::vector<std::string> infos(std::string_view query, std::size_t limit = 10) const;

 private:
  struct Note {
    Position position;
    std::string text;

    bool operator==(const Note&) const = default;
  };
  static void add(std::vector<Note>& notes, Note note);

  std::vector<Note> warnings_;
  std::vector<Note> infos_;
};

}  // namespace tributary::promql
