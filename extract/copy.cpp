// The copy itself: source → extract file, with counts, digests, anomalies; whole, or resumable, or absent.
#include "extract/copy.hpp"

#include "extract/conclusion.hpp"
#include "extract/indexes.hpp"
#include "extract/matching.hpp"
#include "extract/publication.hpp"
#include "extract/reader.hpp"
#include "extract/resumption.hpp"
#include "extract/second_look.hpp"
#include "extract/table_writer.hpp"
#include "profiles/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using core::nmsg;
using core::Severity;

namespace {

constexpr std::uint64_t worth_a_commit = 1u << 20;

class Copy {
 public:
  Copy(Source& source, const profiles::Application& profile, const CopyOptions& options,
       const core::Clock& clock, core::Progress& progress, std::stop_token stop)
      : source_(source),
        profile_(profile),
        options_(options),
        clock_(clock),
        progress_(progress),
        stop_(stop) {}

  CopyReport run(const fs::path& target) {
    provenance_ = source_.provenance();
    const auto catalogue = source_.catalogue();
    catalogue_size_ = catalogue.size();
    profile_ = complete(std::move(profile_), catalogue, options_.decisions);
    const auto matching = match(profile_, catalogue);
    if (options_.kind == Kind::final_) require_decisions(matching);
    report_.notes = matching.notes;
    ExtractWriter writer(target, identity(), options_.restart);
    writer_ = &writer;
    report_.resumed = writer.resumed();
    check_clock(clock_, writer.finished() ? "" : writer.last_known_time());
    if (writer.finished()) {  // by a run that could not seal it
      publish(writer, target, options_, clock_, progress_, report_);
      return std::move(report_);
    }
    writer.begin_session({{"started", core::format_instant(clock_.now())},
                          {"snapshot", provenance_.snapshot},
                          {"host", options_.host},
                          {"account", options_.account}});
    on_ = core::parse_date(writer.first_started()).value_or(core::Date{});
    try {
      copy_tables(matching);
      source_.release();
      if (options_.kind == Kind::final_) second_look();
    } catch (...) {
      keep_what_is_there();
      throw;
    }
    conclude(writer, matching,
             {profile_, provenance_, options_, clock_, catalogue_size_, session_rows_, consistency(),
              std::move(unique_)},
             report_, stop_);
    writer.finish();
    publish(writer, target, options_, clock_, progress_, report_);
    return std::move(report_);
  }

 private:
  /// One table being written.
  struct Lane {
    const TakenTable* table = nullptr;
    TableState state;
    std::optional<TableWriter> writer;
  };

  /// A final extract is what is transferred: every table and column was decided on.
  static void require_decisions(const Matching& matching) {
    if (matching.undecided.empty()) return;
    Error error(Exit::profile_invalid,
                msg("A final extract needs a decision for every table and column of the source."));
    for (const auto& m : matching.undecided) std::move(error).because(m);
    throw error;
  }

  /// What must not change between two runs of one copy.
  [[nodiscard]] ExtractWriter::Identity identity() const {
    return {{"application", profile_.id},
            {"profile_digest", profiles::profile_digest(profile_.files)},
            {"source", options_.source_label},
            {"system", provenance_.system},
            {"database", provenance_.database},
            {"schema", provenance_.schema},
            {"decisions", digest_of(options_.decisions)},
            {"kind", std::string(kind_name(options_.kind))}};
  }

  void copy_tables(const Matching& matching) {
    forget_what_is_gone(*writer_, matching, report_);
    std::vector<ReadTask> tasks;
    lanes_.resize(matching.tables.size());
    for (std::size_t i = 0; i < matching.tables.size(); ++i) {
      lanes_[i].table = &matching.tables[i];
      auto& state = lanes_[i].state;
      state = state_to_go_on_from(*writer_, matching.tables[i], provenance_.snapshot, report_);
      if (state.stage == TableState::Stage::copying)
        tasks.push_back({lanes_[i].table, i, state.storage, state.position, on_});
      else
        report(*writer_->table_facts(lanes_[i].table->profile->name));
    }
    done_ = lanes_.size() - tasks.size();
    all_known_ = std::ranges::all_of(
        tasks, [](const ReadTask& t) { return t.table->source->estimated_rows.has_value(); });
    for (const auto& t : tasks) all_rows_ += t.table->source->estimated_rows.value_or(0);
    writer_->commit();
    last_commit_ = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<Source>> siblings;
    std::vector<Source*> sources{&source_};
    while (sources.size() < options_.readers && sources.size() < tasks.size()) {
      auto sibling = source_.sibling();
      if (!sibling) break;
      sources.push_back(sibling.get());
      siblings.push_back(std::move(sibling));
    }
    Throttle throttle(options_.rows_per_second);
    read_tables(
        sources, tasks, throttle, [this](ReadItem&& item) { take(std::move(item)); }, stop_);
  }

