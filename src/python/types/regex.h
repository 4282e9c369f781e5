// Regular expressions.
#pragma once

#include "../state.h"

#include <string_view>

namespace pymongo_cpp {

// bson.regex.Regex. Flags other than i, l, m, s, u and x are dropped, as PyMongo does; both parts
// must be UTF-8 or acceptable to the error handler.
Ref make_regex(const ModuleState& state, const CodecOptions& options, std::string_view pattern,
               std::string_view flags);

// A regular expression's two cstrings.
struct RegexText {
  Ref owner;
  std::string_view pattern;
  char flags[8] = {};  // in alphabetical order, ended by a zero byte
};

// Of a Regex or a re.Pattern, of str or bytes. False with InvalidDocument when the pattern holds a
// zero byte, InvalidStringData when it is bytes but not UTF-8.
bool regex_text(const ModuleState& state, PyObject* value, RegexText& text);

}  // namespace pymongo_cpp
