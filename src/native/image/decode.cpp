#include "internal.h"

namespace mli {

namespace {

Image open(mli_format format, const uint8_t* data, size_t length)
{
    void* bytes = const_cast<uint8_t*>(data); // libvips only reads it
    VipsImage* image = nullptr;
    int failed = -1;
    switch (format) {
    case MLI_PNG:
        failed = vips_pngload_buffer(bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
        break;
    case MLI_JPEG:
        failed = vips_jpegload_buffer(bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
        break;
    case MLI_TIFF:
        failed = vips_tiffload_buffer(bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
        break;
    case MLI_WEBP:
        failed = vips_webpload_buffer(bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
        break;
    case MLI_GIF:
        failed = vips_gifload_buffer(bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, nullptr);
        break;
    }
    return Image(failed ? nullptr : image);
}

// libvips' own message is process-wide and may be another thread's; this one is about this file.
Refusal damage(mli_format format, const uint8_t* data, size_t length, const char* part)
{
    vips_error_clear();
    if (ends_early(format, data, length))
        return {MLI_TRUNCATED, std::string("it is a ") + name_of(format) + " file that ends before the image is complete"};
    return {MLI_CORRUPT, std::string("it is a ") + name_of(format) + " file whose " + part + " is damaged"};
}

int integer_field(VipsImage* image, const char* name, int otherwise)
{
    int value = 0;
    if (vips_image_get_typeof(image, name) == 0)
        return otherwise;
    if (vips_image_get_int(image, name, &value) != 0) {
        vips_error_clear();
        return otherwise;
    }
    return value;
}

bool is_cmyk(VipsImage* image) { return vips_image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK; }

void require_readable_samples(VipsImage* image, mli_format format)
{
    auto kind = vips_image_get_format(image);
    if (kind != VIPS_FORMAT_UCHAR && kind != VIPS_FORMAT_USHORT)
        throw Refusal{MLI_UNSUPPORTED, std::string("it is a ") + name_of(format) + " file with samples that are not 8 or 16 bit whole numbers"};
    int bands = vips_image_get_bands(image);
    switch (vips_image_get_interpretation(image)) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_MULTIBAND:
        if (bands <= 4)
            return;
        break;
    case VIPS_INTERPRETATION_CMYK:
        if (bands == 4)
            return;
        break;
    default:
        break;
    }
    throw Refusal{MLI_UNSUPPORTED, std::string("it is a ") + name_of(format) + " file in a colour space other than grey, RGB or CMYK"};
}

Image open_checked(const uint8_t* data, size_t length, const mli_limits& limits, mli_header& header)
{
    auto format = sniff(data, length);
    if (int64_t(length) > limits.max_bytes)
        throw Refusal{MLI_OVER_LIMIT, "it has " + std::to_string(length) + " bytes, more than the limit of " + std::to_string(limits.max_bytes)};
    auto image = open(format, data, length);
    if (!image)
        throw damage(format, data, length, "header");

    header.format = format;
    header.width = vips_image_get_width(image.get());
    header.height = vips_image_get_height(image.get());
    header.channels = vips_image_get_bands(image.get());
    header.bit_depth = vips_image_get_format(image.get()) == VIPS_FORMAT_USHORT ? 16 : 8;
    header.orientation = integer_field(image.get(), VIPS_META_ORIENTATION, 1);
    header.pages = integer_field(image.get(), VIPS_META_N_PAGES, 1);

    int64_t pixels = int64_t(header.width) * header.height;
    if (pixels > limits.max_pixels)
        throw Refusal{MLI_OVER_LIMIT, "it has " + std::to_string(header.width) + " x " + std::to_string(header.height) +
                                          " pixels, more than the limit of " + std::to_string(limits.max_pixels)};
    require_readable_samples(image.get(), format);
    return image;
}

template <typename Sample>
inline uint8_t byte_of(Sample sample)
{
    return sizeof(Sample) == 2 ? uint8_t(sample >> 8) : uint8_t(sample);
}

inline uint8_t grey_of(int red, int green, int blue) { return uint8_t((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16); }

// Pillow's MULDIV255: a * b / 255, rounded, without a division.
inline int scaled(int a, int b)
{
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

template <typename Sample>
void convert(const Sample* in, size_t pixels, int bands, bool cmyk, int channels, uint8_t* out)
{
    for (size_t i = 0; i < pixels; ++i, in += bands, out += channels) {
        int red = byte_of(in[0]), green = red, blue = red;
        if (bands >= 3) {
            green = byte_of(in[1]);
            blue = byte_of(in[2]);
        }
        if (cmyk) {
            int light = 255 - byte_of(in[3]);
            red = light - scaled(red, light);
            green = light - scaled(green, light);
            blue = light - scaled(blue, light);
        }
        if (channels == 3) {
            out[0] = uint8_t(red);
            out[1] = uint8_t(green);
            out[2] = uint8_t(blue);
        } else {
            out[0] = bands >= 3 ? grey_of(red, green, blue) : uint8_t(red);
        }
    }
}

void decode(const uint8_t* data, size_t length, const mli_limits& limits, int channels, mli_header& header,
            int32_t& out_channels, uint8_t*& out, size_t& out_length)
{
    if (channels != 0 && channels != 1 && channels != 3)
        throw Refusal{MLI_FAILED, "an image decodes to 1 or 3 channels, not " + std::to_string(channels)};
    bool cmyk = false;
    Buffer samples;
    if (sniff(data, length) == MLI_PNG)
        samples = read_plain_png(data, length, limits, header);
    if (!samples) {
        auto image = open_checked(data, length, limits, header);
        if (header.format == MLI_PNG && !pixel_sums_hold(data, length))
            throw damage(MLI_PNG, data, length, "pixel data");
        cmyk = is_cmyk(image.get());
        size_t size = 0;
        samples.reset(static_cast<uint8_t*>(vips_image_write_to_memory(image.get(), &size)));
        if (!samples)
            throw damage(mli_format(header.format), data, length, "pixel data");
    }

    int bands = header.channels;
    out_channels = channels != 0 ? channels : bands >= 3 ? 3 : 1;
    size_t pixels = size_t(header.width) * header.height;
    out_length = pixels * out_channels;
    if (header.bit_depth == 8 && bands == out_channels) {
        out = samples.release();
        return;
    }
    Buffer converted(static_cast<uint8_t*>(g_try_malloc(out_length)));
    if (!converted)
        throw Refusal{MLI_FAILED, "there is not enough memory to decode it"};
    if (header.bit_depth == 16)
        convert(reinterpret_cast<const uint16_t*>(samples.get()), pixels, bands, cmyk, out_channels, converted.get());
    else
        convert(samples.get(), pixels, bands, cmyk, out_channels, converted.get());
    out = converted.release();
}

} // namespace

} // namespace mli

MLI_API int32_t mli_probe(const uint8_t* data, size_t length, const mli_limits* limits, mli_header* header)
{
    return mli::guarded([&] { mli::open_checked(data, length, *limits, *header); });
}

MLI_API int32_t mli_decode(const uint8_t* data, size_t length, const mli_limits* limits, int32_t channels,
                           mli_header* header, int32_t* out_channels, uint8_t** out, size_t* out_length)
{
    *out = nullptr;
    return mli::guarded([&] { mli::decode(data, length, *limits, channels, *header, *out_channels, *out, *out_length); });
}
