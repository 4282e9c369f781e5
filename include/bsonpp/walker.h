// Walks a document and drives a builder: the only parser of BSON in this project.
#pragma once

#include <bsonpp/array_index.h>
#include <bsonpp/attributes.h>
#include <bsonpp/cursor.h>
#include <bsonpp/error.h>
#include <bsonpp/nesting.h>
#include <bsonpp/type.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bsonpp {

// What a builder wants of an embedded document or array.
enum class Visit : std::uint8_t {
  kDescend,  // its elements
  kTaken,    // nothing: the builder made a value from the bytes
  kFailed,   // the builder refused it
};

// Reads elements with a Cursor and hands each value to a Builder, which has
//
//   using Value                      what a value becomes; may be moved
//   using Document, Array            its state while the elements of one are walked; default
//                                    constructible
//   static bool failed(const Value&)
//   ErrorCode read_key(Cursor&, Document&)
//                                    reads the next key with the cursor's own checked reads
//   bool append(Document&, Value), append(Array&, Value)
//   Visit begin_document(Bytes document, Document&, Value& taken)
//   Visit begin_scope(std::string_view code, Bytes document, Document&, Value& taken)
//                                    the code stands before its scope
//   Visit begin_array(Bytes array, Array&, Value& taken)
//   Value end_document(Document&), end_scope(Document&), end_array(Array&)
//   void abandon(Document&), abandon(Array&)
//                                    the elements inside did not succeed
//   void note_field(const Document&) a value of this document, or of an array in it, failed
//   bool enter(std::size_t depth), void leave()
//                                    around each embedded document and array
//   Value double_value(double) … one for each type below
//
// A builder that fails returns false or a failed value and keeps the reason to itself; the walker
// reports kBuilderFailed.
template <typename Builder>
class Walker {
 public:
  using Value = typename Builder::Value;
  using Document = typename Builder::Document;
  using Array = typename Builder::Array;

  explicit Walker(Builder& builder, std::size_t max_depth = kDefaultMaxDepth) noexcept
      : builder_(builder), max_depth_(max_depth) {}

  // Walks all elements up to the cursor's end: e_list ::= element e_list | "".
  bool elements(Cursor& cursor, Document& document) {
    // A cursor that nobody else can reach stays in registers.
    Cursor local = cursor;
    while (!local.at_end()) {
      if (!element_here(local, document)) [[unlikely]] {
        cursor = local;
        return false;
      }
    }
    cursor = local;
    return true;
  }

  // element ::= type key value
  bool element(Cursor& cursor, Document& document) {
    Cursor local = cursor;
    const bool walked = element_here(local, document);
    cursor = local;
    return walked;
  }

  // Walks the elements of a whole document that is the outermost one.
  bool document(Bytes bytes, Document& document) {
    Cursor cursor = Cursor::elements_of(bytes);
    return elements(cursor, document);
  }

  // What failed; kOk when nothing has.
  ErrorCode error() const noexcept { return error_; }
  // The type byte that is not one of BSON's, after kUnknownType, or the byte after
  // kInvalidBoolean.
  std::uint8_t offending_byte() const noexcept { return offending_byte_; }
  // Embedded documents and arrays around the failure; 0 when it is in the outermost document.
  std::size_t error_depth() const noexcept { return error_depth_; }
  // Bytes from `input` to where the failure was noticed.
  std::size_t error_offset(const std::byte* input) const noexcept {
    return error_position_ == nullptr ? 0 : static_cast<std::size_t>(error_position_ - input);
  }

 private:
  // Within a document, what is too short is its key.
  static ErrorCode key_error(ErrorCode code) noexcept {
    return code == ErrorCode::kTruncated ? ErrorCode::kUnterminatedKey : code;
  }

  static ErrorCode read_type(Cursor& cursor, Type& type) noexcept {
    std::uint8_t byte = 0;
    const ErrorCode code = cursor.read(byte);
    type = static_cast<Type>(byte);
    return code;
  }

