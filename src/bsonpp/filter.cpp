#include <bsonpp/filter.h>

#include "filter_compiler.h"

#include <bsonpp/compare.h>
#include <bsonpp/path.h>

#include <algorithm>

namespace bsonpp {

namespace {

// Compares as null does.
constexpr Element kMissing{};

// Calls `found` with each value that `path` leads to, and with null where it leads to none, until
// one returns true.
template <typename Found>
class PathWalk {
 public:
  explicit PathWalk(const Found& found) noexcept : found_(found) {}

  bool document(Bytes document, std::string_view path) const noexcept {
    bool more = false;
    const std::string_view segment = next_segment(path, more);
    Element element;
    if (!find_element(document, segment, element)) return found_(nullptr);
    return value(element, path, more);
  }

  // `more` is whether `path` goes on below `element`.
  bool value(const Element& element, std::string_view path, bool more) const noexcept {
    if (element.type == Type::kArray) return array(element, path, more);
    if (!more) return found_(&element);
    if (element.type == Type::kDocument) return document(embedded(element), path);
    return found_(nullptr);
  }

 private:
  bool array(const Element& element, std::string_view path, bool more) const noexcept {
    return more ? below_array(embedded(element), path) : each_of_array(element);
  }

  bool each_of_array(const Element& element) const noexcept {
    ElementReader reader(embedded(element));
    Element item;
    while (reader.next(item)) {
      if (found_(&item)) return true;
    }
    return found_(&element);
  }

  bool below_array(Bytes items, std::string_view path) const noexcept {
    bool more = false;
    std::string_view rest = path;
    const std::optional<std::size_t> position = array_position(next_segment(rest, more));
    ElementReader reader(items);
    Element item;
    for (std::size_t i = 0; reader.next(item); ++i) {
      if (item.type == Type::kDocument && document(embedded(item), path)) return true;
      if (position == i && at_position(item, rest, more)) return true;
    }
    return false;
  }

  // What a position leads to is one value: an array there is not looked into.
  bool at_position(const Element& item, std::string_view rest, bool more) const noexcept {
    if (!more) return found_(&item);
    if (item.type == Type::kArray) return below_array(embedded(item), rest);
    return item.type == Type::kDocument && document(embedded(item), rest);
  }

  const Found& found_;
};

}  // namespace

bool Filter::compile(Bytes document, std::string& problem, NestingLimit limit) {
  bytes_.assign(document.begin(), document.end());
  root_ = Node();
  Cursor cursor(bytes_);
  Bytes copy;
  const ErrorCode code = validate(bytes_, {}, limit).code;
  if (code == ErrorCode::kNestingTooDeep) {
    problem = "the filter is nested too deep";
    return false;
  }
  if (code != ErrorCode::kOk || cursor.read_document(copy) != ErrorCode::kOk) {
    problem = "the filter is not well-formed BSON";
    return false;
  }
  return Compiler(problem).conditions(copy, root_, 0);
}

bool Filter::matches(Bytes document, std::span<const IndexEntry> entries) const noexcept {
  return node_matches(root_, document, entries);
}

bool Filter::node_matches(const Node& node, Bytes document,
                          std::span<const IndexEntry> entries) noexcept {
  const auto child_matches = [&](const Node& child) {
    return node_matches(child, document, entries);
  };
  switch (node.op) {
    case Operator::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), child_matches);
    case Operator::kOr:
      return std::any_of(node.children.begin(), node.children.end(), child_matches);
    case Operator::kNotEqual:
    case Operator::kNotExists:
      return !path_matches(node, document, entries);
    default:
      return path_matches(node, document, entries);
  }
}

bool Filter::path_matches(const Node& node, Bytes document,
                          std::span<const IndexEntry> entries) noexcept {
  const auto found = [&](const Element* value) { return condition_matches(node, value); };
  std::string_view path = node.path;
  bool more = false;
  const std::size_t position = find_entry(document, entries, next_segment(path, more));
  Element element;
  if (position == kNotFound || !read_entry(document, entries[position], element)) {
    return found(nullptr);
  }
  return PathWalk(found).value(element, path, more);
}

bool Filter::condition_matches(const Node& node, const Element* value) noexcept {
  if (node.op == Operator::kExists || node.op == Operator::kNotExists) return value != nullptr;
  const Element& left = value == nullptr ? kMissing : *value;
  const std::vector<Element>& operands = node.operands;
  if (node.op == Operator::kIn) {
    return std::binary_search(operands.begin(), operands.end(), left, sorts_before);
  }
  const Order order = compare_values(left, operands.front());
  switch (node.op) {
    case Operator::kGreater:
      return order == Order::kGreater;
    case Operator::kGreaterEqual:
      return order == Order::kGreater || order == Order::kEqual;
    case Operator::kLess:
      return order == Order::kLess;
    case Operator::kLessEqual:
      return order == Order::kLess || order == Order::kEqual;
    default:
      return order == Order::kEqual;
  }
}

}  // namespace bsonpp
