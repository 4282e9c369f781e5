#include "filter_compiler.h"

#include <bsonpp/compare.h>
#include <bsonpp/number.h>
#include <bsonpp/path.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace bsonpp {

namespace {

// $and and $or within one another.
constexpr int kMaxDepth = 100;

// Matching takes some of the stack for each part of a path.
constexpr std::size_t kMaxParts = 200;

// A number is a position in an array and a key of the documents in it, so that n of them in a row
// can lead to as many values as Fibonacci's n-th number.
constexpr std::size_t kMaxNumbers = 16;

bool has_too_many_parts(std::string_view path) noexcept {
  std::size_t parts = 0;
  std::size_t numbers = 0;
  for (bool more = true; more; ++parts) {
    if (array_position(next_segment(path, more))) ++numbers;
    if (parts == kMaxParts || numbers > kMaxNumbers) return true;
  }
  return false;
}

std::string named(std::string_view name, const char* problem) {
  return std::string(name) + problem;
}

// { $ref: …, $id: … } is a value (a DBRef), and so is a document without operators.
bool says_operators(Bytes document) noexcept {
  ElementReader reader(document);
  Element first;
  return reader.next(first) && first.key.starts_with('$') && first.key != "$ref" &&
         first.key != "$id" && first.key != "$db";
}

bool has_order(Type type) noexcept {
  switch (type) {
    case Type::kString:
    case Type::kSymbol:
    case Type::kObjectId:
    case Type::kDatetime:
    case Type::kTimestamp:
    case Type::kBoolean:
    case Type::kBinary:
    case Type::kNull:
      return true;
    default:
      return is_number(type);
  }
}

}  // namespace

std::optional<Filter::Operator> Filter::Compiler::operator_named(std::string_view name) noexcept {
  static constexpr std::array<std::pair<std::string_view, Operator>, 8> kOperators = {{
      {"$eq", Operator::kEqual},
      {"$ne", Operator::kNotEqual},
      {"$gt", Operator::kGreater},
      {"$gte", Operator::kGreaterEqual},
      {"$lt", Operator::kLess},
      {"$lte", Operator::kLessEqual},
      {"$in", Operator::kIn},
      {"$exists", Operator::kExists},
  }};
  for (const auto& [known, op] : kOperators) {
    if (known == name) return op;
  }
  return std::nullopt;
}

bool Filter::Compiler::conditions(Bytes document, Node& node, int depth) {
  if (depth > kMaxDepth) return refuse("the filter's operators are nested too deep");
  ElementReader reader(document);
  Element element;
  while (reader.next(element)) {
    const bool is_operator = element.key.starts_with('$');
    if (!(is_operator ? logical(element, node, depth) : field(element, node))) return false;
  }
  return reader.error() == ErrorCode::kOk || refuse("the filter is not well-formed BSON");
}

bool Filter::Compiler::logical(const Element& element, Node& node, int depth) {
  if (element.key != "$and" && element.key != "$or") {
    if (operator_named(element.key)) {
      return refuse(named(element.key, " stands where a field name is needed"));
    }
    return refuse(named(element.key, " is not a supported operator"));
  }
  Node made;
  made.op = element.key == "$and" ? Operator::kAnd : Operator::kOr;
  const Bytes alternatives = element.type == Type::kArray ? embedded(element) : Bytes();
  if (alternatives.empty()) return refuse(named(element.key, " needs an array"));
  ElementReader reader(alternatives);
  Element alternative;
  while (reader.next(alternative)) {
    if (alternative.type != Type::kDocument) {
      return refuse(named(element.key, " needs an array of documents"));
    }
    if (!conditions(embedded(alternative), made.children.emplace_back(), depth + 1)) return false;
  }
  if (made.children.empty()) return refuse(named(element.key, " needs a nonempty array"));
  node.children.push_back(std::move(made));
  return true;
}

bool Filter::Compiler::field(const Element& element, Node& node) {
  if (has_too_many_parts(element.key)) return refuse("a path of the filter has too many parts");
  const Bytes document = element.type == Type::kDocument ? embedded(element) : Bytes();
  if (document.empty() || !says_operators(document)) {
    Node condition;
    condition.op = Operator::kEqual;
    condition.path = element.key;
    Element operand = element;
    operand.key = "$eq";
    if (!operands(operand, condition)) return false;
    node.children.push_back(std::move(condition));
    return true;
  }
  ElementReader reader(document);
  Element comparing;
  while (reader.next(comparing)) {
    if (!comparison(element.key, comparing, node)) return false;
  }
  return true;
}

bool Filter::Compiler::comparison(std::string_view path, const Element& element, Node& node) {
  const std::optional<Operator> op = operator_named(element.key);
  if (!op) return refuse(named(element.key, " is not a supported operator"));
  Node condition;
  condition.op = *op;
  condition.path = path;
  if (!operands(element, condition)) return false;
  node.children.push_back(std::move(condition));
  return true;
}

bool Filter::Compiler::operands(const Element& element, Node& condition) {
  if (condition.op == Operator::kExists) return exists(element, condition);
  if (condition.op != Operator::kIn) return comparable(element, condition);
  const Bytes list = element.type == Type::kArray ? embedded(element) : Bytes();
  if (list.empty()) return refuse("$in needs an array");
  ElementReader reader(list);
  Element operand;
  while (reader.next(operand)) {
    operand.key = element.key;
    if (!comparable(operand, condition)) return false;
  }
  std::sort(condition.operands.begin(), condition.operands.end(), sorts_before);
  return true;
}

bool Filter::Compiler::comparable(const Element& operand, Node& condition) {
  const bool by_equality = condition.op == Operator::kEqual ||
                           condition.op == Operator::kNotEqual || condition.op == Operator::kIn;
  if (operand.type == Type::kRegex) {
    return refuse(named(operand.key, " does not support regular expressions"));
  }
  if (!by_equality && !has_order(operand.type)) {
    return refuse(named(operand.key,
                        " supports numbers, strings, datetimes, ObjectIds, "
                        "timestamps, booleans, binaries and null only"));
  }
  condition.operands.push_back(operand);
  return true;
}

// MongoDB takes any value here and asks whether it is true.
bool Filter::Compiler::exists(const Element& operand, Node& condition) {
  bool wanted = true;
  Cursor cursor(operand.value);
  if (operand.type == Type::kBoolean) {
    std::uint8_t truth = 0;
    wanted = cursor.read(truth) == ErrorCode::kOk && truth != 0;
  } else if (is_number(operand.type)) {
    static constexpr std::array<std::byte, 4> kZero{};
    wanted = compare_numbers(operand.type, operand.value, Type::kInt32, kZero) != Order::kEqual;
  } else {
    return refuse("$exists needs a boolean or a number");
  }
  if (!wanted) condition.op = Operator::kNotExists;
  return true;
}

}  // namespace bsonpp
