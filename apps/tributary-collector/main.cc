// tributary-collector: the sidecar that scrapes and forwards metrics.
#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "commands.h"
#include "config/outside.h"
#include "extra_config.h"
#include "options.h"
#include "spool_command.h"

namespace {

// As many connections as the system lets us have: the usual first limit of 1024 is for programs
// that use select().
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tributary;
  using namespace tributary::collector;
  mallopt(M_ARENA_MAX, 1);  // one loop, one thread: a second arena would only cost memory
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  auto options = parse_options(std::vector<std::string>(argv, argv + argc));
  if (!options) {
    std::fprintf(stderr, "tributary-collector: %s\ntry tributary-collector --help\n",
                 options.error().message().c_str());
    return kExitUsage;
  }
  apply_extra_config(config::this_machine().read_file(kExtraConfigPath), *options);
  switch (options->command) {
    case Command::run: return run(*options);
    case Command::validate: return validate(*options);
    case Command::print_config: return print_config(*options);
    case Command::components: return list_components();
    case Command::reference: return print_reference();
    case Command::healthcheck: return check_health(options->healthcheck_port);
    case Command::spool: return spool(options->spool);
    case Command::version: std::puts("tributary-collector version " TRIBUTARY_VERSION); return 0;
    case Command::help: std::fputs(std::string(usage()).c_str(), stdout); return 0;
  }
}
