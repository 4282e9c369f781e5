#include <bsonpp/element.h>

namespace bsonpp {

bool find_element(Bytes document, std::string_view key, Element& found) noexcept {
  ElementReader reader(document);
  Element element;
  bool any = false;
  while (reader.next(element)) {
    if (element.key != key) continue;
    found = element;
    any = true;
  }
  return any;
}

bool element_at(Bytes array, std::size_t position, Element& found) noexcept {
  ElementReader reader(array);
  while (reader.next(found)) {
    if (position-- == 0) return true;
  }
  return false;
}

}  // namespace bsonpp
