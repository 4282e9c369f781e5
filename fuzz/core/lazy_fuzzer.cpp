// Indexes, paths and filters on any bytes.

#include <bsonpp/compare.h>
#include <bsonpp/filter.h>
#include <bsonpp/index.h>
#include <bsonpp/path.h>
#include <bsonpp/validate.h>

#include "fuzzing.h"

#include <algorithm>
#include <string>
#include <vector>

namespace bsonpp::fuzzing {
namespace {

constexpr std::size_t kDepth = 200;

bool make_index(KeyShape& shape, Bytes document, bool descend, IndexEntries& entries) {
  Indexer indexer(shape, {}, descend);
  Walker<Indexer> walker(indexer, kDepth);
  Indexer::Document outermost;
  outermost.entries = &entries;
  outermost.start = document.data();
  return walker.document(document, outermost);
}

// Every element is found by its key, through the index and without it.
void check_entries(Bytes document, std::span<const IndexEntry> entries) {
  ElementReader reader(document);
  Element element;
  for (const IndexEntry entry : entries) {
    require(reader.next(element));
    Element indexed;
    require(read_entry(document, entry, indexed));
    require(indexed.whole.data() == element.whole.data() &&
            indexed.whole.size() == element.whole.size());
    require(has_key(document, entry, element.key));

    const std::size_t position = find_entry(document, entries, element.key);
    Element searched;
    require(position < entries.size() && find_element(document, element.key, searched));
    require(read_entry(document, entries[position], indexed));
    require(indexed.whole.data() == searched.whole.data());
    if (element.key.find('.') == std::string_view::npos) {
      Element by_path;
      require(find_path(document, /*is_array=*/false, element.key, by_path));
      require(by_path.whole.data() == searched.whole.data());
    }
  }
  require(!reader.next(element));
}

// An index of other bytes gives elements of this document, or none.
void check_foreign_index(Bytes document, std::span<const IndexEntry> entries,
                         std::string_view key) {
  for (const IndexEntry entry : entries) {
    Element element;
    has_key(document, entry, key);
    if (!read_entry(document, entry, element)) continue;
    require(element.whole.data() >= document.data() &&
            element.whole.data() + element.whole.size() <= document.data() + document.size());
  }
}

// With its zero byte.
std::string_view key_of(const Element& element) {
  return {element.key.data(), element.key.size() + 1};
}

// { key: { $eq: value } } of an element: a document that has it matches. Without $eq the value
// could be taken for operators.
void check_own_filter(Bytes document, std::span<const IndexEntry> entries) {
  for (const IndexEntry entry : entries.first(std::min<std::size_t>(entries.size(), 8))) {
    Element element;
    if (!read_entry(document, entry, element) || element.key.empty()) continue;
    if (element.key.front() == '$' || element.key.find('.') != std::string_view::npos) continue;
    // Of equal keys the last one counts.
    Element last;
    if (!find_element(document, element.key, last) || last.whole.data() != element.whole.data()) {
      continue;
    }
    ExactStorage storage;
    Writer writer(storage);
    std::size_t start = 0;
    std::size_t condition = 0;
    require(writer.begin_document(start) &&
            writer.begin_document_element(Type::kDocument, key_of(element), condition) &&
            writer.write_header(element.type, std::string_view("$eq", 4)) &&
            writer.write_bytes(as_text(element.value)) && writer.end_document(condition) &&
            writer.end_document(start));
    Filter filter;
    std::string problem;
    if (filter.compile(writer.bytes(), problem)) require(filter.matches(document, entries));
  }
}

// Values are sorted by an order that finds those equal which compare_values() finds equal.
void check_order(Bytes document) {
  constexpr std::size_t kMost = 24;
  std::vector<Element> values;
  ElementReader reader(document);
  Element element;
  while (values.size() < kMost && reader.next(element)) values.push_back(element);
  for (const Element& left : values) {
    for (const Element& right : values) {
      const bool before = sorts_before(left, right);
      const bool after = sorts_before(right, left);
      require(!before || !after);
      require((before || after) == (compare_values(left, right) != Order::kEqual));
    }
  }
  std::sort(values.begin(), values.end(), sorts_before);
  require(std::is_sorted(values.begin(), values.end(), sorts_before));
}

void check(Bytes bytes) {
  Cursor cursor(bytes);
  Bytes first;
  if (cursor.read_document(first) != ErrorCode::kOk) return;
  Bytes second;
  if (cursor.read_document(second) != ErrorCode::kOk) second = first;

  KeyShape shape;
  IndexEntries shallow;
  const bool indexed = make_index(shape, first, /*descend=*/false, shallow);
  IndexEntries entries;
  const bool valid = make_index(shape, first, /*descend=*/true, entries);
  require(valid == !validate(first, {}, {kDepth}));
  require(indexed || !valid);
  const std::string_view path = as_text(bytes.last(std::min<std::size_t>(bytes.size(), 12)));
  Element found;
  find_path(first, /*is_array=*/false, path, found);
  if (indexed) {
    check_entries(first, shallow.entries());
    check_foreign_index(second, shallow.entries(), path);
  }
  if (!valid) return;
  check_own_filter(first, entries.entries());
  check_order(first);
  Filter filter;
  std::string problem;
  const bool compiled = filter.compile(second, problem);
  require(compiled == problem.empty());
  if (compiled) filter.matches(first, entries.entries());
}

}  // namespace
}  // namespace bsonpp::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bsonpp::fuzzing::check(bsonpp::fuzzing::input_bytes(data, size));
  return 0;
}
