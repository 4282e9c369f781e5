// One element at a time, without making anything of its value.
#pragma once

#include <bsonpp/cursor.h>
#include <bsonpp/validate.h>
#include <bsonpp/walker.h>

#include <string_view>

namespace bsonpp {

// An element as it lies in its document.
struct Element {
  Type type = Type::kNull;
  std::string_view key;  // without its zero byte
  Bytes value;           // all that follows the key
  Bytes whole;           // type, key and value
};

// A builder that makes nothing and takes embedded documents and arrays without looking into them.
// Their own lengths are checked; their elements are not.
class Skipper : public Validator {
 public:
  struct Document : Validator::Document {
    std::string_view key;
  };

  Skipper() noexcept : Validator({.check_utf8 = false, .check_datetime_range = false}) {}

  static ErrorCode read_key(Cursor& cursor, Document& document) noexcept {
    return cursor.read_cstring(document.key);
  }
  static Visit begin_document(Bytes, Document&, bool& taken) noexcept { return take(taken); }
  static Visit begin_scope(std::string_view, Bytes, Document&, bool& taken) noexcept {
    return take(taken);
  }
  static Visit begin_array(Bytes, Array&, bool& taken) noexcept { return take(taken); }

 private:
  static Visit take(bool& taken) noexcept {
    taken = true;
    return Visit::kTaken;
  }
};

// Reads the elements of a document or array in order.
class ElementReader {
 public:
  // `document` is what Cursor::read_document() returned.
  explicit ElementReader(Bytes document) noexcept : ElementReader(Cursor::elements_of(document)) {}
  // Reads up to the cursor's end.
  explicit ElementReader(Cursor elements) noexcept : cursor_(elements), walker_(skipper_) {}
  ElementReader(const ElementReader&) = delete;
  ElementReader& operator=(const ElementReader&) = delete;

  // False at the end, and at an element that is malformed; error() tells which.
  bool next(Element& element) noexcept {
    if (cursor_.at_end()) return false;
    Cursor start = cursor_;
    Skipper::Document document;
    if (!walker_.element(cursor_, document)) return false;
    const std::size_t size = start.remaining() - cursor_.remaining();
    if (start.read_bytes(size, element.whole) != ErrorCode::kOk) return false;
    element.type = static_cast<Type>(element.whole.front());
    element.key = document.key;
    element.value = element.whole.subspan(1 + document.key.size() + 1);
    return true;
  }

  ErrorCode error() const noexcept { return walker_.error(); }

 private:
  Skipper skipper_;
  Cursor cursor_;
  Walker<Skipper> walker_;
};

// The last element of `document` with this key, as a dict made of it would have it. False when
// there is none. What is malformed ends the search.
bool find_element(Bytes document, std::string_view key, Element& found) noexcept;

// The element of `array` at a position; its keys are passed over. False when there is none.
bool element_at(Bytes array, std::size_t position, Element& found) noexcept;

// The embedded document or array that is the value of `element`; empty for any other type.
inline Bytes embedded(const Element& element) noexcept {
  if (element.type != Type::kDocument && element.type != Type::kArray) return {};
  Cursor cursor(element.value);
  Bytes document;
  return cursor.read_document(document) == ErrorCode::kOk ? document : Bytes();
}

}  // namespace bsonpp
