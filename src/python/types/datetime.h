// UTC datetimes.
#pragma once

#include "../state.h"

#include <cstdint>

namespace pymongo_cpp {

// What the options make of milliseconds since 1970: datetime.datetime, naive or aware, or
// bson.datetime_ms.DatetimeMS. ValueError with PyMongo's message when datetime.datetime cannot
// hold it.
Ref make_datetime(const ModuleState& state, const CodecOptions& options, std::int64_t millis);

// Milliseconds since 1970 of a datetime.datetime or a subclass; a naive one is UTC. False with the
// exception that its tzinfo raises, or OverflowError beyond the years 1 to 9999.
bool datetime_millis(const ModuleState& state, PyObject* datetime, std::int64_t& millis);

// The same of a datetime.datetime itself that is naive or in UTC, without running any Python code.
// False, without an exception, when it is not.
bool utc_millis(const ModuleState& state, PyObject* datetime, std::int64_t& millis);

// Milliseconds since 1970 of a DatetimeMS, or of int(value). OverflowError beyond 64 bits.
bool datetime_ms_millis(const ModuleState& state, PyObject* value, std::int64_t& millis);

}  // namespace pymongo_cpp
