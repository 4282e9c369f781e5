#include "builder.h"

#include "../decode.h"
#include "../errors.h"
#include "indexing.h"

namespace pymongo_cpp::lazy {

namespace {

using bsonpp::Bytes;
using bsonpp::Cursor;
using bsonpp::ErrorCode;
using bsonpp::Visit;

// Whether bson.decode() makes a DBRef of an embedded document.
bool is_dbref(Bytes document) {
  // A key is rare enough to be looked for as bytes first.
  if (bsonpp::as_text(document).find(std::string_view("$ref", 5)) == std::string_view::npos) {
    return false;
  }
  bsonpp::Element element;
  return bsonpp::find_element(document, "$ref", element) &&
         bsonpp::find_element(document, "$id", element);
}

// Raises what bson.decode() raises for the walker's failure, in an embedded document or not.
template <typename Builder>
void raise_failure(const ModuleState& state, const bsonpp::Walker<Builder>& walker,
                   const Builder& builder, bool embedded) {
  if (walker.error() != ErrorCode::kBuilderFailed) {
    raise_invalid_bson(state, "invalid length or type code");
  } else if (!builder.failed_in_callback() || embedded || walker.error_depth() > 0) {
    rewrap_as_invalid_bson(state);
  }
}

template <typename Builder>
bool walk(const ModuleState& state, Builder& builder, Bytes bytes,
          typename Builder::Document& outermost, bool embedded) {
  bsonpp::Walker<Builder> walker(builder, kNoFurtherLimit);
  if (walker.document(bytes, outermost)) return true;
  raise_failure(state, walker, builder, embedded);
  return false;
}

}  // namespace

Visit LazyBuilder::begin_document(Bytes bytes, Document&, Ref& taken) {
  if (is_dbref(bytes)) {
    taken = decode_dbref(bytes);
  } else if (has_decoder_of(&PyDict_Type)) {
    taken = decode_document(state_, with_dicts(options_), nullptr, bytes);
  } else {
    taken = make_child(state_.lazy_document_type.as_type(), node_, bytes);
  }
  return taken ? Visit::kTaken : Visit::kFailed;
}

// A Code takes its scope as bson.decode() gives it: small, and never looked at alone.
Visit LazyBuilder::begin_scope(std::string_view, Bytes bytes, Document&, Ref& taken) {
  taken = options_.document_kind == DocumentKind::kRaw
              ? decode_document(state_, with_dicts(options_), nullptr, bytes)
              : decode_document(state_, options_, nullptr, bytes);
  return taken ? Visit::kTaken : Visit::kFailed;
}

Visit LazyBuilder::begin_array(Bytes bytes, Array&, Ref& taken) {
  taken = make_child(state_.lazy_array_type.as_type(), node_, bytes);
  if (taken && has_decoder_of(&PyList_Type)) {
    taken = decode_whole_array(state_, node_of(taken.get()));
  }
  return taken ? Visit::kTaken : Visit::kFailed;
}

bool LazyBuilder::has_decoder_of(PyTypeObject* type) const {
  return has_decoders() &&
         PyDict_Contains(options_.decoder_map.get(), reinterpret_cast<PyObject*>(type)) == 1;
}

Ref LazyBuilder::decode_dbref(Bytes bytes) {
  const CodecOptions options = with_dicts(options_);
  ObjectBuilder builder(state_, options, nullptr);
  Document document;
  if (!builder.start_outermost(document) ||
      !walk(state_, builder, bytes, document, /*embedded=*/true)) {
    return Ref();
  }
  return builder.end_document(document);
}

Ref decode_value(ModuleState& state, const Node& node, Cursor element, bool embedded) {
  const auto options = options_of(state, node);
  if (!options) return Ref();
  LazyValueBuilder builder(state, *options, node);
  bsonpp::Walker<LazyValueBuilder> walker(builder, kNoFurtherLimit);
  LazyValueBuilder::Document document;
  if (walker.element(element, document)) return builder.take_value();
  raise_failure(state, walker, builder, embedded);
  return Ref();
}

bool decode_contents(ModuleState& state, const Node& node, PyObject* target) {
  const auto options = options_of(state, node);
  if (!options) return false;
  if (PyList_Check(target)) {
    ItemsBuilder<LazyBuilder> builder(target, state, *options, node);
    LazyBuilder::Document document;
    return walk(state, builder, node.bytes(), document, node.embedded);
  }
  LazyBuilder builder(state, *options, node);
  LazyBuilder::Document document;
  builder.start_in(target, document);
  return walk(state, builder, node.bytes(), document, node.embedded);
}

Ref decode_whole_array(ModuleState& state, const Node& node) {
  const auto options = options_of(state, node);
  Ref list = Ref::steal(PyList_New(0));
  if (!options || !list) return Ref();
  const CodecOptions plain = with_dicts(*options);
  ItemsBuilder<ObjectBuilder> builder(list.get(), state, plain, node.owner);
  ObjectBuilder::Document document;
  return walk(state, builder, node.bytes(), document, node.embedded) ? std::move(list) : Ref();
}

Ref decode_whole_document(ModuleState& state, const Node& node) {
  const auto options = options_of(state, node);
  if (!options) return Ref();
  Ref made = decode_document(state, with_dicts(*options), nullptr, node.bytes());
  if (!made && node.embedded) rewrap_as_invalid_bson(state);
  return made;
}

}  // namespace pymongo_cpp::lazy
