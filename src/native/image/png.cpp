// The PNG that nearly every data set has, 8 bit and not interlaced, without libvips' pipeline of threads and objects, which costs more than
// the decoding. Whatever is unusual or wrong about a file is left to libvips, so that there is one judge and one wording.
#include "internal.h"

#ifdef MLI_LIBDEFLATE

#include <cstdlib>
#include <cstring>
#include <libdeflate.h>

namespace mli {

namespace {

constexpr size_t longest_side = 1000000; // libpng's limit
constexpr size_t best_ratio = 1032;      // of Deflate

struct Inflater {
    libdeflate_decompressor* handle = libdeflate_alloc_decompressor();
    ~Inflater() { libdeflate_free_decompressor(handle); }
};

bool is(const uint8_t* type, const char* name) { return std::memcmp(type, name, 4) == 0; }

int bytes_a_pixel(int colour)
{
    switch (colour) {
    case 0: return 1;
    case 2: return 3;
    case 4: return 2;
    case 6: return 4;
    default: return 0;
    }
}

bool read_header(const uint8_t* chunk, mli_header& header)
{
    size_t width = big_endian(chunk), height = big_endian(chunk + 4);
    header = {MLI_PNG, int32_t(width), int32_t(height), bytes_a_pixel(chunk[9]), 8, 1, 1};
    return width > 0 && height > 0 && width <= longest_side && height <= longest_side && chunk[8] == 8 && header.channels > 0 &&
           chunk[10] == 0 && chunk[11] == 0 && chunk[12] == 0;
}

bool is_letter(uint8_t byte) { return ((byte | 0x20) >= 'a') && ((byte | 0x20) <= 'z'); }

// Chunks that change neither pixels nor header; orientation may hide in eXIf, a compressed text or a text "Raw profile ...".
bool is_harmless(const uint8_t* type, const uint8_t* content, size_t length)
{
    if (!is_letter(type[0]) || !is_letter(type[1]) || !is_letter(type[2]) || !is_letter(type[3]))
        return false;
    if (is(type, "tEXt"))
        return length < 3 || std::memcmp(content, "Raw", 3) != 0;
    return (type[0] & 0x20) != 0 && !is(type, "tRNS") && !is(type, "eXIf") && !is(type, "zTXt") && !is(type, "iTXt");
}

// Walks over all chunks, checks their sums, and collects the compressed pixels: a place in the file where they are in one piece.
bool collect(const uint8_t* data, size_t length, mli_header& header, std::string& joined, const uint8_t*& packed, size_t& packed_length)
{
    size_t at = 8, pieces = 0;
    for (bool after_pixels = false;;) {
        if (length - at < 12)
            return false;
        size_t size = big_endian(data + at);
        const uint8_t *type = data + at + 4, *content = type + 4;
        if (size > length - at - 12 || libdeflate_crc32(0, type, size + 4) != big_endian(content + size))
            return false;
        if (at == 8) {
            if (!is(type, "IHDR") || size != 13 || !read_header(content, header))
                return false;
        } else if (is(type, "IDAT")) {
            if (after_pixels)
                return false;
            if (++pieces == 1) {
                packed = content;
                packed_length = size;
            } else {
                if (pieces == 2)
                    joined.assign(reinterpret_cast<const char*>(packed), packed_length);
                joined.append(reinterpret_cast<const char*>(content), size);
            }
        } else if (is(type, "IEND")) {
            if (pieces > 1) {
                packed = reinterpret_cast<const uint8_t*>(joined.data());
                packed_length = joined.size();
            }
            return pieces > 0 && size == 0;
        } else if (is_harmless(type, content, size)) {
            after_pixels = pieces > 0;
        } else {
            return false;
        }
        at += size + 12;
    }
}

inline int paeth(int left, int above, int corner)
{
    int by_left = std::abs(above - corner), by_above = std::abs(left - corner), by_corner = std::abs(left + above - 2 * corner);
    int best = by_above < by_left ? above : left;
    return by_corner < (by_above < by_left ? by_above : by_left) ? corner : best;
}

// One row: `in` is filtered, `above` the finished row before (zeros at the top).
template <int Bytes>
bool undo(int filter, const uint8_t* in, const uint8_t* above, uint8_t* out, size_t length)
{
    uint8_t left[Bytes] = {}, corner[Bytes] = {};
    switch (filter) {
    case 0:
        std::memcpy(out, in, length);
        return true;
    case 1:
        for (size_t i = 0; i < length; i += Bytes)
            for (int b = 0; b < Bytes; ++b)
                out[i + b] = left[b] = uint8_t(in[i + b] + left[b]);
        return true;
    case 2:
        for (size_t i = 0; i < length; ++i)
            out[i] = uint8_t(in[i] + above[i]);
        return true;
    case 3:
        for (size_t i = 0; i < length; i += Bytes)
            for (int b = 0; b < Bytes; ++b)
                out[i + b] = left[b] = uint8_t(in[i + b] + ((left[b] + above[i + b]) >> 1));
        return true;
    case 4:
        for (size_t i = 0; i < length; i += Bytes)
            for (int b = 0; b < Bytes; ++b) {
                out[i + b] = left[b] = uint8_t(in[i + b] + paeth(left[b], above[i + b], corner[b]));
                corner[b] = above[i + b];
            }
        return true;
    default:
        return false;
    }
}

template <int Bytes>
bool undo_all(const uint8_t* in, size_t stride, size_t rows, uint8_t* out)
{
    const std::string zeros(stride, '\0');
    auto above = reinterpret_cast<const uint8_t*>(zeros.data());
    for (size_t y = 0; y < rows; ++y, in += stride + 1, above = out, out += stride)
        if (!undo<Bytes>(in[0], in + 1, above, out, stride))
            return false;
    return true;
}

} // namespace

Buffer read_plain_png(const uint8_t* data, size_t length, const mli_limits& limits, mli_header& header)
{
    thread_local Inflater inflater;
    std::string joined;
    const uint8_t* packed = nullptr;
    size_t packed_length = 0;
    if (int64_t(length) > limits.max_bytes || !inflater.handle || !collect(data, length, header, joined, packed, packed_length) ||
        int64_t(header.width) * header.height > limits.max_pixels)
        return nullptr;
    size_t stride = size_t(header.width) * header.channels, rows = header.height, filtered_length = (stride + 1) * rows;
    // A small file that claims to be a large picture must not get its memory.
    if (filtered_length / best_ratio > packed_length)
        return nullptr;
    Buffer filtered(static_cast<uint8_t*>(g_try_malloc(filtered_length))), samples(static_cast<uint8_t*>(g_try_malloc(stride * rows)));
    if (!filtered || !samples ||
        libdeflate_zlib_decompress(inflater.handle, packed, packed_length, filtered.get(), filtered_length, nullptr) != LIBDEFLATE_SUCCESS)
        return nullptr;
    const uint8_t* in = filtered.get();
    uint8_t* out = samples.get();
    bool good = header.channels == 1   ? undo_all<1>(in, stride, rows, out)
                : header.channels == 2 ? undo_all<2>(in, stride, rows, out)
                : header.channels == 3 ? undo_all<3>(in, stride, rows, out)
                                       : undo_all<4>(in, stride, rows, out);
    return good ? std::move(samples) : nullptr;
}

bool pixel_sums_hold(const uint8_t* data, size_t length)
{
    for (size_t at = 8; at + 12 <= length;) {
        size_t size = big_endian(data + at);
        const uint8_t* type = data + at + 4;
        if (size > length - at - 12)
            break;
        if (is(type, "IDAT") && libdeflate_crc32(0, type, size + 4) != big_endian(type + 4 + size))
            return false;
        at += size + 12;
    }
    return true;
}

} // namespace mli

#else

bool mli::pixel_sums_hold(const uint8_t*, size_t) { return true; }

mli::Buffer mli::read_plain_png(const uint8_t*, size_t, const mli_limits&, mli_header&) { return nullptr; }

#endif
