// From Python documents to bytes.
#pragma once

#include "errors.h"
#include "recursion.h"
#include "state.h"
#include "text.h"
#include "types/identifiers.h"

#include <bsonpp/array_index.h>
#include <bsonpp/writer.h>

#include <string_view>

namespace pymongo_cpp {

// Which of the type registry's encoders a value has been through already.
enum class EncodeStage : std::uint8_t { kFirst, kAfterTypeEncoder, kAfterFallback };

// Walks Python values and drives a writer. Every function returns false with a Python exception:
// PyMongo's class and message. Python code may run in the middle (type encoders, mappings,
// subclasses), so whatever is being walked is held, and its size is read again after each call out.
class Encoder {
 public:
  Encoder(const ModuleState& state, const CodecOptions& options, bsonpp::Writer& writer,
          bool check_keys = false)
      : state_(state), options_(options), writer_(writer), check_keys_(check_keys) {}

  // A whole document. The outermost one is told apart: its "_id" comes first, and an
  // InvalidDocument names it.
  bool document(PyObject* mapping, bool outermost);

 private:
  // What became of a field or item that was tried the short way.
  enum class Outcome : std::uint8_t {
    kWritten,  // and no Python code ran
    kRan,      // written, but Python code may have run and changed what is being walked
    kOther,    // not written: the general way does it, or finds out why it cannot be done
    kFailed,   // with a Python exception
  };

  // Keys include their zero byte, as the writer wants them.
  bool element(std::string_view key, PyObject* value);
  Outcome staged_value(std::size_t header, PyObject* value);
  Outcome staged_large_int(std::size_t header, PyObject* value);
  Outcome staged_known_value(std::size_t header, PyObject* value);
  Outcome staged_object_id(std::size_t header, PyObject* value);
  Outcome staged_document(std::size_t header, PyObject* dict);
  Outcome staged_list(std::size_t header, PyObject* list);
  bool other_element(std::string_view key, PyObject* value);
  bool known_element(KnownType known, std::string_view key, PyObject* value);
  bool marked_element(long marker, std::string_view key, PyObject* value, EncodeStage stage);
  bool unmarked_element(std::string_view key, PyObject* value, EncodeStage stage);
  bool abstract_element(std::string_view key, PyObject* value, EncodeStage stage);
  bool unknown_element(std::string_view key, PyObject* value, EncodeStage stage);
  bool slow_element(std::string_view key, PyObject* value, EncodeStage stage);

  bool text_element(std::string_view key, PyObject* value);
  bool wide_text_element(std::string_view key, PyObject* value);
  bool int_element(std::string_view key, PyObject* value, bool& overflow);
  bool int64_element(std::string_view key, PyObject* value);
  bool bytes_element(std::string_view key, PyObject* value, bsonpp::BinarySubtype subtype);
  bool binary_element(std::string_view key, PyObject* value);
  bool uuid_element(std::string_view key, PyObject* value, EncodeStage stage, bool exact);
  bool object_id_element(std::string_view key, PyObject* value);
  bool datetime_element(std::string_view key, PyObject* value);
  bool datetime_ms_element(std::string_view key, PyObject* value);
  bool regex_element(std::string_view key, PyObject* value);
  bool code_element(std::string_view key, PyObject* value);
  bool timestamp_element(std::string_view key, PyObject* value);
  bool decimal128_element(std::string_view key, PyObject* value);
  bool dbref_element(std::string_view key, PyObject* value);
  bool plain_dbref_element(std::string_view key, const DbRefFields& parts);
  bool raw_element(std::string_view key, PyObject* value,
                   bsonpp::Type type = bsonpp::Type::kDocument);
  bool document_element(std::string_view key, PyObject* mapping);
  bool document_body(std::size_t start, PyObject* mapping);
  bool list_element(std::string_view key, PyObject* list);
  bool list_body(std::size_t start, PyObject* list);
  Outcome list_item(const bsonpp::ArrayIndex& index, PyObject* item);
  bool tuple_element(std::string_view key, PyObject* tuple);

  bool raw_document(PyObject* document);
  bool fields(PyObject* mapping, bool outermost);
  bool dict_fields(PyObject* dict, bool outermost);
  bool mapping_fields(PyObject* mapping, bool outermost);
  bool id_first(PyObject* mapping);
  Outcome short_field(PyObject* key, PyObject* value, bool outermost);
  Outcome ascii_field(PyObject* key, PyObject* value);
  bool field(PyObject* key, PyObject* value, bool outermost);
  bool key_view(PyObject* key, std::string_view& view);
  bool check_key(PyObject* key, std::string_view view);

  bool enter() { return guard_.enter(" while encoding an object to BSON "); }
  void leave() { guard_.leave(); }
  // Passes a write's success on, and raises its failure.
  bool written(bool success) {
    if (success) [[likely]] {
      return true;
    }
    raise_writer_error(state_, writer_.error().code);
    return false;
  }

  const ModuleState& state_;
  const CodecOptions& options_;
  bsonpp::Writer& writer_;
  NestingGuard guard_;
  bool check_keys_;
};

}  // namespace pymongo_cpp
