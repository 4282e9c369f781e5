// The functions of PyMongo's pymongo._cmessage: whole wire messages.
#include "bytes_storage.h"
#include "encoder.h"
#include "functions.h"
#include "wire.h"

#include <algorithm>
#include <string_view>

namespace pymongo_cpp {

namespace {

// A str argument as UTF-8, which "et#" allocates.
class Utf8Argument {
 public:
  Utf8Argument() noexcept = default;
  Utf8Argument(const Utf8Argument&) = delete;
  Utf8Argument& operator=(const Utf8Argument&) = delete;
  ~Utf8Argument() { PyMem_Free(data); }
  std::string_view with_terminator() const noexcept {
    return {data, static_cast<std::size_t>(size) + 1};
  }

  char* data = nullptr;
  Py_ssize_t size = 0;
};

bool written(const ModuleState& state, const bsonpp::Writer& writer, bool success) {
  if (!success) raise_writer_error(state, writer.error().code);
  return success;
}

// Writes a document and tells its size in bytes.
bool sized_document(Encoder& encoder, const bsonpp::Writer& writer, PyObject* document,
                    Py_ssize_t& size) {
  const std::size_t before = writer.size();
  if (!encoder.document(document, /*outermost=*/true)) return false;
  size = static_cast<Py_ssize_t>(writer.size() - before);
  return true;
}

// _query_message(flags, collection, skip, limit, query, fields, options), an OP_QUERY
PyObject* query_message(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  unsigned int flags = 0;
  Utf8Argument collection;
  int to_skip = 0;
  int to_return = 0;
  PyObject* query = nullptr;
  PyObject* fields = nullptr;
  PyObject* options_object = nullptr;
  if (!PyArg_ParseTuple(arguments, "Iet#iiOOO", &flags, "utf-8", &collection.data, &collection.size,
                        &to_skip, &to_return, &query, &fields, &options_object)) {
    return nullptr;
  }
  const auto options = state.options(options_object);
  if (!options) return nullptr;
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  const std::int32_t request_id = next_request_id(state);
  if (!written(state, writer,
               begin_message(writer, request_id, Opcode::kQuery) && writer.write(flags) &&
                   writer.write_bytes(collection.with_terminator()) && writer.write(to_skip) &&
                   writer.write(to_return))) {
    return nullptr;
  }
  Encoder encoder(state, *options, writer);
  Py_ssize_t largest = 0;
  if (!sized_document(encoder, writer, query, largest)) return nullptr;
  if (fields != Py_None) {
    Py_ssize_t size = 0;
    if (!sized_document(encoder, writer, fields, size)) return nullptr;
    largest = std::max(largest, size);
  }
  writer.patch_length(0);
  const Ref message = storage.finish(writer);
  return message ? Py_BuildValue("iOn", request_id, message.get(), largest) : nullptr;
}

// _get_more_message(collection, limit, cursor_id), an OP_GET_MORE
PyObject* get_more_message(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  Utf8Argument collection;
  int to_return = 0;
  long long cursor_id = 0;
  if (!PyArg_ParseTuple(arguments, "et#iL", "utf-8", &collection.data, &collection.size, &to_return,
                        &cursor_id)) {
    return nullptr;
  }
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  const std::int32_t request_id = next_request_id(state);
  if (!written(state, writer,
               begin_message(writer, request_id, Opcode::kGetMore) &&
                   writer.write(std::int32_t{0}) &&
                   writer.write_bytes(collection.with_terminator()) && writer.write(to_return) &&
                   writer.write(static_cast<std::int64_t>(cursor_id)))) {
    return nullptr;
  }
  writer.patch_length(0);
  const Ref message = storage.finish(writer);
  return message ? Py_BuildValue("iO", request_id, message.get()) : nullptr;
}

// Writes a document sequence (payload type 1) of all documents; the largest one's size is told.
bool document_sequence(const ModuleState& state, Encoder& encoder, bsonpp::Writer& writer,
                       std::string_view identifier, PyObject* documents, Py_ssize_t& size,
                       Py_ssize_t& largest) {
  std::size_t start = 0;
  if (!written(state, writer, begin_document_sequence(writer, identifier, start))) return false;
  const Ref iterator = Ref::steal(PyObject_GetIter(documents));
  if (!iterator) return false;
  while (const Ref document = Ref::steal(PyIter_Next(iterator.get()))) {
    Py_ssize_t document_size = 0;
    if (!sized_document(encoder, writer, document.get(), document_size)) return false;
    largest = std::max(largest, document_size);
  }
  if (PyErr_Occurred() != nullptr) return false;
  writer.patch_length(start);
  size = static_cast<Py_ssize_t>(writer.size() - start);
  return true;
}

// _op_msg(flags, command, identifier, documents, options), an OP_MSG that is not split
PyObject* op_msg(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  unsigned int flags = 0;
  PyObject* command = nullptr;
  Utf8Argument identifier;
  PyObject* documents = nullptr;
  PyObject* options_object = nullptr;
  if (!PyArg_ParseTuple(arguments, "IOet#OO", &flags, &command, "utf-8", &identifier.data,
                        &identifier.size, &documents, &options_object)) {
    return nullptr;
  }
  const auto options = state.options(options_object);
  if (!options) return nullptr;
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  const std::int32_t request_id = next_request_id(state);
  if (!written(state, writer,
               begin_message(writer, request_id, Opcode::kMsg) && writer.write(flags) &&
                   writer.write(kBodySection))) {
    return nullptr;
  }
  Encoder encoder(state, *options, writer);
  Py_ssize_t total = 0;
  Py_ssize_t largest = 0;
  if (!sized_document(encoder, writer, command, total)) return nullptr;
  if (identifier.size != 0) {
    Py_ssize_t sequence_size = 0;
    if (!document_sequence(state, encoder, writer, identifier.with_terminator(), documents,
                           sequence_size, largest)) {
      return nullptr;
    }
    total += sequence_size;
  }
  writer.patch_length(0);
  const Ref message = storage.finish(writer);
  return message ? Py_BuildValue("iOnn", request_id, message.get(), total, largest) : nullptr;
}

// What the batch functions share: (op, command, docs, ack, options, ctx).
struct BatchArguments {
  unsigned char operation = 0;
  PyObject* command = nullptr;
  PyObject* documents = nullptr;
  unsigned char acknowledged = 0;
  PyObject* options = nullptr;
  PyObject* context = nullptr;

