// What `tributary-lab pause` does: it holds a task's network namespace open.
#pragma once

namespace tributary::lab::docker {

// Waits for SIGTERM or SIGINT, as the first process of a container as well, and collects children
// that others have left. The program's exit code.
int run_pause();

}  // namespace tributary::lab::docker
