// One reading of one table through ODBC.
#include "extract/odbc_reader.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Drivers that answer "no row, not the end" for ever must not hang a night's copy.
constexpr int most_empty_blocks = 100;

/// Collects a value; what exceeds large_value leaves in pieces.
class Collector {
 public:
  Collector(OdbcForm form, const CsvCharset* charset, std::size_t column, BlockFiller& filler)
      : decoder_(form, charset), column_(column), filler_(filler) {}
  void append(std::string_view slice) {
    decoder_.append(held_, slice);
    release();
  }
  /// True when the value left in pieces; else `value` is it.
  bool finish(std::string& value) {
    decoder_.finish(held_);
    release();
    if (large_ && !held_.empty()) filler_.piece(column_, held_);
    if (!large_) value = std::move(held_);
    return large_;
  }

 private:
  void release() {
    for (; held_.size() > large_value; large_ = true) {
      filler_.piece(column_, std::string_view(held_).substr(0, large_value));
      held_.erase(0, large_value);
    }
  }
  OdbcDecoder decoder_;
  std::size_t column_;
  BlockFiller& filler_;
  std::string held_;
  bool large_ = false;
};

}  // namespace

std::size_t odbc_block_rows(std::size_t width, std::size_t wanted) noexcept {
  if (wanted > 0) return std::min(wanted, odbc_most_rows);
  return std::clamp<std::size_t>(odbc_budget / std::max<std::size_t>(width, 1), 1, odbc_most_rows);
}

OdbcReader::OdbcReader(OdbcConnection& connection, OdbcDialect& dialect, const ReadRequest& request,
                       std::size_t fetch_rows)
    : connection_(connection),
      dialect_(dialect),
      request_(request),
      fetch_rows_(fetch_rows),
      place_(dialect.place(connection, request.table.name)),
      order_(dialect.order(connection, request.table)) {
  plan();
}

std::size_t OdbcReader::add_item(std::string sql, OdbcForm form, std::size_t width) {
  for (std::size_t i = 0; i < items_.size(); ++i)  // a key is mostly among the columns already
    if (items_[i].sql == sql && items_[i].form == form) return i;
  items_.push_back({std::move(sql), form, std::max<std::size_t>(width, 2), {}, {}});
  return items_.size() - 1;
}

void OdbcReader::plan() {
  for (const auto& name : request_.columns) {
    const auto* column = request_.table.find(name);
    if (!column)
      throw Error(Exit::source_missing, msg("The table {0} has no column {1}.", request_.table.name, name));
    columns_.push_back({0, {}, dialect_.render(*column)});
  }
  // A cell that is cut is read again where its row lies: without a place, or with values that only come by
  // themselves, the table is read row by row.
  blocks_ = !place_.select.empty() &&
            std::ranges::none_of(columns_, [](const Column& c) { return c.rendering.head.empty(); });
  for (std::size_t i = 0; i < order_.select.size(); ++i)
    position_.push_back(add_item(order_.select[i], OdbcForm::text, order_.width[i]));
  if (blocks_)
    for (const auto& sql : place_.select) where_.push_back(add_item(sql, OdbcForm::text, 64));
  const auto add = [&](Column& c) {
    const auto& r = c.rendering;
    if (!blocks_) {
      c.item = add_item(r.body, r.body_form, 0);
      return;
    }
    c.item = add_item(r.head, r.head_form, r.width);
    if (!r.longer.empty()) c.longer = add_item(r.longer, OdbcForm::text, 2);
  };
  for (auto& c : columns_)
    if (!c.rendering.last) add(c);
  for (auto& c : columns_)
    if (c.rendering.last) add(c);
}

std::string OdbcReader::select() const {
  std::string sql = "SELECT ";
  for (const auto& item : items_) sql += (&item == items_.data() ? "" : ", ") + item.sql;
  sql += " FROM " + dialect_.from(request_.table.name);
  if (!request_.after.empty()) {
    const auto values = split_position(request_.after);
    if (values.size() != order_.columns.size())
      throw Error(Exit::extract_invalid,
                  msg("The key of table {0} is not what it was when the copy stopped.", request_.table.name))
          .hint(msg("Start the copy again with --restart."));
    sql += " WHERE " + dialect_.behind(request_.table, order_, values);
  }
  if (!order_.by.empty()) sql += " ORDER BY " + order_.by;
  return sql;
}

