#include <bsonpp/filter.h>

#include "filter_compiler.h"

#include <bsonpp/path.h>

#include <algorithm>
#include <cstring>

namespace bsonpp {

namespace {

// Compares as null does.
constexpr Element kMissing{};

// The kinds within which values have an order, and the others.
enum class Kind : std::uint8_t { kNull, kNumber, kString, kOther };

Kind kind_of(Type type) noexcept {
  if (is_number(type)) return Kind::kNumber;
  switch (type) {
    case Type::kNull:
    case Type::kUndefined:
      return Kind::kNull;
    case Type::kString:
    case Type::kSymbol:
      return Kind::kString;
    default:
      return Kind::kOther;
  }
}

Order order_of(int difference) noexcept {
  if (difference == 0) return Order::kEqual;
  return difference < 0 ? Order::kLess : Order::kGreater;
}

Order compare_bytes(Bytes left, Bytes right) noexcept {
  const std::size_t common = std::min(left.size(), right.size());
  const int difference = common == 0 ? 0 : std::memcmp(left.data(), right.data(), common);
  if (difference != 0 || left.size() == right.size()) return order_of(difference);
  return left.size() < right.size() ? Order::kLess : Order::kGreater;
}

template <typename T>
Order compare_as(Bytes left, Bytes right) noexcept {
  T left_value{};
  T right_value{};
  Cursor left_cursor(left);
  Cursor right_cursor(right);
  if (left_cursor.read(left_value) != ErrorCode::kOk ||
      right_cursor.read(right_value) != ErrorCode::kOk) {
    return Order::kUnordered;
  }
  if (left_value == right_value) return Order::kEqual;
  return left_value < right_value ? Order::kLess : Order::kGreater;
}

Order compare_strings(Bytes left, Bytes right) noexcept {
  std::string_view left_text;
  std::string_view right_text;
  Cursor left_cursor(left);
  Cursor right_cursor(right);
  if (left_cursor.read_string(left_text) != ErrorCode::kOk ||
      right_cursor.read_string(right_text) != ErrorCode::kOk) {
    return Order::kUnordered;
  }
  return compare_bytes(as_bytes(left_text), as_bytes(right_text));
}

// A binary's length comes first in MongoDB's order, then its subtype and its bytes: as they lie.
Order compare_binaries(Bytes left, Bytes right) noexcept {
  const Order by_length = compare_as<std::uint32_t>(left, right);
  return by_length == Order::kEqual ? compare_bytes(left, right) : by_length;
}

bool equal_bytes(Bytes left, Bytes right) noexcept {
  return compare_bytes(left, right) == Order::kEqual;
}

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

Order compare_values(const Element& left, const Element& right) noexcept {
  const Kind kind = kind_of(left.type);
  if (kind != kind_of(right.type)) return Order::kUnordered;
  switch (kind) {
    case Kind::kNull:
      return Order::kEqual;
    case Kind::kNumber:
      return compare_numbers(left.type, left.value, right.type, right.value);
    case Kind::kString:
      return compare_strings(left.value, right.value);
    case Kind::kOther:
      break;
  }
  if (left.type != right.type) return Order::kUnordered;
  switch (left.type) {
    case Type::kObjectId:
    case Type::kBoolean:
      return compare_bytes(left.value, right.value);
    case Type::kDatetime:
      return compare_as<std::int64_t>(left.value, right.value);
    case Type::kTimestamp:
      return compare_as<std::uint64_t>(left.value, right.value);
    case Type::kBinary:
      return compare_binaries(left.value, right.value);
    default:
      return equal_bytes(left.value, right.value) ? Order::kEqual : Order::kUnordered;
  }
}

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
  for (const Element& right : node.operands) {
    const Order order = compare_values(left, right);
    switch (node.op) {
      case Operator::kGreater:
        if (order == Order::kGreater) return true;
        break;
      case Operator::kGreaterEqual:
        if (order == Order::kGreater || order == Order::kEqual) return true;
        break;
      case Operator::kLess:
        if (order == Order::kLess) return true;
        break;
      case Operator::kLessEqual:
        if (order == Order::kLess || order == Order::kEqual) return true;
        break;
      default:
        if (order == Order::kEqual) return true;
        break;
    }
  }
  return false;
}

}  // namespace bsonpp
