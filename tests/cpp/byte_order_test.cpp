#include <bsonpp/byte_order.h>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace bsonpp {
namespace {

constexpr std::array<std::byte, 9> kBytes = {std::byte{0xff}, std::byte{0x01}, std::byte{0x02},
                                             std::byte{0x03}, std::byte{0x04}, std::byte{0x05},
                                             std::byte{0x06}, std::byte{0x07}, std::byte{0x88}};

// One byte in, so that a load has to cope with an address that is not aligned.
const std::byte* unaligned() { return kBytes.data() + 1; }

TEST(ByteOrder, LoadsLittleEndianFromAnyAddress) {
  EXPECT_EQ(load_little_endian<std::uint8_t>(unaligned()), 0x01U);
  EXPECT_EQ(load_little_endian<std::uint16_t>(unaligned()), 0x0201U);
  EXPECT_EQ(load_little_endian<std::uint32_t>(unaligned()), 0x04030201U);
  EXPECT_EQ(load_little_endian<std::uint64_t>(unaligned()), 0x8807060504030201U);
  EXPECT_EQ(load_little_endian<std::int64_t>(unaligned()), -0x77f8f9fafbfcfdff);
}

// A machine of the other byte order reads the same bytes as the swapped word, which is what naming
// it as the native order shows here.
TEST(ByteOrder, SwapsWhereTheMachineIsBigEndian) {
  constexpr auto kOther =
      std::endian::native == std::endian::little ? std::endian::big : std::endian::little;
  EXPECT_EQ((load_little_endian<std::uint8_t, kOther>(unaligned())), 0x01U);
  EXPECT_EQ((load_little_endian<std::uint16_t, kOther>(unaligned())), 0x0102U);
  EXPECT_EQ((load_little_endian<std::uint32_t, kOther>(unaligned())), 0x01020304U);
  EXPECT_EQ((load_little_endian<std::uint64_t, kOther>(unaligned())), 0x0102030405060788U);
}

template <typename T>
void expect_round_trip(T value) {
  std::array<std::byte, sizeof(T) + 1> room = {};
  store_little_endian(room.data() + 1, value);
  EXPECT_EQ(load_little_endian<T>(room.data() + 1), value);
  store_little_endian<T, std::endian::big>(room.data() + 1, value);
  EXPECT_EQ((load_little_endian<T, std::endian::big>(room.data() + 1)), value);
  EXPECT_EQ(room[0], std::byte{0});
}

TEST(ByteOrder, StoresWhatItLoads) {
  expect_round_trip(std::uint8_t{0xfe});
  expect_round_trip(std::numeric_limits<std::int16_t>::min());
  expect_round_trip(std::numeric_limits<std::int32_t>::min());
  expect_round_trip(std::numeric_limits<std::int64_t>::min());
  expect_round_trip(-0.1);
  expect_round_trip(std::numeric_limits<double>::denorm_min());
}

TEST(ByteOrder, StoresTheSpecifiedBytesOfADouble) {
  std::array<std::byte, 8> room = {};
  store_little_endian(room.data(), 1.0);
  EXPECT_EQ(room[6], std::byte{0xf0});
  EXPECT_EQ(room[7], std::byte{0x3f});
}

}  // namespace
}  // namespace bsonpp
