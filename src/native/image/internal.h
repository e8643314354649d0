#pragma once

#include "image.h"

#include <exception>
#include <memory>
#include <string>
#include <vips/vips.h>

namespace mli {

// A refusal on its way to the border, where it becomes a status and a message.
struct Refusal {
    mli_status status;
    std::string message;
};

// Remembers the message for mli_last_error and hands the status on.
int32_t fail(mli_status status, std::string message);

// Starts libvips once: no operation cache, one thread a call (callers run many calls side by side), every loader blocked
// but the five that parse_format knows.
void start_vips();

// Format by the first bytes; refuses everything else with the reason.
mli_format sniff(const uint8_t* data, size_t length);

// Whether the file's own structure says that bytes are missing at the end.
bool ends_early(mli_format format, const uint8_t* data, size_t length);

const char* name_of(mli_format format);

struct Unref {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

struct Free {
    void operator()(void* memory) const { g_free(memory); }
};
using Buffer = std::unique_ptr<uint8_t, Free>;

inline uint32_t big_endian(const uint8_t* at) { return uint32_t(at[0]) << 24 | uint32_t(at[1]) << 16 | uint32_t(at[2]) << 8 | at[3]; }

// Samples and header of an ordinary 8-bit PNG that is right in every byte; null for any other file, which libvips then judges.
Buffer read_plain_png(const uint8_t* data, size_t length, const mli_limits& limits, mli_header& header);

// Whether a PNG's compressed pixels have the check sums that the file gives: a libvips over libspng (Debian 13) doesn't look at the last ones.
bool pixel_sums_hold(const uint8_t* data, size_t length);

// Runs one exported function's body; nothing it throws gets out.
template <typename Body>
int32_t guarded(Body body) noexcept
{
    try {
        start_vips();
        body();
        return MLI_OK;
    } catch (const Refusal& refusal) {
        return fail(refusal.status, refusal.message);
    } catch (const std::exception& error) {
        return fail(MLI_FAILED, error.what());
    } catch (...) {
        return fail(MLI_FAILED, "an unknown error");
    }
}

} // namespace mli
