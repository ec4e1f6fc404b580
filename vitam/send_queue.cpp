// See send_queue.hpp.
#include "vitam/send_queue.hpp"

#include <algorithm>
#include <list>

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::msg;
using std::chrono::seconds;

namespace {

struct Flight {
  FollowUp up;
  seconds due;  ///< when to ask, on the queue's own time line
};

class Queue {
 public:
  Queue(Ingest& ingest, const sip::Versement& versement, std::span<const sip::MessageIdentifier> lots,
        const QueueTerms& terms, const QueueSteps& steps, const Sleeper& sleep, const std::stop_token& stop)
      : ingest_(ingest),
        versement_(versement),
        lots_(lots),
        terms_(terms),
        steps_(steps),
        sleep_(sleep),
        stop_(stop) {}

  QueueOutcome run() {
    while (next_ < terms_.under_way) take();  // whatever the limit: the platform has them
    if (terms_.wait) {
      for (;;) {
        stop_if_asked();
        fill();
        if (!flights_.empty())
          look_at_next();
        else if (held_ || next_ == lots_.size())
          break;
        else
          pause();
      }
    } else {
      for (auto at = flights_.begin(); at != flights_.end();) look(at++);
      fill();
    }
    outcome_.under_way = flights_.size();
    outcome_.not_sent = lots_.size() - next_;
    return std::move(outcome_);
  }

 private:
  void stop_if_asked() const {
    if (!stop_.stop_requested()) return;
    Error e(Exit::interrupted, core::nmsg("stopped while {0} ingest was under way",
                                          "stopped while {0} ingests were under way", flights_.size()));
    throw std::move(e).hint(msg("Run versoir send again to go on waiting: nothing is sent twice."));
  }

  void fill() {
    while (!held_ && next_ < lots_.size() && flights_.size() < terms_.parallel) {
      stop_if_asked();
      if (!take()) return;
    }
  }

  /// The next lot, sent or failed; false when the platform is closed and that is waited out. An upload takes
  /// time too: what is under way may be due after it.
  bool take() {
    const auto& lot = lots_[next_];
    const auto began = std::chrono::steady_clock::now();
    try {
      const auto operation = steps_.send(lot);
      now_ += std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - began);
      if (operation) flights_.push_back({follow_up(lot, *operation), now_});
    } catch (const Error& e) {
      if (e.code() == Exit::platform_unreachable && terms_.endless) return false;
      fail(lot, e);
    }
    ++next_;
    return true;
  }

  FollowUp follow_up(const sip::MessageIdentifier& lot, const OperationId& operation) {
    FollowUp::Terms terms{.endless = terms_.endless};
    if (steps_.moved) terms.moved = [this, lot](const OperationStatus& s) { steps_.moved(lot, s); };
    return ingest_.follow_up(versement_, lot, operation, std::move(terms));
  }

  /// The platform is closed, and nothing is under way.
  void pause() {
    const auto wait = ingest_.platform().poll_max;
    sleep_(wait);
    now_ += wait;
  }

  void look_at_next() {
    const auto at = std::ranges::min_element(flights_, {}, &Flight::due);
    if (at->due > now_) {
      sleep_(at->due - now_);
      now_ = at->due;
      stop_if_asked();
    }
    look(at);
  }

  void look(std::list<Flight>::iterator at) {
    const auto lot = at->up.lot();
    try {
      const auto atr = at->up.look();
      if (!atr) {
        at->due = now_ + at->up.next_wait();
        return;
      }
      const auto operation = at->up.operation();
      ingest_.settle(versement_, lot, operation, *atr);
      flights_.erase(at);
      ++outcome_.accepted;
      steps_.accepted(lot, operation, *atr);
    } catch (const Error& e) {
      flights_.remove_if([&](const Flight& f) { return f.up.lot() == lot; });
      fail(lot, e);
    }
  }

  void fail(const sip::MessageIdentifier& lot, const Error& e) {
    if (e.code() == Exit::interrupted) throw e;
    const bool own = terms_.own.contains(e.code());
    held_ = held_ || !own;
    steps_.failed(lot, e);
    // What stops the others weighs more than the rejection of one lot.
    auto& first = outcome_.first_failure;
    if (!first || (terms_.own.contains(first->code()) && !own)) first = e;
  }

  Ingest& ingest_;
  const sip::Versement& versement_;
  std::span<const sip::MessageIdentifier> lots_;
  const QueueTerms& terms_;
  const QueueSteps& steps_;
  const Sleeper& sleep_;
  const std::stop_token& stop_;
  std::list<Flight> flights_;
  std::size_t next_ = 0;
  bool held_ = false;
  seconds now_{0};
  QueueOutcome outcome_;
};

}  // namespace

QueueOutcome run_queue(Ingest& ingest, const sip::Versement& versement,
                       std::span<const sip::MessageIdentifier> lots, const QueueTerms& terms,
                       const QueueSteps& steps, const Sleeper& sleep, const std::stop_token& stop) {
  return Queue(ingest, versement, lots, terms, steps, sleep, stop).run();
}

}  // namespace versoir::vitam