  void take(ReadItem&& item) {
    auto& lane = lanes_[item.number];
    switch (item.what) {
      case ReadItem::What::begin:
        all_rows_ += item.source_rows - lane.table->source->estimated_rows.value_or(0);
        all_done_ += lane.state.rows;
        lane.state.source_rows = item.source_rows;
        begin_progress(item.number);
        lane.writer.emplace(*writer_, *lane.table, lane.state);
        break;
      case ReadItem::What::restart: {
        all_done_ -= lane.writer->rows();
        lane.writer.reset();
        writer_->forget(lane.table->profile->name);
        auto& state = lane.state;
        state.rows = 0;
        state.position.clear();
        state.pending.clear();
        state.left.clear();
        state.storage[item.column] = Storage::text;
        state.first_snapshot = state.last_snapshot = provenance_.snapshot;
        state.one_moment = true;
        begin_progress(item.number);
        lane.writer.emplace(*writer_, *lane.table, state);
        break;
      }
      case ReadItem::What::block:
        add(item);
        break;
      case ReadItem::What::end:
        end_table(lane);
        break;
    }
  }

  void add(const ReadItem& item) {
    auto& lane = lanes_[item.number];
    try {
      lane.writer->add(item.block);
    } catch (Error& e) {
      e.while_doing(msg("while copying table {0}", lane.table->profile->name));
      throw;
    }
    session_rows_ += item.block.rows();
    all_done_ += item.block.rows_read();
    if (all_known_) progress_.overall(all_done_, std::max(all_done_, all_rows_));
    if (item.number == shown_) progress_.advance(item.block.rows_read());
    uncommitted_ += item.block.bytes.size() + item.block.extra.size();
    for (const auto& piece : item.block.pieces) uncommitted_ += piece.bytes.size();
    if (uncommitted_ >= options_.commit_bytes ||
        std::chrono::steady_clock::now() - last_commit_ >= options_.commit_every)
      commit();
  }

  void commit() {
    for (auto& lane : lanes_)
      // Without a position the table can only be read again from its start: nothing of it is worth keeping.
      if (lane.writer && !lane.writer->state().position.empty())
        writer_->save(lane.table->profile->name, lane.writer->state());
    writer_->commit();
    uncommitted_ = 0;
    last_commit_ = std::chrono::steady_clock::now();
  }

  void keep_what_is_there() {
    if (!writer_->in_transaction() || ending_) return;
    for (const auto& lane : lanes_)
      if (lane.writer && !lane.writer->whole()) return;  // a failed write: the last commit is what there is
    try {
      writer_->end_session(core::format_instant(clock_.now()), session_rows_, "interrupted");
      commit();
    } catch (const std::exception&) {
      // The disk is full: what was committed before is what there is. The first error is the one to tell.
    }
  }

  void begin_progress(std::size_t number) {
    shown_ = number;
    const auto& lane = lanes_[number];
    progress_.begin(fmt::format("{}/{} {}", done_ + 1, lanes_.size(), lane.table->profile->name),
                    lane.state.source_rows, "rows");
    progress_.already(lane.writer ? lane.writer->rows() : lane.state.rows);
  }

  void end_table(Lane& lane) {
    // An index that does not fit on the disk must not cost the rows: the next run finds them all, and only
    // ends.
    if (uncommitted_ >= worth_a_commit) commit();
    ending_ = true;
    TableFacts facts;
    facts.name = lane.table->profile->name;
    facts.label = lane.table->profile->label;
    lane.writer->finish();
    lane.state = lane.writer->state();
    facts.source_rows = lane.state.source_rows;
    facts.copied_rows = lane.writer->rows();
    facts.left_rows = std::accumulate(lane.state.left.begin(), lane.state.left.end(), std::uint64_t{0});
    facts.sum = lane.writer->sum();
    facts.root = lane.writer->root();
    if (lane.writer->key_is_unique()) unique_.insert(facts.name);
    lane.writer.reset();
    if (facts.copied_rows + facts.left_rows != facts.source_rows) refuse_count(lane, facts);
    create_indexes(writer_->database(), *lane.table);
    writer_->write_columns(*lane.table, lane.state.storage);
    writer_->write_table(facts, *lane.table->source);
    writer_->write_left_rows(*lane.table->profile, lane.state.left);
    lane.state.stage = TableState::Stage::copied;
    writer_->save(facts.name, lane.state);
    ++done_;
    commit();
    ending_ = false;
    progress_.end();
    report(std::move(facts));
    // With several readers other tables are under way: one of them is shown now.
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      if (lanes_[i].writer) return begin_progress(i);
  }

