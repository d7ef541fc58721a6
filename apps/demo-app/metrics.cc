#include "metrics.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "exposition/write.h"

namespace tributary::demo {
namespace {

using exposition::format_float;

void add_head(std::string& page, std::string_view name, std::string_view type,
              std::string_view help) {
  page.append("# HELP ").append(name).append(" ").append(help);
  page.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

// `labels` as they stand between braces; none of the values here needs escaping.
void add_line(std::string& page, std::string_view name, const std::string& labels, double value) {
  page.append(name);
  if (!labels.empty()) page.append("{" + labels + "}");
  page.append(" ").append(format_float(value)).append("\n");
}

void add_line(std::string& page, std::string_view name, const std::string& labels,
              std::uint64_t value) {
  add_line(page, name, labels, static_cast<double>(value));
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

// Of values in order: the least that is not below this part of them.
double quantile(const std::vector<std::size_t>& sorted, double part) {
  if (sorted.empty()) return std::nan("");
  const double rank = std::ceil(part * static_cast<double>(sorted.size()));
  return static_cast<double>(sorted[rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1]);
}

}  // namespace

void Metrics::count(const Order& order) {
  ++orders_[{order.kind, order.outcome}];
  Durations& durations = durations_[order.kind];
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), order.seconds);
  ++durations.counts[static_cast<std::size_t>(bound - kBounds.begin())];
  durations.sum += order.seconds;
  sizes_.push_back(order.bytes);
  if (sizes_.size() > kSizesMax) sizes_.pop_front();
  ++size_count_;
  size_sum_ += order.bytes;
}

std::string Metrics::render() const {
  std::string page;
  add_head(page, "demo_build_info", "gauge", "1, with the version as a label.");
  add_line(page, "demo_build_info", label("version", TRIBUTARY_VERSION), std::uint64_t{1});

  add_head(page, "demo_journal_bytes_total", "counter", "Bytes written to the journal.");
  add_line(page, "demo_journal_bytes_total", "", journal_bytes_);

  add_head(page, "demo_order_duration_seconds", "histogram", "Time to work through one order.");
  for (const auto& [kind, durations] : durations_) {
    const std::string of_kind = label("kind", kind);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < durations.counts.size(); ++i) {
      count += durations.counts[i];
      const std::string bound = i < kBounds.size() ? format_float(kBounds[i]) : "+Inf";
      add_line(page, "demo_order_duration_seconds_bucket", of_kind + "," + label("le", bound),
               count);
    }
    add_line(page, "demo_order_duration_seconds_sum", of_kind, durations.sum);
    add_line(page, "demo_order_duration_seconds_count", of_kind, count);
  }

  add_head(page, "demo_order_size_bytes", "summary", "Size of an order.");
  std::vector<std::size_t> sorted(sizes_.begin(), sizes_.end());
  std::sort(sorted.begin(), sorted.end());
  for (const double part : {0.5, 0.9, 0.99})
    add_line(page, "demo_order_size_bytes", label("quantile", format_float(part)),
             quantile(sorted, part));
  add_line(page, "demo_order_size_bytes_sum", "", size_sum_);
  add_line(page, "demo_order_size_bytes_count", "", size_count_);

  add_head(page, "demo_orders_open", "gauge", "Orders kept in memory.");
  add_line(page, "demo_orders_open", "", std::uint64_t{open_});

  add_head(page, "demo_orders_total", "counter", "Orders by kind and outcome.");
  for (const auto& [kind_outcome, count] : orders_)
    add_line(page, "demo_orders_total",
             label("kind", kind_outcome.first) + "," + label("outcome", kind_outcome.second),
             count);
  return page;
}

}  // namespace tributary::demo
