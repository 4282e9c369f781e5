// What one interpreter's copy of the module keeps: names, PyMongo's classes, caches.
#pragma once

#include "slot.h"
#include "thread_caches.h"
#include "type_table.h"

#include <bsonpp/index.h>

#include <atomic>
#include <cstdint>

namespace pymongo_cpp {

struct FullLevel;

// Attribute names and keys, as interned str objects. X(member, text)
#define PYMONGO_CPP_NAMES(X)                            \
  X(type_marker, "_type_marker")                        \
  X(encoder_map, "_encoder_map")                        \
  X(decoder_map, "_decoder_map")                        \
  X(fallback_encoder, "_fallback_encoder")              \
  X(id, "_id")                                          \
  X(dollar_ref, "$ref")                                 \
  X(dollar_id, "$id")                                   \
  X(dollar_db, "$db")                                   \
  X(flags, "flags")                                     \
  X(pattern, "pattern")                                 \
  X(raw, "raw")                                         \
  X(subtype, "subtype")                                 \
  X(private_subtype, "_Binary__subtype")                \
  X(binary, "binary")                                   \
  X(scope, "scope")                                     \
  X(private_scope, "_Code__scope")                      \
  X(inc, "inc")                                         \
  X(time, "time")                                       \
  X(bid, "bid")                                         \
  X(as_doc, "as_doc")                                   \
  X(utcoffset, "utcoffset")                             \
  X(astimezone, "astimezone")                           \
  X(from_uuid, "from_uuid")                             \
  X(as_uuid, "as_uuid")                                 \
  X(from_bid, "from_bid")                               \
  X(from_bytes, "from_bytes")                           \
  X(big, "big")                                         \
  X(read, "read")                                       \
  X(items, "items")                                     \
  X(iter, "__iter__")                                   \
  X(json_options, "json_options")                       \
  X(default_json_options, "DEFAULT_JSON_OPTIONS")       \
  X(json_mode, "json_mode")                             \
  X(datetime_representation, "datetime_representation") \
  X(strict_number_long, "strict_number_long")           \
  X(strict_uuid, "strict_uuid")                         \
  X(max_bson_size, "max_bson_size")                     \
  X(max_message_size, "max_message_size")               \
  X(max_write_batch_size, "max_write_batch_size")       \
  X(max_split_size, "max_split_size")

struct Names {
#define PYMONGO_CPP_MEMBER(member, text) Ref member;
  PYMONGO_CPP_NAMES(PYMONGO_CPP_MEMBER)
#undef PYMONGO_CPP_MEMBER
  bool load();
};

// PyMongo's classes and objects, imported. X(member, module, attribute)
#define PYMONGO_CPP_TYPES(X)                                              \
  X(binary, "bson.binary", "Binary")                                      \
  X(code, "bson.code", "Code")                                            \
  X(object_id, "bson.objectid", "ObjectId")                               \
  X(dbref, "bson.dbref", "DBRef")                                         \
  X(regex, "bson.regex", "Regex")                                         \
  X(timestamp, "bson.timestamp", "Timestamp")                             \
  X(min_key, "bson.min_key", "MinKey")                                    \
  X(max_key, "bson.max_key", "MaxKey")                                    \
  X(utc, "bson.tz_util", "utc")                                           \
  X(int64, "bson.int64", "Int64")                                         \
  X(decimal128, "bson.decimal128", "Decimal128")                          \
  X(datetime_ms, "bson.datetime_ms", "DatetimeMS")                        \
  X(min_datetime, "bson.datetime_ms", "_MIN_UTC")                         \
  X(max_datetime, "bson.datetime_ms", "_MAX_UTC")                         \
  X(son, "bson.son", "SON")                                               \
  X(pattern, "re", "Pattern")                                             \
  X(uuid, "uuid", "UUID")                                                 \
  X(safe_uuid, "uuid", "SafeUUID")                                        \
  X(mapping, "collections.abc", "Mapping")                                \
  X(ordered_dict, "collections", "OrderedDict")                           \
  X(default_dict, "collections", "defaultdict")                           \
  X(codec_options, "bson.codec_options", "CodecOptions")                  \
  X(default_codec_options, "bson.codec_options", "DEFAULT_CODEC_OPTIONS") \
  X(bson_error, "bson.errors", "BSONError")                               \
  X(invalid_bson, "bson.errors", "InvalidBSON")                           \
  X(invalid_document, "bson.errors", "InvalidDocument")                   \
  X(invalid_string_data, "bson.errors", "InvalidStringData")

struct Types {
#define PYMONGO_CPP_MEMBER(member, module, attribute) Ref member;
  PYMONGO_CPP_TYPES(PYMONGO_CPP_MEMBER)
#undef PYMONGO_CPP_MEMBER
  // uuid.SafeUUID.unknown
  Ref safe_uuid_unknown;
  // The name of the list in which a SON keeps its keys; null when SON has another shape.
  Ref son_keys_name;
  // bson.raw_bson imports bson, so it cannot be imported before that is.
  Ref raw_document;
  bool load();
};

// Where the classes keep their fields, and whether building them without __init__ gives the same.
struct Layouts {
  Slot object_id;
  Slot decimal128_high;
  Slot decimal128_low;
  Slot timestamp_time;
  Slot timestamp_inc;
  Slot datetime_ms;
  Slot regex_pattern;
  Slot regex_flags;
  Slot dbref_collection;
  Slot dbref_id;
  Slot dbref_database;
  Slot dbref_kwargs;
  Slot uuid_int;
  Slot uuid_is_safe;
  Slot raw_bytes;
  Slot raw_inflated;
  Slot raw_options;
  bool binary = false;  // Binary keeps its subtype in the attribute _Binary__subtype
  bool code = false;    // Code is a str with its scope in the attribute _Code__scope
  bool int64 = false;   // Int64 is an int without fields
};

// bson.json_util, to which pymongo_cpp.json leaves what it does not do itself; null before that is
// imported.
struct JsonUtil {
  Ref names;  // the module's dict
  Ref options_type;
  Ref dumps;
  Ref loads;
  Ref object_hook;

