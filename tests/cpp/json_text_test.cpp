#include <bsonpp/decimal128.h>
#include <bsonpp/json_text.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace bsonpp {
namespace {

std::string datetime_text(std::int64_t millis) {
  std::array<char, kIsoDatetimeTextSize> room{};
  return {room.data(), put_iso_datetime(room.data(), millis)};
}

std::string string_text(std::string_view text, bool ascii = true) {
  HeapStorage storage;
  TextWriter out(storage);
  EXPECT_EQ(write_json_string(out, text, ascii), JsonStringError::kNone);
  return std::string(out.text());
}

TEST(JsonText, Integers) {
  std::array<char, kIntegerTextSize> room{};
  const auto text = [&room](std::int64_t number) {
    return std::string(room.data(), put_integer(room.data(), number));
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(-7), "-7");
  EXPECT_EQ(text(100), "100");
  std::int64_t power = 1;
  for (std::string digits = "1"; digits.size() < 19; digits += '0', power *= 10) {
    EXPECT_EQ(text(power), digits);
    EXPECT_EQ(text(power - 1), power == 1 ? "0" : std::string(digits.size() - 1, '9'));
  }
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(JsonText, Datetimes) {
  EXPECT_EQ(datetime_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(datetime_text(1356351330501), "2012-12-24T12:15:30.501Z");
  EXPECT_EQ(datetime_text(1356351330050), "2012-12-24T12:15:30.050Z");
  EXPECT_EQ(datetime_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(datetime_text(253402300800000), "+010000-01-01T00:00:00Z");
  EXPECT_EQ(datetime_text(-62167219200001), "-000001-12-31T23:59:59.999Z");
  EXPECT_LE(datetime_text(std::numeric_limits<std::int64_t>::min()).size(), kIsoDatetimeTextSize);
}

TEST(JsonText, StringsAreEscapedAtEveryPlace) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t place = 0; place <= size; ++place) {
      std::string text(size, 'x');
      text.insert(place, "\"");
      std::string expected(size, 'x');
      expected.insert(place, "\\\"");
      EXPECT_EQ(string_text(text), "\"" + expected + "\"");
    }
  }
  EXPECT_EQ(string_text("\n\r\t\f\b\\\x01\x7f"), R"("\n\r\t\f\b\\\u0001\u007f")");
  EXPECT_EQ(string_text("é€🎉"), R"("\u00e9\u20ac\ud83c\udf89")");
  EXPECT_EQ(string_text("é€🎉\x7f\x01", /*ascii=*/false), "\"é€🎉\x7f\\u0001\"");
}

TEST(JsonText, OtherScriptsAreEscapedAtEveryPlace) {
  const std::array<std::array<std::string, 2>, 6> characters = {{
      {"\x7f", R"(\u007f)"},
      {"\xc2\x80", R"(\u0080)"},
      {"é", R"(\u00e9)"},
      {"€", R"(\u20ac)"},
      {"\xef\xbf\xbf", R"(\uffff)"},
      {"🎉", R"(\ud83c\udf89)"},
  }};
  for (const auto& [character, escaped] : characters) {
    for (std::size_t size = 0; size < 40; ++size) {
      for (std::size_t place = 0; place <= size; ++place) {
        const std::string before(place, 'x');
        const std::string after(size - place, ' ');
        EXPECT_EQ(string_text(before + character + character + after),
                  "\"" + before + escaped + escaped + after + "\"");
      }
    }
  }
}

TEST(JsonText, InvalidUtf8IsRefusedAtEveryPlace) {
  HeapStorage storage;
  TextWriter out(storage);
  // A lead alone, a continuation alone, too long a form, half of a surrogate pair, no code point.
  for (const std::string_view invalid :
       {"\xc3", "\xe2\x82", "\xf0\x9f\x8e", "\xbf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xff"}) {
    for (std::size_t size = 0; size < 20; ++size) {
      for (const std::string_view filler : {"x", "é", "€"}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += filler;
        text += invalid;
        EXPECT_EQ(write_json_string(out, text, true), JsonStringError::kInvalidUtf8);
        EXPECT_EQ(write_json_string(out, text + "é", true), JsonStringError::kInvalidUtf8);
        EXPECT_EQ(write_json_string(out, text, false), JsonStringError::kInvalidUtf8);
      }
    }
  }
}

TEST(JsonText, LongTextIsWrittenInPieces) {
  for (std::size_t before = 500; before < 520; ++before) {
    const std::string plain(before, 'x');
    EXPECT_EQ(string_text(plain + "🎉" + plain), "\"" + plain + R"(\ud83c\udf89)" + plain + "\"");
    EXPECT_EQ(string_text("€" + plain + "🎉\n" + plain),
              R"("\u20ac)" + plain + R"(\ud83c\udf89\n)" + plain + "\"");
    EXPECT_EQ(string_text(plain + "🎉\n" + plain, /*ascii=*/false),
              "\"" + plain + "🎉\\n" + plain + "\"");
  }
}