  /// In a snapshot both figures are of the same moment: a difference is a truncated reading or a source that
  /// lies. Elsewhere a table in use may have gained or lost rows since it was counted.
  void refuse_count(Lane& lane, const TableFacts& facts) {
    const auto told =
        core::nmsg("The table {1} had {0} row when it was counted and {2} when it was copied.",
                   "The table {1} had {0} rows when they were counted and {2} when they were copied.",
                   facts.source_rows, facts.name, facts.copied_rows + facts.left_rows);
    if (source_.consistency() != Consistency::snapshot || !lane.state.one_moment) {
      report_.notes.push_back({Severity::warning, "COUNT_DIFFERS", told, facts.name});
      return;
    }
    writer_->forget(facts.name);
    writer_->commit();
    Error error(Exit::extract_changed, told);
    throw std::move(error).hint(
        msg("Copy from a source that does not change: application closed, clone or restored dump."));
  }

  void report(TableFacts facts) {
    report_.rows += facts.copied_rows;
    report_.left_rows += facts.left_rows;
    report_.tables.push_back(std::move(facts));
  }

  /// Every table is read a second time, in one other snapshot, and must give the same rows.
  void second_look() {
    if (!options_.reopen)
      throw Error(Exit::unexpected, msg("A final extract needs a second look at its source."));
    std::vector<CopiedTable> tables;
    for (const auto& lane : lanes_)
      tables.push_back({lane.table, lane.state.storage, *writer_->table_facts(lane.table->profile->name)});
    const auto source = options_.reopen();
    const auto changed = changed_tables(*source, tables, on_, progress_, stop_);
    if (changed.empty()) {
      seen_again_ = source->consistency();
      return;
    }
    for (const auto& name : changed) writer_->forget(name);
    writer_->commit();
    throw source_changed(changed);
  }

  /// What several sessions made together is of one moment only if they saw the same content.
  [[nodiscard]] Consistency consistency() const {
    // All that was copied, whenever it was, was found again at one moment.
    if (seen_again_ == Consistency::snapshot) return Consistency::snapshot;
    auto out = source_.consistency();
    const auto weaken = [&](Consistency c) { out = std::max(out, c); };
    for (const auto& lane : lanes_) {
      if (!lane.state.one_moment) weaken(Consistency::per_chunk);
      if (lane.state.last_snapshot != lanes_.front().state.last_snapshot) weaken(Consistency::per_table);
    }
    return out;
  }

  Source& source_;
  profiles::Application profile_;  ///< completed by the decisions
  const CopyOptions& options_;
  const core::Clock& clock_;
  core::Progress& progress_;
  std::stop_token stop_;
  Provenance provenance_;
  std::size_t catalogue_size_ = 0;
  core::Date on_;  ///< the day on which the copy began: rows are left by their age on it
  ExtractWriter* writer_ = nullptr;
  std::vector<Lane> lanes_;
  std::size_t done_ = 0, shown_ = 0;
  bool ending_ = false;  ///< a table is between its last row and its commit
  std::optional<Consistency> seen_again_;
  std::set<std::string> unique_;  ///< tables whose rows came in the order of their key, each greater
  bool all_known_ = false;        ///< the source has statistics of every table still to copy
  std::uint64_t all_rows_ = 0, all_done_ = 0;  ///< of those tables
  std::uint64_t session_rows_ = 0, uncommitted_ = 0;
  std::chrono::steady_clock::time_point last_commit_{};
  CopyReport report_;
};

}  // namespace

CopyReport copy(Source& source, const profiles::Application& profile, const fs::path& target,
                const CopyOptions& options, const core::Clock& clock, core::Progress& progress,
                std::stop_token stop) {
  std::error_code ec;
  if (!options.replace && fs::exists(target, ec))
    throw Error(Exit::disk, msg("{0} already exists.", target.string()))
        .hint(msg("Give another name, or --replace to copy again over it."));
  return Copy(source, profile, options, clock, progress, stop).run(target);
}

}  // namespace versoir::extract