void OdbcReader::read(RowSink& sink, std::stop_token stop) {
  OdbcStatement statement(connection_, request_.table.name);
  active_ = &statement;
  BlockFiller filler(request_.columns.size(), sink);
  const std::stop_callback on_stop(stop, [this] { active_.load()->cancel(); });
  try {
    if (stop.stop_requested()) throw_interrupted();
    if (blocks_)
      read_blocks(statement, filler, stop);
    else
      read_rows(statement, filler, stop);
  } catch (const Error&) {
    if (stop.stop_requested()) throw_interrupted();
    throw;
  }
  filler.flush();
}

void OdbcReader::bind_items(OdbcStatement& statement, std::size_t rows) {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    auto& item = items_[i];
    item.bytes.resize(item.width * rows);
    item.lengths.assign(rows, SQL_NULL_DATA);
    statement.check(SQLBindCol(statement.handle(), static_cast<SQLUSMALLINT>(i + 1), SQL_C_CHAR,
                               item.bytes.data(), static_cast<SQLLEN>(item.width), item.lengths.data()));
  }
}

void OdbcReader::read_blocks(OdbcStatement& statement, BlockFiller& filler, std::stop_token stop) {
  std::size_t width = 0;
  for (const auto& item : items_) width += item.width + sizeof(SQLLEN);
  SQLULEN rows = odbc_block_rows(width, fetch_rows_), fetched = 0;
  const auto handle = statement.handle();
  if (!SQL_SUCCEEDED(SQLSetStmtAttr(handle, SQL_ATTR_ROW_ARRAY_SIZE, number(rows), SQL_IS_UINTEGER)))
    rows = 1;
  std::vector<SQLUSMALLINT> status(rows, SQL_ROW_SUCCESS);
  statement.check(SQLSetStmtAttr(handle, SQL_ATTR_ROW_STATUS_PTR, status.data(), SQL_IS_POINTER));
  statement.check(SQLSetStmtAttr(handle, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, SQL_IS_POINTER));
  bind_items(statement, rows);
  statement.execute(select());
  for (int empty = 0; empty < most_empty_blocks;) {
    if (stop.stop_requested()) throw_interrupted();
    std::ranges::fill(status, SQL_ROW_SUCCESS);
    fetched = 0;
    const auto code = SQLFetch(handle);
    if (code == SQL_NO_DATA) return;
    statement.check(code);
    if (fetched > rows)
      throw Error(Exit::source_data,
                  msg("The ODBC driver gave more rows of {0} than asked.", statement.what()));
    for (std::size_t row = 0; row < fetched; ++row) {
      if (status[row] == SQL_ROW_ERROR) statement.fail();
      if (status[row] != SQL_ROW_NOROW) take_row(row, filler);
    }
    empty = fetched > 0 ? 0 : empty + 1;
  }
  throw Error(Exit::source_data,
              msg("The ODBC driver does not come to the end of the table {0}.", statement.what()));
}

OdbcReader::Arrived OdbcReader::arrived(const Item& item, std::size_t row, std::string_view& text) const {
  const auto length = item.lengths[row];
  if (length == SQL_NULL_DATA) return Arrived::null;
  if (length == SQL_NO_TOTAL) return Arrived::cut;
  if (length < 0)
    throw Error(Exit::source_data,
                msg("The ODBC driver gave a length of {0} in {1}.", length, request_.table.name));
  // A text that fills its buffer to the last byte may have been cut by a driver that does not say so.
  if (static_cast<std::size_t>(length) + 1 >= item.width) return Arrived::cut;
  text = {item.bytes.data() + row * item.width, static_cast<std::size_t>(length)};
  return Arrived::whole;
}

