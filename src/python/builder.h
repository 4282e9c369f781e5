// The builder that makes Python objects of what the walker reads.
#pragma once

#include "recursion.h"
#include "state.h"
#include "types/binary.h"
#include "types/datetime.h"
#include "types/identifiers.h"
#include "types/numbers.h"
#include "types/regex.h"
#include "value_stack.h"

#include <bsonpp/cursor.h>
#include <bsonpp/walker.h>

#include <string_view>

namespace pymongo_cpp {

// Builds what PyMongo's C extension builds, under the same options.
class ObjectBuilder {
 public:
  using Value = Ref;

  // A document whose elements are being read.
  struct Document {
    Ref object;                  // the instance of the document class
    PyObject* fields = nullptr;  // the same when PyDict_SetItem() is all that fills it
    bool is_dict = false;        // filled as a dict, and not by __setitem__
    std::uint16_t outer = 0;     // where the reader of keys stood before
    Ref son_keys;                // the list of keys of a SON
    KeyCache::Key key;           // of the element being read
  };

  // An array whose elements are being read.
  struct Array {
    std::size_t base = 0;  // where its values begin on the stack
  };

  // `owner` is the object whose buffer is being read. With `raw_arrays` an array is taken as the
  // bytes of it, as PyMongo's _RawArrayBSONDocument wants.
  ObjectBuilder(ModuleState& state, const CodecOptions& options, PyObject* owner,
                bool raw_arrays = false)
      : state_(state),
        options_(options),
        owner_(owner),
        reader_(state.keys(), options.error_handler),
        has_decoders_(options.has_decoders()),
        raw_arrays_(raw_arrays) {}

  // Makes `document` a new instance of the document class, for a document that is in no other.
  // False with the class's exception.
  bool start_outermost(Document& document) {
    reader_.start();
    return start(document);
  }
  // Makes `document` go on filling `target`.
  void start_in(PyObject* target, Document& document);
  // Whether documents are not built but kept as bytes.
  bool makes_raw_documents() const noexcept { return options_.document_kind == DocumentKind::kRaw; }
  // The raw document class's instance for a whole document.
  Ref raw_document(bsonpp::Bytes document);

  // Keeps a whole document for take_kept(). False with MemoryError.
  bool keep(Ref document) { return stack_.push(std::move(document)); }
  // The list of the documents that were kept; null with MemoryError.
  Ref take_kept() { return stack_.pop_list(0); }

  // The key of the innermost document in which a value failed; null when there was none.
  PyObject* failed_field() const noexcept { return failed_field_.get(); }
  // Whether what failed was a type decoder or the document class's __setitem__, whose exceptions
  // PyMongo leaves as they are in the outermost document.
  bool failed_in_callback() const noexcept { return failed_in_callback_; }

  // What the walker calls; see bsonpp::Walker.
  static bool failed(const Ref& value) noexcept { return !value; }
  bsonpp::ErrorCode read_key(bsonpp::Cursor& cursor, Document& document) {
    return reader_.read(cursor, document.key);
  }
  bool append(Document& document, Ref&& value) {
    if (document.fields != nullptr) [[likely]] {
      return PyDict_SetItem(document.fields, document.key.string, value.get()) == 0;
    }
    return append_slowly(document, std::move(value));
  }
  bool append(Array&, Ref&& value) {
    if (!has_decoders_) [[likely]] {
      return stack_.push(std::move(value));
    }
    Ref made = converted(std::move(value));
    return made && stack_.push(std::move(made));
  }
  bsonpp::Visit begin_document(bsonpp::Bytes bytes, Document& document, Ref& taken) {
    if (makes_raw_documents()) [[unlikely]] {
      taken = raw_document(bytes);
      return taken ? bsonpp::Visit::kTaken : bsonpp::Visit::kFailed;
    }
    if (!start(document)) return bsonpp::Visit::kFailed;
    document.outer = reader_.enter();
    return bsonpp::Visit::kDescend;
  }
  bsonpp::Visit begin_scope(std::string_view, bsonpp::Bytes bytes, Document& document, Ref& taken) {
    return begin_document(bytes, document, taken);
  }
  bsonpp::Visit begin_array(bsonpp::Bytes bytes, Array& array, Ref& taken);
  Ref end_document(Document& document) {
    reader_.leave(document.outer);
    constexpr std::uint8_t kNeeded = kRefKey | kRefIdKey;
    if ((document.key.roles & kNeeded) != kNeeded) [[likely]] {
      return std::move(document.object);
    }
    return make_dbref(state_, std::move(document.object));
  }
  Ref end_scope(Document& document) {
    reader_.leave(document.outer);
    return std::move(document.object);
  }
  Ref end_array(Array& array) { return stack_.pop_list(array.base); }
  static void abandon(Document&) {}
  void abandon(Array& array) { stack_.drop(array.base); }
  void note_field(const Document& document) { failed_field_ = Ref::share(document.key.string); }
  bool enter(std::size_t) { return guard_.enter(" while decoding a BSON document"); }
  void leave() { guard_.leave(); }

