// The part of Store about links to the console.
#include "hub/identity/store.h"

namespace tributary::hub::identity {

Result<void> Store::add_console_link(const ConsoleLink& link) {
  auto dropped =
      database_->run("DELETE FROM console_links WHERE expires_ms <= ?", to_ms(clock_.now()));
  if (!dropped) return dropped;
  return database_->run(
      "INSERT INTO console_links(token_sha256, entity, session_seconds, expires_ms) "
      "VALUES(?, ?, ?, ?)",
      Blob{link.token_sha256}, link.entity_id, link.session_seconds, to_ms(link.expires));
}

Result<std::optional<ConsoleLink>> Store::find_console_link(std::string_view token_sha256) {
  return database_->first(
      "SELECT token_sha256, entity, session_seconds, expires_ms FROM console_links "
      "WHERE token_sha256 = ?",
      [](const Row& row) {
        return ConsoleLink{row.text(0), row.text(1), row.integer(2),
                           timestamp_from_ms(row.integer(3))};
      },
      Blob{token_sha256});
}

Result<bool> Store::remove_console_link(std::string_view token_sha256) {
  TRIBUTARY_TRY(const std::int64_t gone,
                database_->run_counting("DELETE FROM console_links WHERE token_sha256 = ?",
                                        Blob{token_sha256}));
  return gone > 0;
}

}  // namespace tributary::hub::identity
