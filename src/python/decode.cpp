#include "decode.h"

#include "builder.h"
#include "errors.h"

#include <bsonpp/validate.h>

#include <limits>

namespace pymongo_cpp {

using bsonpp::Bytes;
using bsonpp::Cursor;
using bsonpp::ErrorCode;

// Messages are PyMongo's.
bool read_frame(const ModuleState& state, Bytes bytes, Bytes& document) {
  const char* problem = nullptr;
  const Cursor cursor(bytes);
  const std::int32_t size = cursor.peek_length();
  if (bytes.size() < bsonpp::kMinDocumentSize) {
    problem = "not enough data for a BSON document";
  } else if (size < static_cast<std::int32_t>(bsonpp::kMinDocumentSize)) {
    problem = "invalid message size";
  } else if (static_cast<std::size_t>(size) > bytes.size()) {
    problem = "objsize too large";
  } else {
    Cursor reader(bytes);
    if (reader.read_document(document) == ErrorCode::kOk) return true;
    problem = "bad eoo";
  }
  raise_invalid_bson(state, problem);
  return false;
}

namespace {

using GuardedValidator = Guarded<bsonpp::Validator>;
using ObjectWalker = bsonpp::Walker<ObjectBuilder>;

// CPython's recursion limit and the stack's end are the limits; see NestingGuard.
constexpr std::size_t kNoFurtherLimit = std::numeric_limits<std::size_t>::max();

// The same when the document must be all of `bytes`.
bool read_whole_frame(const ModuleState& state, Bytes bytes, Bytes& document) {
  if (bytes.size() > bsonpp::kMaxDocumentSize) {
    raise_invalid_bson(state, "objsize too large");
    return false;
  }
  if (!read_frame(state, bytes, document)) return false;
  if (document.size() == bytes.size()) return true;
  raise_invalid_bson(state, "bad eoo");
  return false;
}

void raise_unknown_type(const ModuleState& state, std::uint8_t type, PyObject* field) {
  const char byte = static_cast<char>(type);
  const Ref bytes = Ref::steal(PyBytes_FromStringAndSize(&byte, 1));
  if (!bytes) return;
  PyErr_Format(state.types.invalid_bson.get(),
               "Detected unknown BSON type %R for fieldname '%U'. Are you using the latest driver "
               "version?",
               bytes.get(), field);
}

// Raises what PyMongo raises for the walker's failure.
void raise_walk_error(const ModuleState& state, const ObjectWalker& walker,
                      const ObjectBuilder& builder) {
  switch (walker.error()) {
    case ErrorCode::kBuilderFailed:
      if (!builder.failed_in_callback() || walker.error_depth() > 0) {
        rewrap_as_invalid_bson(state);
      }
      return;
    case ErrorCode::kUnterminatedKey:
      raise_invalid_bson(state, "field name too large");
      return;
    case ErrorCode::kInvalidBoolean:
      // A char, as in the C extension: signed on some processors and not on others.
      PyErr_Format(state.types.invalid_bson.get(), "invalid boolean value: %x",
                   static_cast<char>(walker.offending_byte()));
      return;
    case ErrorCode::kUnknownType:
      if (builder.failed_field() != nullptr) {
        raise_unknown_type(state, walker.offending_byte(), builder.failed_field());
        return;
      }
      [[fallthrough]];
    default:
      raise_invalid_bson(state, "invalid length or type code");
  }
}

// One document, whose frame has been checked.
Ref build_document(const ModuleState& state, ObjectBuilder& builder, Bytes document) {
  if (builder.makes_raw_documents()) return builder.raw_document(document);
  ObjectBuilder::Document outermost;
  if (!builder.start_outermost(outermost)) return Ref();
  ObjectWalker walker(builder, kNoFurtherLimit);
  if (walker.document(document, outermost)) return std::move(outermost.object);
  raise_walk_error(state, walker, builder);
  return Ref();
}

// Whether the collector may stay away from a decode: there is enough to decode, and none of the
// program's code runs meanwhile, which could notice.
bool pauses_collector(const ModuleState& state, const CodecOptions& options, Bytes bytes) {
  constexpr std::size_t kWorthwhile = 4096;  // bytes
  return bytes.size() >= kWorthwhile && options.document_kind == DocumentKind::kDict &&
         !options.has_decoders() &&
         (options.tzinfo == Py_None || options.tzinfo == state.types.utc.get());
}

bool contains_document_of(Bytes bytes, std::size_t threshold) {
  Cursor cursor(bytes);
  Bytes document;
  while (!cursor.at_end() && cursor.read_document(document) == ErrorCode::kOk) {
    if (document.size() >= threshold) return true;
  }
  return false;
}

}  // namespace

Ref decode_document(ModuleState& state, const CodecOptions& options, PyObject* owner, Bytes bytes) {
  Bytes document;
  if (!read_whole_frame(state, bytes, document)) return Ref();
  const CollectorPause pause(pauses_collector(state, options, bytes));
  ObjectBuilder builder(state, options, owner);
  return build_document(state, builder, document);
}

Ref decode_documents(ModuleState& state, const CodecOptions& options, PyObject* owner,
                     Bytes bytes) {
  const CollectorPause pause(pauses_collector(state, options, bytes));
  ObjectBuilder builder(state, options, owner);
  while (!bytes.empty()) {
    Bytes document;
    if (!read_frame(state, bytes, document)) return Ref();
    Ref made = build_document(state, builder, document);
    if (!made || !builder.keep(std::move(made))) return Ref();
    bytes = bytes.subspan(document.size());
  }
  return builder.take_kept();
}

bool is_valid_document(const ModuleState& state, Bytes bytes) {
  Bytes document;
  if (!read_whole_frame(state, bytes, document)) {
    PyErr_Clear();
    return false;
  }
  GuardedValidator validator({.check_utf8 = true, .check_datetime_range = true});
  bsonpp::Walker<GuardedValidator> walker(validator, kNoFurtherLimit);
  GuardedValidator::Document outermost;
  return walker.document(document, outermost);
}

Ref decode_element(ModuleState& state, const CodecOptions& options, PyObject* owner, Bytes bytes,
                   std::size_t position, std::size_t end, bool raw_arrays) {
  if (position >= end || end > bytes.size()) {
    raise_invalid_bson(state, "bad object or element length");
    return Ref();
  }
  ObjectBuilder builder(state, options, owner, raw_arrays);
  const Ref holder = Ref::steal(PyDict_New());
  if (!holder) return Ref();
  ObjectBuilder::Document document;
  builder.start_in(holder.get(), document);
  ObjectWalker walker(builder, kNoFurtherLimit);
  Cursor cursor(bytes.subspan(position, end - position));
  if (!walker.element(cursor, document)) {
    raise_walk_error(state, walker, builder);
    return Ref();
  }
  PyObject* value = PyDict_GetItemWithError(holder.get(), document.key.string);
  if (value == nullptr) return Ref();
  return Ref::steal(Py_BuildValue("OOn", document.key.string, value,
                                  static_cast<Py_ssize_t>(end - cursor.remaining())));
}

bool decode_elements(ModuleState& state, const CodecOptions& options, PyObject* owner, Bytes bytes,
                     std::size_t position, std::size_t end, bool raw_arrays, PyObject* target) {
  // `end` must be the place of the document's terminator.
  if (end < 1 || end >= bytes.size() || position > end || bytes[end] != std::byte{0}) {
    raise_invalid_bson(state, "bad object or element length");
    return false;
  }
  ObjectBuilder builder(state, options, owner, raw_arrays);
  ObjectBuilder::Document document;
  builder.start_in(target, document);
  ObjectWalker walker(builder, kNoFurtherLimit);
  Cursor cursor(bytes.subspan(position, end - position));
  while (cursor.remaining() > 1) {
    if (!walker.element(cursor, document)) {
      raise_walk_error(state, walker, builder);
      return false;
    }
  }
  if (cursor.at_end()) return true;
  raise_invalid_bson(state, "bad object or element length");
  return false;
}

Ref raw_input(const ModuleState& state, const CodecOptions& options, PyObject* data) {
  if (options.document_kind != DocumentKind::kRaw || PyBytes_Check(data) ||
      PyByteArray_Check(data)) {
    return Ref::share(data);
  }
  Buffer buffer;
  if (!buffer.read(data)) return Ref();
  if (!contains_document_of(buffer.bytes(), static_cast<std::size_t>(state.raw_view_threshold))) {
    return Ref::share(data);
  }
  return Ref::steal(PyBytes_FromObject(data));
}

}  // namespace pymongo_cpp