  BSONPP_ALWAYS_INLINE bool element_here(Cursor& cursor, Document& document) {
    Type type;
    if (!check(read_type(cursor, type), cursor)) return false;
    if (!check(key_error(builder_.read_key(cursor, document)), cursor)) return false;
    Value made = value(type, cursor);
    if (Builder::failed(made)) [[unlikely]] {
      return note_failed_value(cursor, document);
    }
    if (!builder_.append(document, std::move(made))) [[unlikely]] {
      return note_failure(cursor);
    }
    return true;
  }

  BSONPP_NEVER_INLINE bool note_failed_value(const Cursor cursor, Document& document) {
    note_failure(cursor);
    if (!field_noted_) {
      field_noted_ = true;
      builder_.note_field(document);
    }
    return false;
  }

  // Reads a value of a rarer type by a function of its own, which must not see the cursor itself:
  // one whose address is known lies in memory.
  template <Value (Walker::*Read)(Cursor&)>
  BSONPP_ALWAYS_INLINE Value apart(Cursor& cursor) {
    Cursor copy = cursor;
    Value made = (this->*Read)(copy);
    cursor = copy;
    return made;
  }

  // Inlined into both loops: a call would hand each value over through memory.
  BSONPP_ALWAYS_INLINE Value value(Type type, Cursor& cursor) {
    switch (type) {
      case Type::kString: {
        std::string_view text;
        if (!check(cursor.read_string(text), cursor)) return Value();
        return builder_.string_value(text);
      }
      case Type::kInt32: {
        std::int32_t number;
        if (!check(cursor.read(number), cursor)) return Value();
        return builder_.int32_value(number);
      }
      case Type::kInt64: {
        std::int64_t number;
        if (!check(cursor.read(number), cursor)) return Value();
        return builder_.int64_value(number);
      }
      case Type::kDouble: {
        double number;
        if (!check(cursor.read(number), cursor)) return Value();
        return builder_.double_value(number);
      }
      case Type::kDocument:
        return apart<&Walker::embedded_document>(cursor);
      case Type::kArray:
        return apart<&Walker::array>(cursor);
      case Type::kObjectId: {
        Bytes bytes;
        if (!check(cursor.read_bytes(kObjectIdSize, bytes), cursor)) return Value();
        return builder_.object_id_value(bytes);
      }
      case Type::kDatetime: {
        std::int64_t millis;
        if (!check(cursor.read(millis), cursor)) return Value();
        return builder_.datetime_value(millis);
      }
      case Type::kBoolean:
        return boolean(cursor);
      case Type::kNull:
        return builder_.null_value();
      case Type::kBinary:
        return apart<&Walker::binary>(cursor);
      case Type::kDecimal128: {
        Bytes bytes;
        if (!check(cursor.read_bytes(kDecimal128Size, bytes), cursor)) return Value();
        return builder_.decimal128_value(bytes);
      }
      case Type::kTimestamp: {
        std::uint64_t both;
        if (!check(cursor.read(both), cursor)) return Value();
        return builder_.timestamp_value(static_cast<std::uint32_t>(both >> 32U),
                                        static_cast<std::uint32_t>(both));
      }
      case Type::kUndefined:
        return builder_.undefined_value();
      case Type::kRegex:
        return apart<&Walker::regex>(cursor);
      case Type::kDbPointer:
        return apart<&Walker::db_pointer>(cursor);
      case Type::kCode: {
        std::string_view text;
        if (!check(cursor.read_string(text), cursor)) return Value();
        return builder_.code_value(text);
      }
      case Type::kSymbol: {
        std::string_view text;
        if (!check(cursor.read_string(text), cursor)) return Value();
        return builder_.symbol_value(text);
      }
      case Type::kCodeWithScope:
        return apart<&Walker::code_with_scope>(cursor);
      case Type::kMinKey:
      case Type::kMaxKey:
        break;
    }
    return key_bound(type, cursor);
  }

