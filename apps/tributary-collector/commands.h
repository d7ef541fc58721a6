// What tributary-collector can be told to do. Each command returns the exit status.
#pragma once

#include <cstdint>
#include <optional>

#include "collector/service/document.h"
#include "options.h"

namespace tributary::collector {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// The configuration that the options name, read and checked; nothing where an error was said.
std::optional<Document> load_document(const Options& options, config::Diagnostics& diagnostics);

int run(const Options& options);
int validate(const Options& options);
int print_config(const Options& options);
int list_components();
int print_reference();
int check_health(std::uint16_t port);

}  // namespace tributary::collector
