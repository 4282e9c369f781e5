#include <bsonpp/path.h>

#include <charconv>

namespace bsonpp {

std::optional<std::size_t> array_position(std::string_view segment) noexcept {
  if (segment.empty() || (segment.size() > 1 && segment.front() == '0')) return std::nullopt;
  std::size_t position = 0;
  const char* end = segment.data() + segment.size();
  const auto [stopped, failure] = std::from_chars(segment.data(), end, position);
  if (failure != std::errc() || stopped != end) return std::nullopt;
  return position;
}

bool find_path(Bytes container, bool is_array, std::string_view path, Element& found) noexcept {
  for (bool more = true; more;) {
    const std::string_view segment = next_segment(path, more);
    if (is_array) {
      const std::optional<std::size_t> position = array_position(segment);
      if (!position || !element_at(container, *position, found)) return false;
    } else if (!find_element(container, segment, found)) {
      return false;
    }
    if (!more) return true;
    container = embedded(found);
    if (container.empty()) return false;
    is_array = found.type == Type::kArray;
  }
  return false;
}

}  // namespace bsonpp