  // Apart from the others, whose bytes are in a row.
  BSONPP_NEVER_INLINE Value key_bound(Type type, const Cursor cursor) {
    if (type == Type::kMinKey) return builder_.min_key_value();
    if (type == Type::kMaxKey) return builder_.max_key_value();
    offending_byte_ = static_cast<std::uint8_t>(type);
    check(ErrorCode::kUnknownType, cursor);
    return Value();
  }

  BSONPP_NEVER_INLINE Value embedded_document(Cursor& cursor) {
    Bytes bytes;
    if (!check(cursor.read_document(bytes), cursor)) return Value();
    Document inner;
    Value taken{};
    if (!descends(builder_.begin_document(bytes, inner, taken), cursor)) return taken;
    if (!descend(bytes, inner)) return Value();
    return builder_.end_document(inner);
  }

  // Whether the builder wants the elements inside.
  bool descends(Visit wanted, const Cursor& cursor) noexcept {
    if (wanted == Visit::kFailed) note_failure(cursor);
    return wanted == Visit::kDescend;
  }

  bool descend(Bytes bytes, Document& inner) {
    if (!enter(bytes)) {
      builder_.abandon(inner);
      return false;
    }
    Cursor body = Cursor::elements_of(bytes);
    const bool walked = elements(body, inner);
    leave();
    if (!walked) builder_.abandon(inner);
    return walked;
  }

  BSONPP_NEVER_INLINE Value array(Cursor& cursor) {
    Bytes bytes;
    if (!check(cursor.read_document(bytes), cursor)) return Value();
    Array inner;
    Value taken{};
    if (!descends(builder_.begin_array(bytes, inner, taken), cursor)) return taken;
    if (!enter(bytes)) {
      builder_.abandon(inner);
      return Value();
    }
    const bool walked = array_elements(Cursor::elements_of(bytes), inner);
    leave();
    if (!walked) {
      builder_.abandon(inner);
      return Value();
    }
    return builder_.end_array(inner);
  }

  // The keys of an array are passed over, as PyMongo does: their order is what counts.
  bool array_elements(Cursor cursor, Array& array) {
    ArrayIndex index;
    while (!cursor.at_end()) {
      Type type;
      if (!check(read_type(cursor, type), cursor)) return false;
      if (!cursor.match(index) && !pass_key(cursor)) return false;
      index.advance();
      Value made = value(type, cursor);
      if (Builder::failed(made)) [[unlikely]] {
        return note_failure(cursor);
      }
      if (!builder_.append(array, std::move(made))) [[unlikely]] {
        return note_failure(cursor);
      }
    }
    return true;
  }

  bool pass_key(Cursor& cursor) {
    Cursor copy = cursor;
    std::string_view key;
    if (!check(copy.read_cstring(key), copy)) return false;
    cursor = copy;
    return true;
  }

  Value boolean(Cursor& cursor) {
    std::uint8_t byte;
    if (!check(cursor.read(byte), cursor)) return Value();
    if (byte > 1) {
      offending_byte_ = byte;
      check(ErrorCode::kInvalidBoolean, cursor);
      return Value();
    }
    return builder_.boolean_value(byte == 1);
  }

  // binary ::= int32 subtype (byte*), and for the old subtype 2 (byte*) ::= int32 (byte*).
  BSONPP_NEVER_INLINE Value binary(Cursor& cursor) {
    std::uint32_t size;
    std::uint8_t subtype;
    Bytes bytes;
    if (!check(cursor.read(size), cursor) || !check(cursor.read(subtype), cursor) ||
        !check(cursor.read_bytes(size, bytes), cursor)) {
      return Value();
    }
    if (static_cast<BinarySubtype>(subtype) == BinarySubtype::kOldBinary) {
      Cursor inner(bytes);
      std::uint32_t inner_size;
      if (!check(inner.read(inner_size), cursor)) return Value();
      if (inner_size != inner.remaining()) {
        check(ErrorCode::kInvalidLength, cursor);
        return Value();
      }
      bytes = bytes.subspan(sizeof(inner_size));
    }
    return builder_.binary_value(static_cast<BinarySubtype>(subtype), bytes);
  }

