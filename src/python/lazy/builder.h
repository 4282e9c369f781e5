// The builder that leaves embedded documents and arrays as nodes.
#pragma once

#include "../builder.h"
#include "node.h"

namespace pymongo_cpp::lazy {

class LazyBuilder : public ObjectBuilder {
 public:
  LazyBuilder(ModuleState& state, const CodecOptions& options, const Node& node)
      : ObjectBuilder(state, options, node.owner), state_(state), options_(options), node_(node) {}

  bsonpp::Visit begin_document(bsonpp::Bytes bytes, Document& document, Ref& taken);
  bsonpp::Visit begin_scope(std::string_view code, bsonpp::Bytes bytes, Document& document,
                            Ref& taken);
  bsonpp::Visit begin_array(bsonpp::Bytes bytes, Array& array, Ref& taken);

 private:
  Ref decode_dbref(bsonpp::Bytes bytes);
  // Whether the program has a decoder for all dicts or lists, which then are not left lazy.
  bool has_decoder_of(PyTypeObject* type) const;

  ModuleState& state_;
  const CodecOptions& options_;
  const Node& node_;
};

// Keeps the value of a single element, without its key.
class LazyValueBuilder : public LazyBuilder {
 public:
  using LazyBuilder::LazyBuilder;

  static bsonpp::ErrorCode read_key(bsonpp::Cursor& cursor, Document&) noexcept {
    std::string_view key;
    return cursor.read_cstring(key);
  }
  bool append(Document&, Ref&& value) {
    value_ = has_decoders() ? converted(std::move(value)) : std::move(value);
    return static_cast<bool>(value_);
  }
  using LazyBuilder::append;

  Ref take_value() noexcept { return std::move(value_); }

 private:
  Ref value_;
};

// Adds the values of an array, which is walked as the document that its bytes are, to a list. The
// outermost Document has no object of its own.
template <typename Builder>
class ItemsBuilder : public Builder {
 public:
  using Document = typename Builder::Document;
  using Array = typename Builder::Array;

  template <typename... Arguments>
  explicit ItemsBuilder(PyObject* list, Arguments&&... arguments)
      : Builder(std::forward<Arguments>(arguments)...), list_(list) {}

  bsonpp::ErrorCode read_key(bsonpp::Cursor& cursor, Document& document) {
    if (document.object) return Builder::read_key(cursor, document);
    std::string_view key;
    return cursor.read_cstring(key);
  }
  bool append(Document& document, Ref&& value) {
    if (document.object) return Builder::append(document, std::move(value));
    if (Builder::has_decoders()) value = Builder::converted(std::move(value));
    return value && PyList_Append(list_, value.get()) == 0;
  }
  bool append(Array& array, Ref&& value) { return Builder::append(array, std::move(value)); }

 private:
  PyObject* list_;
};

}  // namespace pymongo_cpp::lazy