  // False with a Python exception.
  bool load(PyObject* module);
  int traverse(visitproc visit, void* arg) const;
};

// How the installed PyMongo names the outermost document in an InvalidDocument.
enum class DocumentInError : std::uint8_t {
  kNowhere,   // up to 4.9
  kText,      // "Invalid document {…} | …"
  kProperty,  // "Invalid document: …" and the property `document`, from 4.16 on
};

struct ModuleState {
  Names names;
  Types types;
  Layouts layouts;
  TypeTable type_table;
  PyDateTime_CAPI* datetime_api = nullptr;
  // Bytes from which on a raw document is a slice of its buffer instead of a copy; PyMongo 4.18
  // and later.
  Py_ssize_t raw_view_threshold = PY_SSIZE_T_MAX;
  // Of the wire messages made so far; see next_request_id().
  std::atomic<std::uint64_t> request_counter = 0;
  DocumentInError document_in_error = DocumentInError::kProperty;
  ThreadCaches caches;
  bsonpp::KeyShape key_shape;
  Ref document_iterator_type;
  Ref file_iterator_type;
  Ref lazy_document_type;
  Ref lazy_array_type;
  Ref selection_type;
  JsonUtil json_util;
  // What install(level="full") needs; null before it is first asked for.
  std::shared_ptr<FullLevel> full_level;

  // The fields of the CodecOptions `object`; null with a Python exception.
  CodecOptionsCache::Handle options(PyObject* object) {
    Caches* found = caches.get();
    return found != nullptr ? found->options.get(*this, object) : CodecOptionsCache::Handle();
  }
  // The calling thread's keys. It has read options before, and so has caches.
  KeyCache& keys() { return caches.get()->keys; }

  bool load(PyObject* module);
  int traverse(visitproc visit, void* arg) const;
  void clear() noexcept;

  static ModuleState& of(PyObject* module) noexcept {
    return **static_cast<ModuleState**>(PyModule_GetState(module));
  }
};

// The definition of the extension module, by which a class finds its module.
extern PyModuleDef module_definition;

// The _type_marker of RawBSONDocument and its kin.
inline constexpr long kRawDocumentMarker = 101;

// The _type_marker by which PyMongo's classes name their BSON type; 0 when `object` has none.
bool type_marker(const ModuleState& state, PyObject* object, long& marker);

}  // namespace pymongo_cpp
