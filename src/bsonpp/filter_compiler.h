// From the document that says a filter to its nodes.
#pragma once

#include <bsonpp/filter.h>

#include <optional>

namespace bsonpp {

class Filter::Compiler {
 public:
  explicit Compiler(std::string& problem) noexcept : problem_(problem) {}

  // Adds the conditions of `document`, all of which must hold, to `node`.
  bool conditions(Bytes document, Node& node, int depth);

 private:
  bool logical(const Element& element, Node& node, int depth);
  bool field(const Element& element, Node& node);
  bool comparison(std::string_view path, const Element& element, Node& node);
  bool operands(const Element& element, Node& condition);
  bool comparable(const Element& operand, Node& condition);
  bool exists(const Element& operand, Node& condition);
  static std::optional<Operator> operator_named(std::string_view name) noexcept;
  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  std::string& problem_;
};

}  // namespace bsonpp
