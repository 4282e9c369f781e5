// Messages of the MongoDB wire protocol, and batches of documents that are split to fit them.
#pragma once

#include "encoder.h"

#include <cstdint>
#include <string_view>

namespace pymongo_cpp {

enum class Opcode : std::int32_t { kQuery = 2004, kGetMore = 2005, kMsg = 2013 };

// The kinds of an OP_MSG's sections.
inline constexpr std::uint8_t kBodySection = 0;
inline constexpr std::uint8_t kDocumentSequenceSection = 1;

// A positive number to tell a message by; PyMongo's C extension uses rand().
std::int32_t next_request_id(ModuleState& state);

// Writes a message header: length (to be filled in), request id, response to (0), opcode.
bool begin_message(bsonpp::Writer& writer, std::int32_t request_id, Opcode opcode);

// Writes the head of a document sequence section. `identifier` includes its zero byte; `start` is
// where the section's length stands, from which it counts.
bool begin_document_sequence(bsonpp::Writer& writer, std::string_view identifier,
                             std::size_t& start);

// One message of as many of the documents as the server takes: bounded by the context's
// max_bson_size, max_message_size, max_split_size (bytes) and max_write_batch_size (documents).
// Functions return false with a Python exception: pymongo.errors.DocumentTooLarge for a document
// that fits no message, InvalidOperation for an unknown operation or documents that cannot be
// iterated, and whatever the encoder raises.
class MessageBatch {
 public:
  // `operation` is 0 for insert, 1 for update, 2 for delete.
  MessageBatch(ModuleState& state, Encoder& encoder, bsonpp::Writer& writer,
               unsigned char operation) noexcept
      : state_(state), encoder_(encoder), writer_(writer), operation_(operation) {}

  // An OP_MSG from its flags on. The documents that are in it are added to the list `published`.
  bool write_op_msg(PyObject* command, PyObject* documents, bool acknowledged, PyObject* context,
                    PyObject* published);

  // An OP_QUERY's body from its flags on, with the documents as an array within the command.
  // `name` includes its zero byte.
  bool write_command(std::string_view name, PyObject* command, PyObject* documents,
                     PyObject* context, PyObject* published);

 private:
  enum class Step : std::uint8_t { kTaken, kFull, kFailed };

  bool field_name(std::string_view& name) const;
  bool limit(PyObject* context, PyObject* name, long& value) const;
  Ref iterate(PyObject* documents) const;
  Step op_msg_document(PyObject* document, bool acknowledged, long max_bson_size,
                       long max_message_size);
  Step command_document(PyObject* document, std::string_view key, long max_bson_size,
                        long max_split_size);
  bool documents_of_op_msg(PyObject* documents, bool acknowledged, PyObject* context,
                           PyObject* published);
  bool documents_of_command(PyObject* documents, PyObject* context, PyObject* published);
  Step too_large(std::size_t size, long max_bson_size) const;
  bool written(bool success) const;

  ModuleState& state_;
  Encoder& encoder_;
  bsonpp::Writer& writer_;
  unsigned char operation_;
  long taken_ = 0;
};

}  // namespace pymongo_cpp