// The definition of RFC 8259, section 7, as Python's json module chooses from it.
std::string escaped(std::uint32_t unit) {
  const std::string_view controls = "\b\t\n\f\r\"\\";
  const std::string_view letters = "btnfr\"\\";
  if (unit < 0x80 && controls.find(static_cast<char>(unit)) != std::string_view::npos) {
    return {'\\', letters[controls.find(static_cast<char>(unit))]};
  }
  if (unit >= 0x20 && unit < 0x7f) return {static_cast<char>(unit)};
  if (unit >= 0x10000) {
    return escaped(0xd800 + ((unit - 0x10000) >> 10U)) + escaped(0xdc00 + (unit & 0x3ffU));
  }
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", unit);
  return text.data();
}

template <typename CodeUnit>
std::string units_text(const std::vector<CodeUnit>& units) {
  HeapStorage storage;
  TextWriter out(storage);
  EXPECT_TRUE(write_json_units(out, units.data(), units.size()));
  return std::string(out.text());
}

template <typename CodeUnit>
void expect_every_unit_escaped(std::uint32_t limit) {
  for (std::size_t size = 1; size <= 18; ++size) {
    for (std::uint32_t first = 0; first < limit; first += static_cast<std::uint32_t>(size)) {
      std::vector<CodeUnit> units;
      std::string expected = "\"";
      for (std::size_t i = 0; i < size; ++i) {
        // Beside plain ones, too.
        const auto unit = static_cast<CodeUnit>(i % 3 == 1 ? 'x' : (first + i) % limit);
        units.push_back(unit);
        expected += escaped(unit);
      }
      ASSERT_EQ(units_text(units), expected + "\"");
    }
  }
}

TEST(JsonText, EveryCodeUnitIsEscaped) {
  expect_every_unit_escaped<std::uint8_t>(0x100);
  expect_every_unit_escaped<std::uint16_t>(0x10000);
  expect_every_unit_escaped<std::uint32_t>(0x10400);
  EXPECT_EQ(units_text(std::vector<std::uint32_t>{0x10ffff}), R"("\udbff\udfff")");
}

TEST(JsonText, InvalidUtf8IsRefused) {
  HeapStorage storage;
  TextWriter out(storage);
  for (const std::string_view text : {"\xff", "abc\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_EQ(write_json_string(out, text, true), JsonStringError::kInvalidUtf8);
  }
}

std::string decimal_round_trip(std::string_view text) {
  std::array<char, kDecimal128Size> bytes{};
  if (!parse_decimal128(text, bytes)) return "refused";
  std::array<char, kDecimal128TextSize> room{};
  return {room.data(), put_decimal128(room.data(), as_bytes({bytes.data(), bytes.size()}))};
}

TEST(Decimal128, TextOfTheSpecification) {
  EXPECT_EQ(decimal_round_trip("0"), "0");
  EXPECT_EQ(decimal_round_trip("-0"), "-0");
  EXPECT_EQ(decimal_round_trip("0.000"), "0.000");
  EXPECT_EQ(decimal_round_trip("12.50"), "12.50");
  EXPECT_EQ(decimal_round_trip("1E+3"), "1E+3");
  EXPECT_EQ(decimal_round_trip("1e-6"), "0.000001");
  EXPECT_EQ(decimal_round_trip("1e-7"), "1E-7");
  EXPECT_EQ(decimal_round_trip("+.5"), "0.5");
  EXPECT_EQ(decimal_round_trip("9.999999999999999999999999999999999E+6144"),
            "9.999999999999999999999999999999999E+6144");
  EXPECT_EQ(decimal_round_trip("1E+6144"), "1.000000000000000000000000000000000E+6144");
  EXPECT_EQ(decimal_round_trip("1E-6176"), "1E-6176");
  EXPECT_EQ(decimal_round_trip("10E-6177"), "1E-6176");
  EXPECT_EQ(decimal_round_trip("0E+9999"), "0E+6111");
  EXPECT_EQ(decimal_round_trip("-Infinity"), "-Infinity");
  EXPECT_EQ(decimal_round_trip("-inf"), "-Infinity");
  EXPECT_EQ(decimal_round_trip("-nan"), "NaN");
}

TEST(Decimal128, WhatCannotBeHeldExactlyIsRefused) {
  const std::string digits(34, '9');
  EXPECT_EQ(decimal_round_trip(digits), digits);
  for (const std::string& text :
       {digits + "1", std::string("1E+6145"), std::string("1E-6177"), std::string(""),
        std::string("."), std::string("1e"), std::string("1e+-2"), std::string("1x"),
        std::string("--1"), std::string("0x10")}) {
    EXPECT_EQ(decimal_round_trip(text), "refused") << text;
  }
}

}  // namespace
}  // namespace bsonpp
