// Paths to values: the keys from a document's own to that of the value, with dots between them.
#pragma once

#include <bsonpp/element.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace bsonpp {

// The part of `path` before its first dot; `path` becomes what follows the dot. `more` is whether
// there was one.
inline std::string_view next_segment(std::string_view& path, bool& more) noexcept {
  const std::size_t dot = path.find('.');
  more = dot != std::string_view::npos;
  const std::string_view segment = path.substr(0, dot);
  path.remove_prefix(more ? dot + 1 : path.size());
  return segment;
}

// A position in an array, written in decimal without leading zeros; nothing when `segment` is none.
std::optional<std::size_t> array_position(std::string_view segment) noexcept;

// The value that `path` leads to, from the elements of a document, or of an array, where a segment
// is a position. False when there is none.
bool find_path(Bytes container, bool is_array, std::string_view path, Element& found) noexcept;

}  // namespace bsonpp
