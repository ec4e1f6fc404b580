// The copy itself: source → extract file, with counts, digests, anomalies; whole, or resumable, or absent.
#include "extract/copy.hpp"

#include "core/display.hpp"
#include "extract/integrity.hpp"
#include "extract/matching.hpp"
#include "extract/reader.hpp"
#include "extract/seal.hpp"
#include "extract/second_look.hpp"
#include "extract/table_writer.hpp"
#include "profiles/loader.hpp"
#include "trust/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

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
    check_clock(writer.finished() ? "" : writer.last_known_time());
    if (writer.finished()) {  // by a run that could not seal it
      publish(writer, target);
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
      if (options_.kind == Kind::final_) second_look(matching);
    } catch (...) {
      keep_what_is_there();
      throw;
    }
    finish(matching);
    writer.finish();
    publish(writer, target);
    return std::move(report_);
  }

 private:
  /// One table being written.
  struct Lane {
    const TakenTable* table = nullptr;
    TableState state;
    std::optional<TableWriter> writer;
  };

  void publish(ExtractWriter& writer, const fs::path& target) {
    auto staged = Extract::open(writer.partial());
    if (report_.tables.empty()) tell(staged);
    check_written(staged);
    if (options_.signer) {
      StagedSeal seal(staged, target, *options_.signer, options_.tsa, clock_);
      return seal.publish([&] { writer.publish(); });
    } else {  // the seal of the extract that is replaced would accuse the new one of being altered
      std::error_code ec;
      fs::remove(seal_file(target), ec);
      fs::remove(trust::seal_path(seal_file(target)), ec);
    }
    writer.publish();
  }

  /// What lay on the disk between two runs, and what is to be transferred, is read again before it is sealed:
  /// a seal says that the file is what was copied.
  void check_written(Extract& staged) {
    if (options_.kind != Kind::final_ && !report_.resumed) return;
    Error error(Exit::extract_altered,
                msg("What stands in {0} is not what was copied.", staged.path().string()));
    for (const auto& f : verify_content(staged, progress_))
      if (f.severity == Severity::error) std::move(error).because(f.message);
    if (error.causes().empty()) return;
    throw std::move(error).hint(
        msg("Look for a failing disk, or for who wrote in that folder; then start the copy again with "
            "--restart."));
  }

  /// A clock that went backwards would date the rows of this session before those they follow.
  void check_clock(const std::string& last) const {
    constexpr std::chrono::minutes tolerance{1};  // a clock that is being corrected
    const auto now = core::format_instant(clock_.now() + tolerance);
    if (last.empty() || last <= now) return;
    throw Error(Exit::configuration,
                msg("The clock of this machine says {0}, and this copy was already under "
                    "way on {1}.",
                    core::show_instant(clock_.now()),
                    core::show_instant(core::parse_instant(last).value_or(core::Instant{}))))
        .hint(msg("Set the clock right, then run the same command again: what was copied is kept."));
  }

  /// The report of a copy that an earlier run finished.
  void tell(const Extract& extract) {
    for (const auto& t : extract.tables()) report(t);
    report_.anomalies = extract.run().anomalies;
    for (const auto c : {Consistency::snapshot, Consistency::per_table, Consistency::per_chunk})
      if (consistency_name(c) == extract.run().consistency) report_.consistency = c;
  }

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

  [[nodiscard]] static std::string digest_of(const std::vector<Decision>& decisions) {
    std::string all;
    for (const auto& d : decisions)
      if (d.take) all += d.table + "." + d.column + (*d.take ? "=taken\n" : "=left\n");
    return core::sha256(std::string_view(all)).hex();
  }

  void copy_tables(const Matching& matching) {
    forget_what_is_gone(matching);
    std::vector<ReadTask> tasks;
    lanes_.resize(matching.tables.size());
    for (std::size_t i = 0; i < matching.tables.size(); ++i) {
      lanes_[i].table = &matching.tables[i];
      if (auto task = prepare(i)) tasks.push_back(std::move(*task));
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

  /// What an earlier run copied and this source does not have any more.
  void forget_what_is_gone(const Matching& matching) {
    for (const auto& [name, state] : writer_->states()) {
      if (std::ranges::any_of(matching.tables, [&](const TakenTable& t) { return t.profile->name == name; }))
        continue;
      writer_->forget(name);
      report_.notes.push_back(
          {Severity::warning, "TABLE_CHANGED",
           msg("The table {0} is not in the source any more: what was copied of it is dropped.", name),
           name});
    }
  }

  /// Names, types and key of what is read of a table.
  [[nodiscard]] static std::string shape_of(const TakenTable& table) {
    std::string all = table.source->name;
    for (const auto& c : table.columns)
      all += '\0' + c.profile->name + '\0' + c.source->name + '\0' + c.source->type;
    for (const auto& k : table.source->key) all += '\1' + k;
    return core::sha256(std::string_view(all)).hex();
  }

  /// The state that an earlier run left of a table, unless the table is another one now: rows read by other
  /// columns or in the order of another key cannot be gone on with.
  std::optional<TableState> kept_state(const TakenTable& table) {
    const auto& name = table.profile->name;
    auto state = writer_->state(name);
    if (!state || state->shape == shape_of(table)) return state;
    report_.notes.push_back({Severity::warning, "TABLE_CHANGED",
                             msg("The table {0} has other columns or another key than when its copy was "
                                 "begun: it is copied anew.",
                                 name),
                             name});
    return std::nullopt;
  }

  /// The task of a table that is not whole yet; what an earlier run left of it is kept if it can be gone on
  /// from.
  std::optional<ReadTask> prepare(std::size_t number) {
    auto& lane = lanes_[number];
    const auto& name = lane.table->profile->name;
    if (auto state = kept_state(*lane.table)) {
      lane.state = std::move(*state);
      if (lane.state.stage != TableState::Stage::copying) {
        report(*writer_->table_facts(name));
        return std::nullopt;
      }
    } else if (writer_->resumed()) {
      writer_->forget(name);
    }
    if (!lane.state.begun()) {
      lane.state = {};
      lane.state.shape = shape_of(*lane.table);
      for (const auto& c : lane.table->columns) lane.state.storage.push_back(storage_of(*c.source));
      lane.state.first_snapshot = provenance_.snapshot;
    } else if (lane.state.last_snapshot != provenance_.snapshot) {
      lane.state.one_moment = false;
    }
    lane.state.last_snapshot = provenance_.snapshot;
    return ReadTask{lane.table, number, lane.state.storage, lane.state.position, on_};
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
    lane.writer.reset();
    if (facts.copied_rows + facts.left_rows != facts.source_rows) refuse_count(lane, facts);
    writer_->create_indexes(*lane.table);
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
    if (source_.consistency() != Consistency::snapshot || !lane.state.one_moment) {
      report_.notes.push_back(
          {Severity::warning, "COUNT_DIFFERS",
           msg("The table {0} had {1} rows when they were counted and {2} when they were copied.", facts.name,
               facts.source_rows, facts.copied_rows + facts.left_rows),
           facts.name});
      return;
    }
    writer_->forget(facts.name);
    writer_->commit();
    Error error(Exit::extract_changed,
                msg("The table {0} had {1} rows when they were counted and {2} when they were copied.",
                    facts.name, facts.source_rows, facts.copied_rows + facts.left_rows));
    throw std::move(error).hint(
        msg("Copy from a source that does not change: application closed, clone or restored dump."));
  }

  void report(TableFacts facts) {
    report_.rows += facts.copied_rows;
    report_.left_rows += facts.left_rows;
    report_.tables.push_back(std::move(facts));
  }

  /// Every table is read a second time, in one other snapshot, and must give the same rows. A look that was
  /// cut short counts for nothing: two halves at two moments would prove neither.
  void second_look(const Matching& matching) {
    if (!options_.reopen)
      throw Error(Exit::unexpected, msg("A final extract needs a second look at its source."));
    const auto source = options_.reopen();
    std::vector<std::string> changed;
    for (std::size_t i = 0; i < matching.tables.size(); ++i) {
      auto& lane = lanes_[i];
      const auto& name = lane.table->profile->name;
      const auto facts = *writer_->table_facts(name);
      progress_.begin(fmt::format("{}/{} {}", i + 1, lanes_.size(), name), facts.copied_rows, "rows");
      const auto seen = look_again(*source, *lane.table, lane.state.storage, on_, progress_, stop_);
      progress_.end();
      if (seen.rows == facts.copied_rows && seen.sum == facts.sum) continue;
      changed.push_back(name);
      writer_->forget(name);
      writer_->commit();
    }
    if (changed.empty()) {
      seen_again_ = source->consistency();
      return;
    }
    Error error(Exit::extract_changed,
                msg("The second look at the source found other rows: the source still changes."));
    for (const auto& name : changed) std::move(error).because(msg("{0} is not what was copied", name));
    throw std::move(error).hint(msg(
        "Freeze the source, then run the same command again: the tables that changed are copied anew, then "
        "looked at again."));
  }

  void finish(const Matching& matching) {
    for (const auto* table : matching.absent) writer_->write_uncopied_table(*table);
    for (const auto& table : profile_.tables)
      if (!table.take) writer_->write_uncopied_table(table);
    count_left(matching);
    record_integrity(*writer_, matching, report_);
    for (const auto& [what, n] : writer_->anomalies()) note_anomaly(what, n);
    note_left_rows();
    writer_->write_profile(profile_.files);
    for (const auto& d : options_.decisions)
      if (d.take) writer_->write_decision(d);
    report_.consistency = consistency();
    if (core::format_instant(clock_.now()) < writer_->last_known_time())
      report_.notes.push_back(
          {Severity::warning, "CLOCK",
           msg("The clock of this machine went backwards during the copy: the dates of this "
               "extract are not reliable."),
           ""});
    writer_->end_session(core::format_instant(clock_.now()), session_rows_, "finished");
    writer_->write_run(run_facts());
    std::ranges::sort(report_.tables, {}, &TableFacts::name);
  }

  void count_left(const Matching& matching) {
    report_.left_tables = catalogue_size_ - matching.tables.size();
    for (const auto& t : matching.tables) report_.left_columns += t.source->columns.size() - t.columns.size();
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

  void note_left_rows() {
    auto st = writer_->database().prepare(
        "SELECT table_name, reason, rows FROM versoir_left WHERE rows > 0 ORDER BY table_name, rule");
    while (st.step())
      report_.notes.push_back({Severity::info, "ROWS_LEFT",
                               nmsg("{0} row is left: {1}", "{0} rows are left: {1}",
                                    static_cast<unsigned long>(st.integer(2)), std::string(st.text(1))),
                               std::string(st.text(0))});
  }

  void note_anomaly(const std::array<std::string, 3>& what, std::uint64_t n) {
    const auto& [table, column, kind] = what;
    if (kind != "encoding" && kind != "type" && kind != "class") return;
    report_.anomalies += n;
    const auto where = table + "." + column;
    report_.notes.push_back(
        {Severity::warning, "ANOMALY",
         kind == "encoding" ? msg("{0} values hold bytes that are not text in the source's encoding.", n)
         : kind == "class"
             ? msg("{0} values are stored otherwise than their column says; they are kept as text.", n)
             : msg("{0} values are not of the declared type; they are kept as they are.", n),
         where});
  }

  std::map<std::string, std::string> run_facts() {
    const auto& p = provenance_;
    return {{"application", profile_.id},
            {"application_label", profile_.label},
            {"profile_version", profile_.version},
            {"profile_digest", profiles::profile_digest(profile_.files)},
            {"source", options_.source_label},
            {"system", p.system},
            {"system_version", p.version},
            {"charset", p.charset},
            {"database", p.database},
            {"user", p.user},
            {"schema", p.schema},
            {"snapshot", p.snapshot},
            {"consistency", std::string(consistency_name(report_.consistency))},
            {"kind", std::string(kind_name(options_.kind))},
            {"started", writer_->first_started()},
            {"finished", core::format_instant(clock_.now())},
            {"tool", "Versoir " VERSOIR_VERSION},
            {"decisions", digest_of(options_.decisions)},
            {"left_tables", std::to_string(report_.left_tables)},
            {"left_rows", std::to_string(report_.left_rows)},
            {"left_columns", std::to_string(report_.left_columns)},
            {"second_look", options_.kind == Kind::final_ ? "same" : "none"},
            {"anomalies", std::to_string(report_.anomalies)}};
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
  bool all_known_ = false;                     ///< the source has statistics of every table still to copy
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
