using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MalariaLab.Data.Configuration;

/// <summary>Stores a time as UTC ticks, which sort on SQLite.</summary>
internal sealed class UtcTicksConverter() : ValueConverter<DateTimeOffset, long>(
    time => time.UtcTicks,
    ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>PostgreSQL's driver takes only times with offset zero.</summary>
internal sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(
    time => time.ToUniversalTime(),
    time => time);
