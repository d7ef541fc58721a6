#include "lab/driver/docker/pause.h"

#include <sys/wait.h>

#include <csignal>
#include <initializer_list>

namespace tributary::lab::docker {

int run_pause() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGCHLD) return 0;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
  }
}

}  // namespace tributary::lab::docker