  BSONPP_NEVER_INLINE Value regex(Cursor& cursor) {
    std::string_view pattern;
    std::string_view flags;
    if (!check(cursor.read_cstring(pattern), cursor) ||
        !check(cursor.read_cstring(flags), cursor)) {
      return Value();
    }
    return builder_.regex_value(pattern, flags);
  }

  BSONPP_NEVER_INLINE Value db_pointer(Cursor& cursor) {
    std::string_view collection;
    Bytes id;
    if (!check(cursor.read_string(collection), cursor) ||
        !check(cursor.read_bytes(kObjectIdSize, id), cursor)) {
      return Value();
    }
    return builder_.db_pointer_value(collection, id);
  }

  // code_w_s ::= int32 string document; the int32 is the length of all three.
  BSONPP_NEVER_INLINE Value code_with_scope(Cursor& cursor) {
    std::uint32_t size;
    Bytes bytes;
    if (!check(cursor.read(size), cursor)) return Value();
    if (size < sizeof(size)) {
      check(ErrorCode::kInvalidLength, cursor);
      return Value();
    }
    if (!check(cursor.read_bytes(size - sizeof(size), bytes), cursor)) return Value();
    Cursor inner(bytes);
    std::string_view code;
    Bytes scope_bytes;
    if (!check(inner.read_string(code), cursor) ||
        !check(inner.read_document(scope_bytes), cursor)) {
      return Value();
    }
    if (!inner.at_end()) {
      check(ErrorCode::kInvalidLength, cursor);
      return Value();
    }
    Value scope = scope_value(code, scope_bytes, cursor);
    if (Builder::failed(scope)) return scope;
    return builder_.code_with_scope_value(code, std::move(scope));
  }

  Value scope_value(std::string_view code, Bytes bytes, Cursor& cursor) {
    Document inner;
    Value taken{};
    if (!descends(builder_.begin_scope(code, bytes, inner, taken), cursor)) return taken;
    if (!descend(bytes, inner)) return Value();
    return builder_.end_scope(inner);
  }

  bool enter(Bytes bytes) {
    ++depth_;
    if (depth_ <= max_depth_ && builder_.enter(depth_)) [[likely]] {
      return true;
    }
    if (error_ == ErrorCode::kOk) {
      error_ = depth_ > max_depth_ ? ErrorCode::kNestingTooDeep : ErrorCode::kBuilderFailed;
      error_position_ = bytes.data();
      error_depth_ = depth_;
    }
    --depth_;
    return false;
  }
  void leave() {
    --depth_;
    builder_.leave();
  }

  BSONPP_ALWAYS_INLINE bool check(ErrorCode code, const Cursor& cursor) noexcept {
    if (code == ErrorCode::kOk) [[likely]] {
      return true;
    }
    fail(code, cursor);
    return false;
  }
  // The first failure is the one that is reported.
  BSONPP_NEVER_INLINE void fail(ErrorCode code, const Cursor cursor) noexcept {
    if (error_ == ErrorCode::kOk) {
      error_ = code;
      error_position_ = cursor.position();
      error_depth_ = depth_;
    }
  }
  bool note_failure(const Cursor& cursor) noexcept {
    fail(ErrorCode::kBuilderFailed, cursor);
    return false;
  }

  Builder& builder_;
  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::size_t error_depth_ = 0;
  const std::byte* error_position_ = nullptr;
  ErrorCode error_ = ErrorCode::kOk;
  std::uint8_t offending_byte_ = 0;
  bool field_noted_ = false;
};

}  // namespace bsonpp
