// What changes the data other than by writing: deletion, clean-up, snapshots.
#include "hub/workspaces/endpoints.h"

namespace tributary::hub::workspaces {

Result<Answer> answer_delete_series(const ApiCall&, const ApiContext&) {
  return Error(Code::unsupported, "delete_series is not supported yet");
}

Result<Answer> answer_clean_tombstones(const ApiCall&, const ApiContext&) {
  return Error(Code::unsupported, "clean_tombstones is not supported yet");
}

Result<Answer> answer_snapshot(const ApiCall&, const ApiContext&) {
  return Error(Code::unsupported, "snapshot is not supported yet");
}

}  // namespace tributary::hub::workspaces
