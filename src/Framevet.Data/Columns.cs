using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Framevet.Data;

/// <summary>A point in time as UTC ticks; comes back with offset 0.</summary>
internal sealed class UtcTicksColumn() : ValueConverter<DateTimeOffset, long>(v => v.UtcTicks, v => new DateTimeOffset(v, TimeSpan.Zero));

/// <summary>A run id as its text form, so that people find by prefix what they see in a link.</summary>
internal sealed class RunIdColumn() : ValueConverter<RunId, string>(v => v.ToString(), v => new RunId(Guid.ParseExact(v, "N")));