  bool parse(PyObject* arguments) {
    return PyArg_ParseTuple(arguments, "bOObOO", &operation, &command, &documents, &acknowledged,
                            &options, &context) != 0;
  }
};

bool op_msg_batch(ModuleState& state, const BatchArguments& arguments, bsonpp::Writer& writer,
                  PyObject* published) {
  const auto options = state.options(arguments.options);
  if (!options) return false;
  Encoder encoder(state, *options, writer);
  MessageBatch batch(state, encoder, writer, arguments.operation);
  return batch.write_op_msg(arguments.command, arguments.documents, arguments.acknowledged != 0,
                            arguments.context, published);
}

// _encode_batched_op_msg: an OP_MSG from its flags on, with as many documents as fit
PyObject* encode_batched_op_msg(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  BatchArguments batch;
  if (!batch.parse(arguments)) return nullptr;
  const Ref published = Ref::steal(PyList_New(0));
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  if (!published || !op_msg_batch(state, batch, writer, published.get())) return nullptr;
  const Ref message = storage.finish(writer);
  return message ? PyTuple_Pack(2, message.get(), published.get()) : nullptr;
}

// _batched_op_msg: the same as a whole message
PyObject* batched_op_msg(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  BatchArguments batch;
  if (!batch.parse(arguments)) return nullptr;
  const Ref published = Ref::steal(PyList_New(0));
  if (!published) return nullptr;
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  const std::int32_t request_id = next_request_id(state);
  if (!written(state, writer, begin_message(writer, request_id, Opcode::kMsg)) ||
      !op_msg_batch(state, batch, writer, published.get())) {
    return nullptr;
  }
  writer.patch_length(0);
  const Ref message = storage.finish(writer);
  return message ? Py_BuildValue("iOO", request_id, message.get(), published.get()) : nullptr;
}

// _encode_batched_write_command(namespace, op, command, docs, options, ctx): the body of an
// OP_QUERY that carries a write command, as automatic encryption needs it
PyObject* encode_batched_write_command(PyObject* module, PyObject* arguments) {
  ModuleState& state = ModuleState::of(module);
  Utf8Argument name;
  BatchArguments batch;
  if (!PyArg_ParseTuple(arguments, "et#bOOOO", "utf-8", &name.data, &name.size, &batch.operation,
                        &batch.command, &batch.documents, &batch.options, &batch.context)) {
    return nullptr;
  }
  const auto options = state.options(batch.options);
  const Ref published = Ref::steal(PyList_New(0));
  if (!options || !published) return nullptr;
  BytesStorage storage;
  bsonpp::Writer writer(storage, storage.first());
  Encoder encoder(state, *options, writer);
  MessageBatch message_batch(state, encoder, writer, batch.operation);
  if (!message_batch.write_command(name.with_terminator(), batch.command, batch.documents,
                                   batch.context, published.get())) {
    return nullptr;
  }
  const Ref message = storage.finish(writer);
  return message ? PyTuple_Pack(2, message.get(), published.get()) : nullptr;
}

}  // namespace

PyMethodDef cmessage_functions[] = {
    {"_query_message", query_message, METH_VARARGS,
     PyDoc_STR("create a query message to be sent to MongoDB")},
    {"_get_more_message", get_more_message, METH_VARARGS,
     PyDoc_STR("create a get more message to be sent to MongoDB")},
    {"_op_msg", op_msg, METH_VARARGS, PyDoc_STR("create an OP_MSG message to be sent to MongoDB")},
    {"_encode_batched_write_command", encode_batched_write_command, METH_VARARGS,
     PyDoc_STR("Encode the next batched insert, update, or delete command")},
    {"_batched_op_msg", batched_op_msg, METH_VARARGS,
     PyDoc_STR("Create the next batched insert, update, or delete using OP_MSG")},
    {"_encode_batched_op_msg", encode_batched_op_msg, METH_VARARGS,
     PyDoc_STR("Encode the next batched insert, update, or delete using OP_MSG")},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace pymongo_cpp
