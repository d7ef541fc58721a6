// The remote-write exporter: Prometheus remote write 1.0, signed or not. It knows what each shape
// is on the wire and hands batches to a Sender, which delivers them.
//
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/disk.h"
#include "collector/exporters/prometheusremotewrite/compiled_shape.h"
#include "collector/exporters/prometheusremotewrite/config.h"
#include "collector/exporters/prometheusremotewrite/sender.h"
#include "collector/exporters/prometheusremotewrite/spool_queue.h"
#include "collector/pipeline/component.h"

namespace tributary::collector::prometheusremotewrite {

class Exporter final : public collector::Exporter {
 public:
  static Result<std::unique_ptr<Exporter>> make(Context context, Config config);
  static Result<std::unique_ptr<Exporter>> make(Context context, AwsConfig config);

  Result<void> start(Host& host) override;
  net::Task<void> stop(Instant deadline) override;
  void consume(const BatchPtr& batch) override;
  bool report(Balance& balance) const override;

  // How many shapes have been worked out so far.
  std::size_t compilations() const { return shapes_.compilations(); }

 private:
  Exporter(Context context, Config config, net::Url endpoint, std::optional<AwsAuth> aws_auth);

  static Result<std::unique_ptr<Exporter>> make(Context context, Config config,
                                                std::optional<AwsAuth> aws_auth);
  Sender::Options sender_options() const;
  net::HttpClientOptions client_options() const;
  // A client that signs, and who it signs for.
  struct Signed {
    std::unique_ptr<net::HttpClient> client;
    std::function<std::string()> caller;
  };
  Result<Signed> signed_by_extension(Host& host, std::unique_ptr<net::HttpClient> client) const;
  Result<Signed> signed_for_aws(std::unique_ptr<net::HttpClient> client) const;
  // Where the queue is on disk; nothing where it is in memory.
  Result<std::optional<Spool::Options>> find_spool(Host& host) const;
  Result<std::unique_ptr<RequestQueue>> open_spool(Spool::Options options,
                                                   RequestQueue::OnLoss on_loss);
  void report_new_shape(const CompiledShape& shape);

  Context context_;
  Config config_;
  net::Url endpoint_;
  std::optional<AwsAuth> aws_auth_;
  RealDisk disk_{SpoolQueue::kModes};
  ShapeCache shapes_;
  Sender sender_;
  LogLimiter untranslatable_{1min};
};

}  // namespace tributary::collector::prometheusremotewrite
