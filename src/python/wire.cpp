#include "wire.h"

#include <limits>

namespace pymongo_cpp {

namespace {

using namespace std::string_view_literals;

constexpr unsigned char kInsert = 0;
constexpr unsigned char kUpdate = 1;
constexpr unsigned char kDelete = 2;

// OP_MSG flag: no reply is wanted.
constexpr std::uint32_t kMoreToCome = 2;

// What a command may have beyond the largest document, less its two terminators (SERVER-10643).
constexpr long kCommandOverhead = 16382;

Ref pymongo_error(const char* name) {
  const Ref module = Ref::steal(PyImport_ImportModule("pymongo.errors"));
  return module ? Ref::steal(PyObject_GetAttrString(module.get(), name)) : Ref();
}

void raise_pymongo_error(const char* name, const char* message) {
  const Ref error = pymongo_error(name);
  if (error) PyErr_SetString(error.get(), message);
}

bool exceeds(std::size_t size, long limit) {
  return limit < 0 || size > static_cast<std::size_t>(limit);
}

// A document's limit with what a command may have beyond it; the largest long where that is less.
long with_command_overhead(long max_bson_size) {
  constexpr long kLargest = std::numeric_limits<long>::max();
  return max_bson_size > kLargest - kCommandOverhead ? kLargest : max_bson_size + kCommandOverhead;
}

}  // namespace

std::int32_t next_request_id(ModuleState& state) {
  // A Weyl sequence through a multiplicative mix: no two alike in 2^32 messages but by chance of
  // the cut to 31 bits.
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;
  std::uint64_t word = state.request_counter.fetch_add(kStep, std::memory_order_relaxed) + kStep;
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  return static_cast<std::int32_t>(word >> 33U);
}

bool begin_message(bsonpp::Writer& writer, std::int32_t request_id, Opcode opcode) {
  return writer.write(std::int32_t{0}) && writer.write(request_id) &&
         writer.write(std::int32_t{0}) && writer.write(static_cast<std::int32_t>(opcode));
}

bool begin_document_sequence(bsonpp::Writer& writer, std::string_view identifier,
                             std::size_t& start) {
  return writer.write(kDocumentSequenceSection) && writer.begin_document(start) &&
         writer.write_bytes(identifier);
}

bool MessageBatch::written(bool success) const {
  if (!success) raise_writer_error(state_, writer_.error().code);
  return success;
}

bool MessageBatch::field_name(std::string_view& name) const {
  switch (operation_) {
    case kInsert:
      name = "documents\0"sv;
      return true;
    case kUpdate:
      name = "updates\0"sv;
      return true;
    case kDelete:
      name = "deletes\0"sv;
      return true;
    default:
      raise_pymongo_error("InvalidOperation", "Unknown command");
      return false;
  }
}

bool MessageBatch::limit(PyObject* context, PyObject* name, long& value) const {
  const Ref attribute = Ref::steal(PyObject_GetAttr(context, name));
  if (!attribute) return false;
  value = PyLong_AsLong(attribute.get());
  return value != -1 || PyErr_Occurred() == nullptr;
}

Ref MessageBatch::iterate(PyObject* documents) const {
  Ref iterator = Ref::steal(PyObject_GetIter(documents));
  if (!iterator) {
    PyErr_Clear();
    raise_pymongo_error("InvalidOperation", "input is not iterable");
  }
  return iterator;
}

MessageBatch::Step MessageBatch::too_large(std::size_t size, long max_bson_size) const {
  const Ref error = pymongo_error("DocumentTooLarge");
  if (!error) return Step::kFailed;
  if (operation_ == kInsert) {
    PyErr_Format(error.get(),
                 "BSON document too large (%zu bytes) - the connected server supports BSON "
                 "document sizes up to %ld bytes.",
                 size, max_bson_size);
  } else {
    PyErr_Format(error.get(), "%s command document too large",
                 operation_ == kUpdate ? "update" : "delete");
  }
  return Step::kFailed;
}

bool MessageBatch::write_op_msg(PyObject* command, PyObject* documents, bool acknowledged,
                                PyObject* context, PyObject* published) {
  std::string_view name;
  std::size_t start = 0;
  if (!written(writer_.write(acknowledged ? std::uint32_t{0} : kMoreToCome) &&
               writer_.write(kBodySection)) ||
      !encoder_.document(command, /*outermost=*/false) || !field_name(name) ||
      !written(begin_document_sequence(writer_, name, start)) ||
      !documents_of_op_msg(documents, acknowledged, context, published)) {
    return false;
  }
  writer_.patch_length(start);
  return true;
}

bool MessageBatch::documents_of_op_msg(PyObject* documents, bool acknowledged, PyObject* context,
                                       PyObject* published) {
  long max_bson_size = 0;
  long max_write_batch_size = 0;
  long max_message_size = 0;
  if (!limit(context, state_.names.max_bson_size.get(), max_bson_size) ||
      !limit(context, state_.names.max_write_batch_size.get(), max_write_batch_size) ||
      !limit(context, state_.names.max_message_size.get(), max_message_size)) {
    return false;
  }
  const Ref iterator = iterate(documents);
  if (!iterator) return false;
  while (const Ref document = Ref::steal(PyIter_Next(iterator.get()))) {
    const Step step =
        op_msg_document(document.get(), acknowledged, max_bson_size, max_message_size);
    if (step != Step::kTaken) return step == Step::kFull;
    if (PyList_Append(published, document.get()) < 0) return false;
    if (++taken_ == max_write_batch_size) break;
  }
  return PyErr_Occurred() == nullptr;
}

MessageBatch::Step MessageBatch::op_msg_document(PyObject* document, bool acknowledged,
                                                 long max_bson_size, long max_message_size) {
  const std::size_t start = writer_.size();
  if (!encoder_.document(document, /*outermost=*/true)) return Step::kFailed;
  const std::size_t size = writer_.size() - start;
  const bool message_full = exceeds(writer_.size(), max_message_size);
  // The server reports a document that is too large, so that the others of an unordered write go
  // on; but nobody would hear of it when no reply is wanted.
  if ((taken_ == 0 && message_full) || (!acknowledged && exceeds(size, max_bson_size))) {
    return too_large(size, max_bson_size);
  }
  if (!message_full) return Step::kTaken;
  writer_.rewind(start);
  return Step::kFull;
}

bool MessageBatch::write_command(std::string_view name, PyObject* command, PyObject* documents,
                                 PyObject* context, PyObject* published) {
  constexpr std::int32_t kNoSkip = 0;
  constexpr std::int32_t kOneReply = -1;
  if (!written(writer_.write(std::uint32_t{0}) && writer_.write_bytes(name) &&
               writer_.write(kNoSkip) && writer_.write(kOneReply))) {
    return false;
  }
  const std::size_t command_start = writer_.size();
  std::string_view field;
  if (!encoder_.document(command, /*outermost=*/false) || !field_name(field)) return false;
  // The array of documents takes the place of the command's terminator.
  writer_.rewind(writer_.size() - 1);
  std::size_t array_start = 0;
  if (!written(writer_.begin_document_element(bsonpp::Type::kArray, field, array_start)) ||
      !documents_of_command(documents, context, published) ||
      !written(writer_.end_document(array_start) && writer_.end_document(command_start))) {
    return false;
  }
  return true;
}

bool MessageBatch::documents_of_command(PyObject* documents, PyObject* context,
                                        PyObject* published) {
  long max_bson_size = 0;
  long max_write_batch_size = 0;
  long max_split_size = 0;
  if (!limit(context, state_.names.max_bson_size.get(), max_bson_size) ||
      !limit(context, state_.names.max_write_batch_size.get(), max_write_batch_size) ||
      !limit(context, state_.names.max_split_size.get(), max_split_size)) {
    return false;
  }
  const Ref iterator = iterate(documents);
  if (!iterator) return false;
  bsonpp::ArrayIndex index;
  while (const Ref document = Ref::steal(PyIter_Next(iterator.get()))) {
    const Step step = command_document(document.get(), index.key(), max_bson_size, max_split_size);
    if (step != Step::kTaken) return step == Step::kFull;
    index.advance();
    if (PyList_Append(published, document.get()) < 0) return false;
    if (++taken_ == max_write_batch_size) break;
  }
  return PyErr_Occurred() == nullptr;
}

MessageBatch::Step MessageBatch::command_document(PyObject* document, std::string_view key,
                                                  long max_bson_size, long max_split_size) {
  const std::size_t element_start = writer_.size();
  if (!written(writer_.write_header(bsonpp::Type::kDocument, key))) return Step::kFailed;
  const std::size_t start = writer_.size();
  if (!encoder_.document(document, /*outermost=*/true)) return Step::kFailed;
  const std::size_t size = writer_.size() - start;
  if (exceeds(size, with_command_overhead(max_bson_size))) return too_large(size, max_bson_size);
  if (taken_ == 0 || !exceeds(writer_.size(), max_split_size)) return Step::kTaken;
  writer_.rewind(element_start);
  return Step::kFull;
}

}  // namespace pymongo_cpp
