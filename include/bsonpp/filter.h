// Query filters, evaluated on the bytes of documents.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/element.h>
#include <bsonpp/index.h>
#include <bsonpp/nesting.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp {

// A filter of MongoDB's query language, in the part of it that needs nothing but comparisons:
// { path: value }, { path: { $eq $ne $gt $gte $lt $lte $in $exists } }, $and and $or.
//
// A path leads through embedded documents and arrays as in a MongoDB query: a segment that is a
// number is also a position in an array, every embedded document of an array is looked into, and a
// condition on an array holds when it holds for any of its elements or for the array as a whole.
// A comparison with null holds for a missing value too. A path has up to 200 parts, of which up to
// 16 are numbers: each of those leads two ways.
class Filter {
 public:
  Filter() noexcept = default;
  Filter(Filter&&) noexcept = default;
  Filter& operator=(Filter&&) noexcept = default;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  ~Filter() = default;

  // Reads a filter from the document that says it, of which it keeps a copy. False when the filter
  // is not supported, or nested deeper than `limit` allows; `problem` is then a sentence that names
  // the operator and holds no values. Throws std::bad_alloc.
  bool compile(Bytes document, std::string& problem, NestingLimit limit = {});

  // Whether a document matches. It must have been validated; `entries` are its index.
  bool matches(Bytes document, std::span<const IndexEntry> entries) const noexcept;

 private:
  enum class Operator : std::uint8_t {
    kAnd,
    kOr,
    kEqual,
    kNotEqual,
    kGreater,
    kGreaterEqual,
    kLess,
    kLessEqual,
    kIn,
    kExists,
    kNotExists,
  };
  struct Node {
    Operator op = Operator::kAnd;
    std::vector<Node> children;     // of kAnd and kOr
    std::string_view path;          // of all others
    std::vector<Element> operands;  // one, or those of kIn, sorted
  };
  class Compiler;

  static bool node_matches(const Node& node, Bytes document,
                           std::span<const IndexEntry> entries) noexcept;
  static bool condition_matches(const Node& node, const Element* value) noexcept;
  static bool path_matches(const Node& node, Bytes document,
                           std::span<const IndexEntry> entries) noexcept;

  std::vector<std::byte> bytes_;  // what paths and operands are views of
  Node root_;
};

}  // namespace bsonpp