  static Ref double_value(double number) { return Ref::steal(PyFloat_FromDouble(number)); }
  BSONPP_ALWAYS_INLINE Ref string_value(std::string_view text) {
    return decode_text(text, options_.error_handler);
  }
  Ref symbol_value(std::string_view text) { return string_value(text); }
  Ref binary_value(bsonpp::BinarySubtype subtype, bsonpp::Bytes bytes);
  static Ref undefined_value() { return Ref::share(Py_None); }
  static Ref null_value() { return Ref::share(Py_None); }
  static Ref boolean_value(bool truth) { return Ref::share(truth ? Py_True : Py_False); }
  Ref object_id_value(bsonpp::Bytes bytes) { return make_object_id(state_, bytes); }
  Ref datetime_value(std::int64_t millis) { return make_datetime(state_, options_, millis); }
  Ref regex_value(std::string_view pattern, std::string_view flags) {
    return make_regex(state_, options_, pattern, flags);
  }
  Ref db_pointer_value(std::string_view collection, bsonpp::Bytes id) {
    return make_db_pointer(state_, string_value(collection), id);
  }
  Ref code_value(std::string_view text);
  Ref code_with_scope_value(std::string_view text, Ref scope);
  static Ref int32_value(std::int32_t number) { return Ref::steal(PyLong_FromLong(number)); }
  Ref int64_value(std::int64_t number) { return make_int64(state_, number); }
  Ref timestamp_value(std::uint32_t time, std::uint32_t increment) {
    return make_timestamp(state_, time, increment);
  }
  Ref decimal128_value(bsonpp::Bytes bytes) { return make_decimal128(state_, bytes); }
  Ref min_key_value() { return make_plain(state_.types.min_key); }
  Ref max_key_value() { return make_plain(state_.types.max_key); }

 protected:
  bool has_decoders() const noexcept { return has_decoders_; }
  // What the type registry's decoder of the value's class makes of it, if there is one; null when
  // that failed.
  Ref converted(Ref value);

 private:
  // Makes `document` a new instance of the document class. False with its exception.
  bool start(Document& document) {
    if (options_.document_kind != DocumentKind::kDict) [[unlikely]] {
      return start_other(document);
    }
    document.object = Ref::steal(PyDict_New());
    fill_as_dict(document);
    return static_cast<bool>(document.object);
  }
  bool start_other(Document& document);
  // An instance of a class without fields.
  static Ref make_plain(const Ref& type);
  bool start_son(Document& document);
  void find_fields(Document& document) const;
  void fill_as_dict(Document& document) const {
    document.is_dict = true;
    if (!has_decoders_) document.fields = document.object.get();
  }
  bool append_slowly(Document& document, Ref value);
  bool append_to_son(Document& document, PyObject* value);

  ModuleState& state_;
  const CodecOptions& options_;
  PyObject* owner_;
  KeyCache::Reader reader_;
  bool has_decoders_;
  bool raw_arrays_;
  bool failed_in_callback_ = false;
  Ref failed_field_;
  NestingGuard guard_;
  ValueStack stack_;
};

}  // namespace pymongo_cpp