void OdbcReader::take_row(std::size_t row, BlockFiller& filler) {
  std::map<std::size_t, Apart> apart;
  auto& texts = texts_;
  auto& null = null_;
  texts.resize(columns_.size());
  null.resize(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const auto& column = columns_[c];
    std::string_view flag;
    const bool longer = column.longer && arrived(items_[*column.longer], row, flag) != Arrived::null;
    const auto state = longer ? Arrived::cut : arrived(items_[column.item], row, texts[c]);
    null[c] = state == Arrived::null;
    if (state == Arrived::cut) {
      auto value = read_apart(c, row, filler);
      // It is there, its size says so: an empty LOB, which some drivers give as NULL.
      if (longer) value.null = false;
      apart.emplace(c, std::move(value));
    }
  }
  auto& block = filler.block();
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (const auto it = apart.find(c); it != apart.end()) {
      if (it->second.large)
        block.add_large();
      else if (it->second.null)
        block.add_null();
      else
        block.add(it->second.value);
    } else if (null[c]) {
      block.add_null();
    } else if (const auto form = items_[columns_[c].item].form; form == OdbcForm::text) {
      block.add(texts[c]);
    } else {
      const auto start = block.buffer().size();
      OdbcDecoder decoder(form, dialect_.charset());
      decoder.append(block.buffer(), texts[c]);
      decoder.finish(block.buffer());
      block.end_value(start);
    }
  }
  where_row_is_.clear();
  for (const auto i : position_) {
    std::string_view text;
    // A key that was cut cannot say where to go on: the table is then read from its beginning.
    if (arrived(items_[i], row, text) != Arrived::whole) {
      where_row_is_.clear();
      break;
    }
    append_position(where_row_is_, text);
  }
  filler.end_row(where_row_is_);
}

/// One value of the row, through a statement of its own that is prepared once: a literal each time would
/// flood the server's cache of statements.
OdbcReader::Apart OdbcReader::read_apart(std::size_t column, std::size_t row, BlockFiller& filler) {
  const auto& rendering = columns_[column].rendering;
  place_values_.resize(where_.size());
  for (std::size_t i = 0; i < where_.size(); ++i) {
    std::string_view text;
    if (arrived(items_[where_[i]], row, text) != Arrived::whole)
      throw Error(Exit::source_data, msg("A row of the table {0} has no address.", request_.table.name));
    place_values_[i].assign(text);
  }
  auto& statement = apart_[column];
  if (!statement) {
    statement = std::make_unique<OdbcStatement>(connection_, request_.table.name);
    statement->prepare("SELECT " + rendering.body + " FROM " + dialect_.from(request_.table.name) +
                       " WHERE " + place_.condition);
  }
  for (std::size_t i = 0; i < place_values_.size(); ++i)
    statement->bind(static_cast<SQLUSMALLINT>(i + 1), place_values_[i]);
  auto* main = active_.exchange(statement.get());
  statement->run();
  if (!statement->fetch())
    throw Error(Exit::extract_changed,
                msg("A row of the table {0} is no longer where it was.", request_.table.name));
  auto value = take_value(*statement, 0, column, rendering.body_form, filler);
  statement->close();
  active_ = main;
  return value;
}

OdbcReader::Apart OdbcReader::take_value(OdbcStatement& statement, std::size_t item, std::size_t column,
                                         OdbcForm form, BlockFiller& filler) {
  Apart out;
  Collector collector(form, dialect_.charset(), column, filler);
  out.null = !statement.get(static_cast<SQLUSMALLINT>(item + 1), form == OdbcForm::binary,
                            [&](std::string_view slice) { collector.append(slice); });
  if (!out.null) out.large = collector.finish(out.value);
  return out;
}

void OdbcReader::read_rows(OdbcStatement& statement, BlockFiller& filler, std::stop_token stop) {
  statement.execute(select());
  // Items that belong to a column go through its collector; the others are parts of the position.
  std::vector<std::optional<std::size_t>> owner(items_.size());
  for (std::size_t c = columns_.size(); c-- > 0;) owner[columns_[c].item] = c;
  std::vector<Apart> values(items_.size());
  while (statement.fetch()) {
    if (stop.stop_requested()) throw_interrupted();
    for (std::size_t i = 0; i < items_.size(); ++i)
      values[i] = take_value(statement, i, owner[i].value_or(0), items_[i].form, filler);
    auto& block = filler.block();
    for (const auto& column : columns_) {
      const auto& value = values[column.item];
      if (value.large)
        block.add_large();
      else if (value.null)
        block.add_null();
      else
        block.add(value.value);
    }
    std::vector<std::string> position;
    for (const auto i : position_)
      if (!values[i].null && !values[i].large) position.push_back(std::move(values[i].value));
    filler.end_row(position.size() == position_.size() ? join_position(position) : std::string());
  }
}

}  // namespace versoir::extract
