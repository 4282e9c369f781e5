#include "numbers.h"

#include <bsonpp/byte_order.h>

#include <algorithm>
#include <string_view>

namespace pymongo_cpp {

namespace {

using bsonpp::Bytes;

bool is_exactly(PyObject* value, const Ref& type) { return Py_IS_TYPE(value, type.as_type()); }

// An attribute as unsigned 64 bits, the way PyMongo's C extension reads a Timestamp's halves.
bool unsigned_attribute(PyObject* value, const Slot& slot, bool exact, PyObject* name,
                        std::uint64_t& number) {
  Ref attribute;
  if (exact && slot.found()) attribute = slot.get(value);
  if (!attribute) attribute = Ref::steal(PyObject_GetAttr(value, name));
  if (!attribute) return false;
  number = PyLong_AsUnsignedLongLong(attribute.get());
  return number != static_cast<std::uint64_t>(-1) || PyErr_Occurred() == nullptr;
}

// A slot's int as an unsigned 64-bit word; false, without an exception, when it is anything else.
bool unsigned_slot(PyObject* value, const Slot& slot, std::uint64_t& number) {
  const Ref held = slot.get(value);
  if (!held || !PyLong_CheckExact(held.get())) return false;
  number = PyLong_AsUnsignedLongLong(held.get());
  if (number == static_cast<std::uint64_t>(-1) && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return false;
  }
  return true;
}

}  // namespace

Ref make_int64(const ModuleState& state, std::int64_t number) {
  if (state.layouts.int64) [[likely]] {
    return Ref::steal(new_int_subclass(state.types.int64.as_type(), number));
  }
  const Ref plain = Ref::steal(PyLong_FromLongLong(number));
  if (!plain) return Ref();
  return Ref::steal(PyObject_CallOneArg(state.types.int64.get(), plain.get()));
}

Ref make_decimal128(const ModuleState& state, Bytes bytes) {
  if (!state.layouts.decimal128_high.found()) {
    const std::string_view text = bsonpp::as_text(bytes);
    const Ref data = Ref::steal(PyBytes_FromStringAndSize(text.data(), ssize(text)));
    if (!data) return Ref();
    return Ref::steal(PyObject_CallMethodOneArg(state.types.decimal128.get(),
                                                state.names.from_bid.get(), data.get()));
  }
  bsonpp::Cursor words(bytes);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (words.read(low) != bsonpp::ErrorCode::kOk || words.read(high) != bsonpp::ErrorCode::kOk) {
    PyErr_SetString(PyExc_ValueError, "value must be exactly 16 bytes");
    return Ref();
  }
  Ref low_number = Ref::steal(PyLong_FromUnsignedLongLong(low));
  Ref high_number = Ref::steal(PyLong_FromUnsignedLongLong(high));
  if (!low_number || !high_number) return Ref();
  PyTypeObject* type = state.types.decimal128.as_type();
  Ref decimal = Ref::steal(type->tp_alloc(type, 0));
  if (!decimal) return Ref();
  state.layouts.decimal128_low.initialize(decimal.get(), std::move(low_number));
  state.layouts.decimal128_high.initialize(decimal.get(), std::move(high_number));
  return decimal;
}

bool decimal128_bytes(const ModuleState& state, PyObject* value, std::array<char, 16>& bytes) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  const Layouts& layouts = state.layouts;
  if (is_exactly(value, state.types.decimal128) && layouts.decimal128_high.found() &&
      unsigned_slot(value, layouts.decimal128_low, low) &&
      unsigned_slot(value, layouts.decimal128_high, high)) {
    auto* to = reinterpret_cast<std::byte*>(bytes.data());
    bsonpp::store_little_endian(to, low);
    bsonpp::store_little_endian(to + 8, high);
    return true;
  }
  const Ref bid = Ref::steal(PyObject_GetAttr(value, state.names.bid.get()));
  if (!bid) return false;
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(bid.get(), &data, &size) < 0) return false;
  if (size != static_cast<Py_ssize_t>(bytes.size())) {
    PyErr_SetString(state.types.invalid_document.get(), "a Decimal128 must be 16 bytes");
    return false;
  }
  std::copy_n(data, bytes.size(), bytes.begin());
  return true;
}

Ref make_timestamp(const ModuleState& state, std::uint32_t time, std::uint32_t increment) {
  Ref time_number = Ref::steal(PyLong_FromUnsignedLong(time));
  Ref increment_number = Ref::steal(PyLong_FromUnsignedLong(increment));
  if (!time_number || !increment_number) return Ref();
  PyObject* type_object = state.types.timestamp.get();
  if (!state.layouts.timestamp_time.found()) {
    return Ref::steal(PyObject_CallFunctionObjArgs(type_object, time_number.get(),
                                                   increment_number.get(), nullptr));
  }
  PyTypeObject* type = state.types.timestamp.as_type();
  Ref timestamp = Ref::steal(type->tp_alloc(type, 0));
  if (!timestamp) return Ref();
  state.layouts.timestamp_time.initialize(timestamp.get(), std::move(time_number));
  state.layouts.timestamp_inc.initialize(timestamp.get(), std::move(increment_number));
  return timestamp;
}

bool timestamp_word(const ModuleState& state, PyObject* value, std::uint64_t& word) {
  const bool exact = is_exactly(value, state.types.timestamp);
  std::uint64_t increment = 0;
  std::uint64_t time = 0;
  if (!unsigned_attribute(value, state.layouts.timestamp_inc, exact, state.names.inc.get(),
                          increment) ||
      !unsigned_attribute(value, state.layouts.timestamp_time, exact, state.names.time.get(),
                          time)) {
    return false;
  }
  word = (time << 32U) | static_cast<std::uint32_t>(increment);
  return true;
}

}  // namespace pymongo_cpp
